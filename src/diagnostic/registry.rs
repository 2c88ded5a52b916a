//! Findings about a registry that has the deployment's images and does not belong to it.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    IMAGE_REGISTRY = "image-registry": "`images.registry` names one registry: of ECR by account or region, or any other by its \
        url, which ECS may sign in to with a secret. Nothing of the deployment pushes to it."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html";
}

impl Diagnostics {
    /// A registry that cannot be meant, or used, like this.
    pub fn registry_place(&mut self, at: &SpecPath, message: &str, fix: &str) {
        self.error(IMAGE_REGISTRY, Place::key(at), message).help(fix);
    }
}
