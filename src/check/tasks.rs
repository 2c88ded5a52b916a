//! Rules about tasks, and about the secrets that are created for them and for code locations.

use std::collections::BTreeMap;

use super::network::repeated;
use super::owners::task_at;
use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::Key;
use crate::plan::secret::{created_id, created_name};
use crate::plan::tasks::image::ecr_region;
use crate::spec::choice::WordOr;
use crate::spec::network::Nat;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{KeyName, REVISION, SecretSource};
use crate::spec::task::{OtherImage, Task};

pub(super) const RULES: &[Rule] =
    &[keys, images, reachable, triggers, revisions, time_zones, code_bucket, clashes, suffixes];

fn tasks<'a>(subject: &'a Subject) -> impl Iterator<Item = (&'a KeyName, &'a Task)> {
    subject.spec.tasks.iter().flatten()
}

/// A key belongs to a code location or to a task.
fn keys(subject: &Subject, found: &mut Diagnostics) {
    for (key, _) in tasks(subject).filter(|(key, _)| subject.spec.code_locations.contains_key(*key)) {
        found.shared_key(&task_at(key.as_str()), key.as_str());
    }
}

/// Whose image a task has, where it is another's.
fn image_of(task: &Task) -> Option<&KeyName> {
    match &task.image {
        Some(WordOr::Other(OtherImage::Of(other))) => Some(other),
        _ => None,
    }
}

/// `of` leads to an image in one step.
fn images(subject: &Subject, found: &mut Diagnostics) {
    for (key, task) in tasks(subject) {
        let Some(other) = image_of(task) else { continue };
        let at = task_at(key.as_str()).key("image").key("of");
        let theirs = subject.spec.tasks.as_ref().and_then(|it| it.get(other)).filter(|_| other != key);
        if let Some(source) = theirs.and_then(image_of) {
            found.image_of_other(&at, other.as_str(), source.as_str());
        } else if theirs.is_none() && !subject.spec.code_locations.contains_key(other) {
            let others = tasks(subject).filter(|(it, task)| *it != key && image_of(task).is_none()).map(|(it, _)| it);
            let known = subject.spec.code_locations.keys().chain(others).map(KeyName::as_str);
            found.image_of_nothing(&at, other.as_str(), nearest(other.as_str(), known));
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
    for (key, task) in tasks(subject) {
        let at = task_at(key.as_str()).key("image");
        let (at, repository, image) = match &task.image {
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

/// Who starts a task exists, and is named once.
fn triggers(subject: &Subject, found: &mut Diagnostics) {
    let known: Vec<&str> = subject.spec.code_locations.keys().map(KeyName::as_str).collect();
    for (key, task) in tasks(subject) {
        let Some(from) = &task.trigger_from else { continue };
        let at = task_at(key.as_str()).key("trigger_from");
        repeated(&at, from.iter().map(KeyName::as_str), found);
        for (index, location) in from.iter().enumerate().filter(|(_, it)| !known.contains(&it.as_str())) {
            let meant = nearest(location.as_str(), known.iter().copied());
            found.unknown_location(&at.index(index), location.as_str(), meant, &known);
        }
    }
}

/// A revision of the task's own goes somewhere.
fn revisions(subject: &Subject, found: &mut Diagnostics) {
    for (key, task) in tasks(subject).filter(|(_, task)| task.gitrev.is_some()) {
        let fixed = matches!(&task.image, Some(WordOr::Word(_) | WordOr::Other(OtherImage::Of(_))));
        if fixed && !task.package.as_ref().is_some_and(|it| it.as_str().contains(REVISION)) {
            let at = task_at(key.as_str()).key("gitrev");
            found.no_effect(&at, "the image has a revision of its own", "remove it, or change the image's revision");
        }
    }
}

/// A rate has no time of day.
fn time_zones(subject: &Subject, found: &mut Diagnostics) {
    for (key, task) in tasks(subject) {
        let Some(WordOr::Other(schedule)) = &task.schedule else { continue };
        if schedule.timezone.is_some() && schedule.expression.is_rate() {
            let at = task_at(key.as_str()).key("schedule").key("timezone");
            found.no_effect(&at, "`rate` has no time of day", "remove it, or write `cron(…)`");
        }
    }
}

/// The bucket is there for packages.
fn code_bucket(subject: &Subject, found: &mut Diagnostics) {
    let given = subject.spec.storage.as_ref().is_some_and(|it| it.code_bucket.is_some());
    if given && subject.plan.rooms.data.code_bucket.is_none() {
        let fix = "remove it, or give a task a `package`";
        found.no_effect(&"storage.code_bucket".into(), "no task has a `package`", fix);
    }
}

/// Every secret that is created: its path, its owner's key and its name.
fn created<'a>(subject: &'a Subject) -> impl Iterator<Item = (SpecPath, Key, String)> + 'a {
    subject.owners().flat_map(|owner| {
        let at = owner.at.key("secrets");
        let key = owner.key.clone();
        owner.secrets().filter_map(move |(variable, source)| {
            let SecretSource::Created(secret) = source else { return None };
            Some((at.key(variable.as_str()), key.clone(), created_name(variable, secret)))
        })
    })
}

/// Terraform's names join the secret's and its owner's, and logical ids run all words together.
fn clashes(subject: &Subject, found: &mut Diagnostics) {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for (at, owner, name) in created(subject) {
        let full = format!("{owner}/{name}");
        let label = format!("{}_{}", created_id(&name), owner.snake());
        let id = format!("{owner}/{}", crate::blueprint::logical_id(&created_id(&name)));
        let others =
            [labels.entry(label).or_insert_with(|| full.clone()), ids.entry(id).or_insert_with(|| full.clone())];
        if let Some(other) = others.into_iter().find(|it| **it != full) {
            found.secret_clash(&at, &full, other);
        }
    }
}

/// Secrets Manager appends a hyphen and six characters, and grants for other secrets leave room for exactly those.
fn suffixes(subject: &Subject, found: &mut Diagnostics) {
    for (at, _, name) in created(subject) {
        let Some((_, last)) = name.rsplit_once('-').filter(|(_, last)| last.len() == 6) else { continue };
        let message =
            format!("the secret's name `{name}` ends in a hyphen and six characters, as the ARNs of secrets do");
        found.bad_value(&at, &message, &[format!("take a name whose last word is not as long as `{last}`")]);
    }
}
