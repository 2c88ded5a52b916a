//! A registry that has the deployment's images and does not belong to it.

use super::deployment::Deployment;
use super::iam::arn_of;
use super::registry::Repository;
use super::secret::{GET_SECRET_VALUE, reference};
use super::text::{Input, Text, text};
use crate::spec::Spec;
use crate::spec::choice::WordOr;
use crate::spec::data::Registry;
use crate::spec::scalar::SecretRef;

/// The registry.
pub struct Elsewhere {
    /// Host, and what the names of its repositories begin with.
    host: Text,
    /// Region and account of an ECR registry; none for others, which know nothing of IAM.
    ecr: Option<(Text, Text)>,
    /// What ECS signs in to it with.
    pub credentials: Option<Credentials>,
}

/// A secret that ECS signs in to a registry with.
#[derive(Clone)]
pub struct Credentials {
    /// `credentialsParameter` of a container.
    pub parameter: Text,
    /// What the execution role may read: action and resource.
    pub grant: (String, Text),
}

/// The registry of the spec; none where repositories are created.
pub fn written(spec: &Spec) -> Option<&Registry> {
    match spec.images.as_ref()?.registry.as_ref()? {
        WordOr::Other(registry) => Some(registry),
        WordOr::Word(_) => None,
    }
}

impl Elsewhere {
    /// Resolves it.
    pub fn resolve(spec: &Spec, deployment: &Deployment) -> Option<Self> {
        let registry = written(spec)?;
        if let Some(url) = &registry.url {
            let credentials = registry.credentials.as_ref().map(credentials);
            return Some(Self { host: url.as_str().into(), ecr: None, credentials });
        }
        let region = registry.region.as_ref().map_or_else(|| Input::Region.into(), |it| Text::from(it.as_str()));
        let account = registry.account.as_ref().map_or_else(|| Input::Account.into(), |it| Text::from(it.as_str()));
        let host = text![&account, ".dkr.ecr.", &region, format!(".{}", deployment.url_suffix())];
        // IAM says who pulls from ECR.
        Some(Self { host, ecr: Some((region, account)), credentials: None })
    }

    /// What would be this repository, if it were the deployment's own, without a tag.
    pub fn repository(&self, own: &Repository) -> Text {
        text![&self.host, "/", own.name.as_str()]
    }

    /// ARN of every repository of a deployment's; none where there is nothing that IAM knows.
    pub fn repositories(&self, deployment: &Deployment) -> Option<Text> {
        let (region, account) = self.ecr.as_ref()?;
        Some(arn_of("ecr", region, account, &format!("repository/{}/*", deployment.name)))
    }

    /// ARN of the same; none where there is nothing that IAM knows.
    pub fn pull(&self, own: &Repository) -> Option<Text> {
        let (region, account) = self.ecr.as_ref()?;
        Some(arn_of("ecr", region, account, &format!("repository/{}", own.name)))
    }
}

/// ECS takes a secret of the task's own region by its name too
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html>).
fn credentials(secret: &SecretRef) -> Credentials {
    let parameter = match secret {
        SecretRef::Named { name, .. } => name.as_str().into(),
        _ => reference(secret).value_from,
    };
    Credentials { parameter, grant: (GET_SECRET_VALUE.to_owned(), reference(secret).resource) }
}
