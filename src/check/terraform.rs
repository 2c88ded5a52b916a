//! Rules about versions of Terraform and its provider.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::github::TERRAFORM;
use crate::plan::terraform::{LOWEST, PROVIDER};
use crate::spec::github::DeployTarget;
use crate::spec::output::Terraform;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{Scalar, TerraformVersion};

pub(super) const RULES: &[Rule] = &[constraints, workflow];

fn settings<'a>(subject: &'a Subject<'_>) -> Option<&'a Terraform> {
    subject.spec.output.as_ref()?.tf.as_ref()
}

/// No version may be let in that cannot read the module, and one has to be.
fn constraints(subject: &Subject, found: &mut Diagnostics) {
    let Some(tf) = settings(subject) else { return };
    let at = SpecPath::from("output.tf");
    let (first, beyond) = PROVIDER;
    let wanted = [
        ("required_version", &tf.required_version, LOWEST, None, "Terraform below 1.11", ">= 1.11"),
        ("aws_provider", &tf.aws_provider, first, Some(beyond), "other providers than version 6", ">= 6.0, < 7.0"),
    ];
    for (key, constraint, lowest, limit, others, example) in wanted {
        let Some(constraint) = constraint else { continue };
        let at = at.key(key);
        let beyond = limit.is_some_and(|limit| constraint.limit().is_none_or(|it| it > limit));
        if constraint.limit().is_some_and(|it| it <= constraint.lowest()) {
            found.no_version(&at, constraint.as_str(), example);
        } else if constraint.lowest() < lowest || beyond {
            found.loose_version(&at, constraint.as_str(), others, example);
        }
    }
}

/// The workflow installs one version, which has to be among those that may apply.
fn workflow(subject: &Subject, found: &mut Diagnostics) {
    let Some(github) = subject.spec.github.as_ref().filter(|it| it.target == DeployTarget::Tf) else { return };
    let Some(constraint) = settings(subject).and_then(|it| it.required_version.as_ref()) else { return };
    let default = TerraformVersion::parse(TERRAFORM).ok();
    let Some(version) = github.terraform_version.as_ref().or(default.as_ref()) else { return };
    if !constraint.allows(version.numbers()) {
        found.excluded_version(&"github.terraform_version".into(), version.as_str(), constraint.as_str());
    }
}
