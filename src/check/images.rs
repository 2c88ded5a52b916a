//! Rules about the images of code locations and tasks.

use super::owners::task_at;
use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::elsewhere;
use crate::plan::image::ecr_region;
use crate::spec::choice::WordOr;
use crate::spec::location::Serve;
use crate::spec::network::Nat;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{GitRev, ImageRef, KeyName, REVISION};
use crate::spec::task::OtherImage;

pub(super) const RULES: &[Rule] = &[others, reachable, revisions, builds];

/// What a code location or task says about its image.
struct Written<'a> {
    key: &'a KeyName,
    at: SpecPath,
    image: Option<&'a WordOr<ImageRef, OtherImage>>,
    gitrev: Option<&'a GitRev>,
    /// It says how the image is built.
    built: bool,
    /// Its code is in the core image.
    in_core: bool,
    /// Something else takes the revision too.
    revision_goes_elsewhere: bool,
}

impl<'a> Written<'a> {
    /// Whose image it is instead.
    fn of(&self) -> Option<&'a KeyName> {
        match self.image {
            Some(WordOr::Other(OtherImage::Of(other))) => Some(other),
            _ => None,
        }
    }
}

fn all<'a>(subject: &'a Subject) -> Vec<Written<'a>> {
    let locations = subject.spec.code_locations.iter().map(|(key, it)| Written {
        key,
        at: location_at(key.as_str()),
        image: it.image.as_ref(),
        gitrev: it.gitrev.as_ref(),
        built: it.build.is_some(),
        in_core: it.serve == Some(Serve::InProcess),
        revision_goes_elsewhere: false,
    });
    let tasks = subject.spec.tasks.iter().flatten().map(|(key, it)| Written {
        key,
        at: task_at(key.as_str()),
        image: it.image.as_ref(),
        gitrev: it.gitrev.as_ref(),
        built: it.build.is_some(),
        in_core: false,
        revision_goes_elsewhere: it.package.as_ref().is_some_and(|it| it.as_str().contains(REVISION)),
    });
    locations.chain(tasks).collect()
}

/// `of` leads to an image in one step.
fn others(subject: &Subject, found: &mut Diagnostics) {
    let all = all(subject);
    for written in &all {
        let Some(other) = written.of() else { continue };
        let at = written.at.key("image").key("of");
        let theirs = all.iter().find(|it| it.key == other).filter(|_| other != written.key);
        match theirs.map(|it| (it.in_core, it.of())) {
            Some((true, _)) => found.image_of_core(&at, other.as_str()),
            Some((false, None)) => {}
            Some((false, Some(source))) => found.image_of_other(&at, other.as_str(), source.as_str()),
            None => {
                let known = all.iter().filter(|it| it.key != written.key && it.of().is_none() && !it.in_core);
                let meant = nearest(other.as_str(), known.map(|it| it.key.as_str()));
                found.image_of_nothing(&at, other.as_str(), meant);
            }
        }
    }
}

/// Without NAT an image comes from ECR of the region.
fn reachable(subject: &Subject, found: &mut Diagnostics) {
    let nat = subject.spec.network.as_ref().and_then(|it| it.nat);
    if subject.existing_vpc().is_some() || nat != Some(Nat::None) {
        return;
    }
    let region = subject.spec.region.as_str();
    for it in subject.sidecars() {
        let image = &it.sidecar.image;
        if ecr_region(image.repository()) != Some(region) {
            found.image_of_other_region(&it.at.key("image"), image.as_str(), region);
        }
    }
    for written in all(subject) {
        let at = written.at.key("image");
        let (at, repository, image) = match written.image {
            Some(WordOr::Word(image)) => (at, image.repository(), image.as_str()),
            Some(WordOr::Other(OtherImage::Repository(name))) if name.has_registry() => {
                (at.key("repository"), name.as_str(), name.as_str())
            }
            _ => continue,
        };
        if ecr_region(repository) != Some(region) {
            found.image_of_other_region(&at, image, region);
        }
    }
}

/// A revision of its own goes somewhere.
fn revisions(subject: &Subject, found: &mut Diagnostics) {
    for written in all(subject).iter().filter(|it| it.gitrev.is_some() && !it.revision_goes_elsewhere) {
        if matches!(written.image, Some(WordOr::Word(_) | WordOr::Other(OtherImage::Of(_)))) {
            let at = written.at.key("gitrev");
            found.no_effect(&at, "the image has a revision of its own", "remove it, or change the image's revision");
        }
    }
}

/// An image that comes from elsewhere is built there.
fn builds(subject: &Subject, found: &mut Diagnostics) {
    let elsewhere = elsewhere::written(subject.spec).is_some();
    for written in all(subject).iter().filter(|it| it.built && (it.image.is_some() || elsewhere)) {
        let fix = "remove it, or leave `image` out to get a repository of its own";
        found.no_effect(&written.at.key("build"), "the image is not built for this deployment", fix);
    }
}
