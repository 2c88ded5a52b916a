//! The registry room: one ECR repository for the core image, one for each code location, and those of the tasks.

use serde::Serialize;
use serde_json::json;

use super::deployment::Deployment;
use super::text::{Text, output, owned_output, text};
use crate::spec::Spec;

/// An ECR repository.
#[derive(Clone, Debug, Serialize)]
pub struct Repository {
    /// Name of the repository.
    pub name: String,
    /// It exists and is taken over, with the name that it has.
    pub adopted: bool,
    /// `IMMUTABLE`: a revision that was reviewed stays what it is.
    pub tag_mutability: String,
    /// Scan images when they are pushed.
    pub scan_on_push: bool,
    /// Encryption of the layers; `AES256` is ECR's own key.
    pub encryption: String,
    /// ARN of the KMS key of `KMS`; ECR uses it by a grant, so whoever pulls needs no right to it
    /// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html>).
    pub kms_key: Option<Text>,
    /// Lifecycle policy, as JSON.
    pub lifecycle_policy: String,
    /// URI of the repository, without a tag.
    pub uri: Text,
}

impl Repository {
    /// The repository of webserver and daemon.
    pub fn core(spec: &Spec, deployment: &Deployment) -> Self {
        Self::resolve(spec, deployment, ("core", "core"), output("registry", "repository_uri"))
    }

    /// The repository of a code location.
    pub fn location(spec: &Spec, deployment: &Deployment, key: &super::key::Key) -> Self {
        let uri = owned_output("registry", key, "repository_uri");
        Self::resolve(spec, deployment, (key.as_str(), &format!("location/{}", deployment.known_as(key))), uri)
    }

    /// The repository of a task.
    pub fn task(spec: &Spec, deployment: &Deployment, key: &super::key::Key) -> Self {
        let uri = owned_output("registry", key, "repository_uri");
        Self::resolve(spec, deployment, (key.as_str(), &format!("task/{}", deployment.known_as(key))), uri)
    }

    fn resolve(spec: &Spec, deployment: &Deployment, (called, name): (&str, &str), uri: Text) -> Self {
        let images = spec.images.clone().unwrap_or_default();
        let keep = images.keep.unwrap_or_default();
        let adopted = deployment.adopt.repository(called);
        Self {
            name: adopted.map_or_else(|| format!("{}/{name}", deployment.name), str::to_owned),
            adopted: adopted.is_some(),
            tag_mutability: "IMMUTABLE".to_owned(),
            scan_on_push: images.scan.unwrap_or(true),
            encryption: if deployment.kms_key.is_some() { "KMS" } else { "AES256" }.to_owned(),
            kms_key: deployment.kms_key.clone(),
            lifecycle_policy: lifecycle(keep.tagged.unwrap_or(500), keep.untagged_days.unwrap_or(7)),
            uri,
        }
    }

    /// The image of a revision in this repository.
    pub fn image(&self, revision: &Text) -> Text {
        text![self.uri.clone(), ":", revision.clone()]
    }
}

/// Rules are applied by priority, and a rule for `any` must come last
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>).
fn lifecycle(tagged: u32, untagged_days: u32) -> String {
    json!({"rules": [
        {
            "rulePriority": 1,
            "description": "Untagged images go",
            "selection": {
                "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": untagged_days
            },
            "action": {"type": "expire"}
        },
        {
            "rulePriority": 2,
            "description": "The newest images stay, however old they are",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": tagged},
            "action": {"type": "expire"}
        }
    ]})
    .to_string()
}
