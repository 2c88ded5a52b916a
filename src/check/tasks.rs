//! Rules about tasks, and about the secrets that are created for them and for code locations.

use std::collections::BTreeMap;

use super::network::repeated;
use super::owners::task_at;
use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::Key;
use crate::plan::secret::{created_id, created_name};
use crate::spec::choice::WordOr;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{KeyName, SecretSource};
use crate::spec::task::Task;

pub(super) const RULES: &[Rule] = &[keys, reserved, triggers, time_zones, code_bucket, clashes, suffixes];

fn tasks<'a>(subject: &'a Subject) -> impl Iterator<Item = (&'a KeyName, &'a Task)> {
    subject.spec.tasks.iter().flatten()
}

/// A key belongs to a code location or to a task.
fn keys(subject: &Subject, found: &mut Diagnostics) {
    for (key, _) in tasks(subject).filter(|(key, _)| subject.spec.code_locations.contains_key(*key)) {
        found.shared_key(&task_at(key.as_str()), key.as_str());
    }
}

/// What `ops.sh` and the workflow call a layer, a service or an image of every deployment.
pub(super) const RESERVED: [&str; 11] = [
    "access",
    "core",
    "daemon",
    "data",
    "network",
    "operations",
    "platform",
    "read-only-copy",
    "registry",
    "ui",
    "webserver",
];

/// A key means one thing in `ops.sh deploy KEY` and the like.
fn reserved(subject: &Subject, found: &mut Diagnostics) {
    let locations = subject.spec.code_locations.keys().map(|it| (SpecPath::from("code_locations"), it));
    let tasks = tasks(subject).map(|(key, _)| (SpecPath::from("tasks"), key));
    for (map, key) in locations.chain(tasks).filter(|(_, key)| RESERVED.contains(&key.as_str())) {
        found.reserved_key(&map.key(key.as_str()), key.as_str());
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
