//! What the Terraform module brings along beyond the rooms.

use serde::Serialize;

use super::deployment::Deployment;
use crate::spec::Spec;
use crate::spec::scalar::{Version, VersionConstraint};

/// Settings of the Terraform module.
#[derive(Clone, Debug, Serialize)]
pub struct Terraform {
    /// Where the state is kept; none leaves it to Terraform or to a file of the user's.
    pub backend: Option<S3Backend>,
    /// Versions of Terraform that may apply the module.
    pub required_version: String,
    /// Versions of the AWS provider.
    pub aws_provider: String,
}

/// Write-only arguments and ephemeral values, which keep the password out of the state, came with it
/// (<https://developer.hashicorp.com/terraform/language/v1.11.x/upgrade-guides>).
pub const LOWEST: Version = [1, 11, 0];
/// The provider's major version whose schema the module is written for: from the first number, below the second.
pub const PROVIDER: (Version, Version) = ([6, 0, 0], [7, 0, 0]);

/// Terraform's S3 backend.
#[derive(Clone, Debug, Serialize)]
pub struct S3Backend {
    /// Bucket with the state.
    pub bucket: String,
    /// Key of the state.
    pub key: String,
    /// Region of the bucket.
    pub region: String,
    /// The state is encrypted.
    pub encrypt: bool,
    /// A file beside the state locks it.
    pub use_lockfile: bool,
}

impl Terraform {
    /// Resolves the settings.
    pub fn resolve(spec: &Spec, deployment: &Deployment) -> Self {
        let tf = spec.output.as_ref().and_then(|it| it.tf.as_ref());
        let backend = tf.and_then(|it| it.backend.as_ref()).map(|it| &it.s3);
        let backend = backend.map(|s3| S3Backend {
            bucket: s3.bucket.as_str().to_owned(),
            key: s3.key.clone(),
            region: s3.region.as_ref().map_or_else(|| deployment.region.clone(), |it| it.as_str().to_owned()),
            encrypt: true,
            use_lockfile: s3.use_lockfile.unwrap_or(true),
        });
        let written = |it: Option<&VersionConstraint>, default: &str| it.map_or(default, |it| it.as_str()).to_owned();
        Self {
            backend,
            required_version: written(tf.and_then(|it| it.required_version.as_ref()), ">= 1.11"),
            aws_provider: written(tf.and_then(|it| it.aws_provider.as_ref()), ">= 6.0, < 7.0"),
        }
    }
}
