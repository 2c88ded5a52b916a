//! The image of a task: from its own repository, from another one, or as it is given.

use crate::plan::deployment::Deployment;
use crate::plan::iam::{arn, arn_in};
use crate::plan::key::Key;
use crate::plan::registry::Repository;
use crate::plan::revision;
use crate::plan::text::{Input, Text, text};
use crate::spec::Spec;
use crate::spec::choice::WordOr;
use crate::spec::scalar::{KeyName, RepositoryName};
use crate::spec::task::{OtherImage, Task};

/// Where the image comes from.
pub struct Image {
    /// Where it comes from, in a word.
    pub source: String,
    /// The image with its tag or digest.
    pub reference: Text,
    /// The repository that is created for it.
    pub repository: Option<Repository>,
    /// ARN of the ECR repository that it is pulled from; none for registries that know nothing of IAM.
    pub pull: Option<Text>,
}

impl Image {
    /// Resolves the image of a task.
    pub fn resolve(spec: &Spec, deployment: &Deployment, key: &Key, task: &Task) -> Self {
        let revision = revision::of(deployment, task.gitrev.as_ref(), key);
        match &task.image {
            None => Self::own(Repository::task(spec, deployment, key), &revision),
            Some(WordOr::Word(image)) => Self::elsewhere(image.as_str().into(), image.repository()),
            Some(WordOr::Other(OtherImage::Repository(name))) => Self::repository(deployment, name, &revision),
            Some(WordOr::Other(OtherImage::Of(other))) => Self::of(spec, deployment, other),
        }
    }

    fn own(repository: Repository, revision: &Text) -> Self {
        Self {
            source: repository.name.clone(),
            reference: repository.image(revision),
            pull: Some(repository_arn(&repository.name)),
            repository: Some(repository),
        }
    }

    fn repository(deployment: &Deployment, name: &RepositoryName, revision: &Text) -> Self {
        if name.has_registry() {
            return Self::elsewhere(text![name.as_str(), ":", revision], name.as_str());
        }
        let suffix = if deployment.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let host = text![Input::Account, ".dkr.ecr.", Input::Region, format!(".{suffix}/")];
        Self {
            source: name.as_str().to_owned(),
            reference: text![host, name.as_str(), ":", revision],
            repository: None,
            pull: Some(repository_arn(name.as_str())),
        }
    }

    fn elsewhere(reference: Text, repository: &str) -> Self {
        Self { source: repository.to_owned(), reference, repository: None, pull: ecr(repository) }
    }

    /// The image of another task, or of a code location. One that is itself of another is a finding: it counts as an image
    /// of its own here, so that there is a plan to find things in.
    fn of(spec: &Spec, deployment: &Deployment, other: &KeyName) -> Self {
        let key = other.into();
        let image = match (spec.tasks.as_ref().and_then(|it| it.get(other)), spec.code_locations.get(other)) {
            (Some(task), _) if !matches!(task.image, Some(WordOr::Other(OtherImage::Of(_)))) => {
                Self::resolve(spec, deployment, &key, task)
            }
            (None, Some(location)) => {
                let revision = revision::of(deployment, location.gitrev.as_ref(), &key);
                Self::own(Repository::location(spec, deployment, &key), &revision)
            }
            (task, _) => {
                let revision = revision::of(deployment, task.and_then(|it| it.gitrev.as_ref()), &key);
                Self::own(Repository::task(spec, deployment, &key), &revision)
            }
        };
        Self { repository: None, ..image }
    }
}

fn repository_arn(name: &str) -> Text {
    arn("ecr", format!("repository/{name}"))
}

/// The repository of `<account>.dkr.ecr.<region>.amazonaws.com/<name>`, whosever it is.
fn ecr(repository: &str) -> Option<Text> {
    let (host, name) = repository.split_once('/')?;
    let (account, _) = host.split_once(".dkr.ecr.")?;
    Some(arn_in("ecr", ecr_region(repository)?, account, &format!("repository/{name}")))
}

/// The region of such a repository.
pub fn ecr_region(repository: &str) -> Option<&str> {
    let (host, _) = repository.split_once('/')?;
    let (_, rest) = host.split_once(".dkr.ecr.")?;
    rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
}
