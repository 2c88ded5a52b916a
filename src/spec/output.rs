//! `output:` as written: what the rendered files bring along for the pipelines that apply them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{BucketName, Region, VersionConstraint};

/// What the rendered files bring along.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Terraform.
    pub tf: Option<Terraform>,
    /// CloudFormation.
    pub cfn: Option<CloudFormation>,
}

/// Settings of the Terraform module.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terraform {
    /// Where the state is kept; without it Terraform's own default, or a file of yours beside the rendered ones.
    pub backend: Option<Backend>,
    /// Versions of Terraform that may apply the module, of which none is below 1.11; default `>= 1.11`.
    pub required_version: Option<VersionConstraint>,
    /// Versions of the AWS provider, all of them 6; default `>= 6.0, < 7.0`.
    pub aws_provider: Option<VersionConstraint>,
}

/// Settings of the CloudFormation templates.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudFormation {
    /// Write a stack policy that denies replacing or deleting what holds data; default as `protect`.
    pub stack_policy: Option<bool>,
}

/// Where the Terraform state is kept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backend {
    /// An S3 bucket.
    pub s3: S3Backend,
}

/// Terraform's S3 backend.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct S3Backend {
    /// Bucket with the state.
    pub bucket: BucketName,
    /// Key of the state; with environments each needs its own.
    pub key: String,
    /// Region of the bucket; default the deployment's.
    pub region: Option<Region>,
    /// Lock the state with a file beside it; default true.
    pub use_lockfile: Option<bool>,
}
