//! Findings about versions of Terraform and its provider.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    LOOSE_VERSION = "loose-version": "The rendered module keeps the database's password out of Terraform's state with write-only \
        arguments, which Terraform knows since 1.11, and is written for version 6 of the AWS provider. A constraint that lets \
        others in lets them fail later, with a message that does not tell why."
        => "https://developer.hashicorp.com/terraform/language/expressions/version-constraints";
    NO_VERSION = "no-version": "The conditions of a version constraint all have to hold, and these never do together."
        => "https://developer.hashicorp.com/terraform/language/expressions/version-constraints";
    EXCLUDED_VERSION = "excluded-version": "The workflow installs one version of Terraform, and `output.tf.required_version` \
        refuses it: every deploying job would fail at `terraform init`."
        => "https://developer.hashicorp.com/terraform/language/terraform#terraform-required_version";
}

impl Diagnostics {
    /// A constraint that lets in what cannot read the module.
    pub fn loose_version(&mut self, at: &SpecPath, constraint: &str, others: &str, example: &str) {
        self.error(LOOSE_VERSION, Place::value(at), format!("`{constraint}` lets in {others}"))
            .help(format!("the widest constraint is `{example}`"));
    }

    /// A constraint that lets nothing in.
    pub fn no_version(&mut self, at: &SpecPath, constraint: &str, example: &str) {
        self.error(NO_VERSION, Place::value(at), format!("no version is `{constraint}`"))
            .help(format!("the widest constraint is `{example}`"));
    }

    /// The workflow's version is refused.
    pub fn excluded_version(&mut self, at: &SpecPath, version: &str, constraint: &str) {
        let message = format!("the workflow installs Terraform {version}, which is not `{constraint}`");
        self.error(EXCLUDED_VERSION, Place::value(at), message)
            .help("name one in `github.terraform_version` that `output.tf.required_version` allows");
    }
}
