//! The image of a code location or task: from its own repository, from another one, or as it is given.

use super::deployment::Deployment;
use super::elsewhere::{Credentials, Elsewhere};
use super::iam::{arn, arn_in};
use super::key::Key;
use super::registry::Repository;
use super::revision;
use super::text::{Input, Part, Text, text};
use crate::spec::Spec;
use crate::spec::choice::WordOr;
use crate::spec::compute::CodeLocation;
use crate::spec::scalar::{GitRev, ImageRef, KeyName, RepositoryName};
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
    /// What ECS signs in to its registry with.
    pub credentials: Option<Credentials>,
}

/// Who asks for an image, and for which.
pub struct Wanted<'a> {
    /// Whose it is.
    pub key: &'a Key,
    /// What is written.
    pub image: Option<&'a WordOr<ImageRef, OtherImage>>,
    /// A revision of its own.
    pub gitrev: Option<&'a GitRev>,
    /// Makes the repository of its own.
    own: fn(&Spec, &Deployment, &Key) -> Repository,
}

impl<'a> Wanted<'a> {
    /// What a code location asks for.
    pub fn location(key: &'a Key, location: &'a CodeLocation) -> Self {
        Self { key, image: location.image.as_ref(), gitrev: location.gitrev.as_ref(), own: Repository::location }
    }

    /// What a task asks for.
    pub fn task(key: &'a Key, task: &'a Task) -> Self {
        Self { key, image: task.image.as_ref(), gitrev: task.gitrev.as_ref(), own: Repository::task }
    }

    /// Whose image it is instead, where it is another's.
    pub fn of(&self) -> Option<&'a KeyName> {
        match self.image {
            Some(WordOr::Other(OtherImage::Of(other))) => Some(other),
            _ => None,
        }
    }
}

impl Image {
    /// Resolves the image of webserver and daemon.
    pub fn core(spec: &Spec, deployment: &Deployment) -> Self {
        let fixed = deployment.gitrev.as_deref().map(Text::from);
        let revision = fixed.unwrap_or_else(|| Input::GitRev(None).into());
        Self::own(spec, deployment, Repository::core(spec, deployment), &revision)
    }

    /// Resolves the image of a code location or task.
    pub fn resolve(spec: &Spec, deployment: &Deployment, wanted: &Wanted<'_>) -> Self {
        let revision = revision::of(deployment, wanted.gitrev, wanted.key);
        match wanted.image {
            None => Self::own(spec, deployment, (wanted.own)(spec, deployment, wanted.key), &revision),
            Some(WordOr::Word(image)) => Self::elsewhere(image.as_str().into(), image.repository()),
            Some(WordOr::Other(OtherImage::Repository(name))) => Self::repository(deployment, name, &revision),
            Some(WordOr::Other(OtherImage::Of(other))) => Self::of(spec, deployment, wanted, other),
        }
    }

    /// Whose revisions the image ends in.
    pub fn revisions(&self) -> impl Iterator<Item = &Key> {
        revisions(&self.reference)
    }

    /// In a repository that is created, or in one of the same name in a registry that is somebody else's.
    fn own(spec: &Spec, deployment: &Deployment, repository: Repository, revision: &Text) -> Self {
        if let Some(elsewhere) = Elsewhere::resolve(spec, deployment) {
            let there = elsewhere.repository(&repository);
            return Self {
                source: there.to_string(),
                reference: text![there, ":", revision],
                pull: elsewhere.pull(&repository),
                repository: None,
                credentials: elsewhere.credentials,
            };
        }
        Self {
            source: repository.name.clone(),
            reference: repository.image(revision),
            pull: Some(repository_arn(&repository.name)),
            repository: Some(repository),
            credentials: None,
        }
    }

    /// What an execution role may read for the sake of it: action and resource.
    pub fn grants(&self) -> impl Iterator<Item = (String, Text)> + '_ {
        self.credentials.iter().map(|it| it.grant.clone())
    }

    /// `credentialsParameter` of a container that has it.
    pub fn credentials_parameter(&self) -> Option<Text> {
        self.credentials.as_ref().map(|it| it.parameter.clone())
    }

    fn repository(deployment: &Deployment, name: &RepositoryName, revision: &Text) -> Self {
        if name.has_registry() {
            return Self::elsewhere(text![name.as_str(), ":", revision], name.as_str());
        }
        let host = text![Input::Account, ".dkr.ecr.", Input::Region, format!(".{}/", deployment.url_suffix())];
        Self {
            source: name.as_str().to_owned(),
            reference: text![host, name.as_str(), ":", revision],
            repository: None,
            pull: Some(repository_arn(name.as_str())),
            credentials: None,
        }
    }

    fn elsewhere(reference: Text, repository: &str) -> Self {
        Self { source: repository.to_owned(), reference, repository: None, pull: ecr(repository), credentials: None }
    }

    /// The image of another task or code location. One that is itself of another, or of nobody, is a finding: the image
    /// counts as one of its own here, so that there is a plan to find things in.
    fn of(spec: &Spec, deployment: &Deployment, wanted: &Wanted<'_>, other: &KeyName) -> Self {
        let key = Key::from(other);
        let task = spec.tasks.as_ref().and_then(|it| it.get(other)).map(|it| Wanted::task(&key, it));
        let theirs = task.or_else(|| spec.code_locations.get(other).map(|it| Wanted::location(&key, it)));
        let image = match theirs.filter(|it| it.of().is_none()) {
            Some(theirs) => Self::resolve(spec, deployment, &theirs),
            None => {
                let revision = revision::of(deployment, wanted.gitrev, wanted.key);
                Self::own(spec, deployment, (wanted.own)(spec, deployment, wanted.key), &revision)
            }
        };
        Self { repository: None, ..image }
    }
}

/// Whose revisions a text names.
pub fn revisions(text: &Text) -> impl Iterator<Item = &Key> {
    text.parts().iter().filter_map(|it| match it {
        Part::Input(Input::GitRev(owner)) => owner.as_ref(),
        _ => None,
    })
}

fn repository_arn(name: &str) -> Text {
    arn("ecr", format!("repository/{name}"))
}

/// ARN of the repository of `<account>.dkr.ecr.<region>.amazonaws.com/<name>`, whosever it is; none for other registries.
pub fn ecr(repository: &str) -> Option<Text> {
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
