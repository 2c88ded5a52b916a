//! What the Terraform module brings along beyond the rooms.

use serde::Serialize;

use super::deployment::Deployment;
use crate::spec::Spec;

/// Settings of the Terraform module.
#[derive(Clone, Debug, Serialize)]
pub struct Terraform {
    /// Where the state is kept; none leaves it to Terraform or to a file of the user's.
    pub backend: Option<S3Backend>,
}

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
        Self { backend }
    }
}
