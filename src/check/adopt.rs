//! Rules about things that exist and are taken over.

use super::network::repeated;
use super::{Rule, Subject};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Diagnostics, Place};
use crate::spec::adopt::Adopt;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[buckets, repositories, log_groups, protection];

fn written<'a>(subject: &'a Subject) -> Option<(SpecPath, &'a Adopt)> {
    Some(("adopt".into(), subject.spec.adopt.as_ref()?))
}

/// Each takes the place of a bucket that would be made.
fn buckets(subject: &Subject, found: &mut Diagnostics) {
    let Some((at, adopt)) = written(subject) else { return };
    let made: Vec<&str> = subject.plan.rooms.data.buckets.iter().map(|it| it.id.as_str()).collect();
    let named: Vec<_> =
        adopt.buckets.iter().flat_map(|it| it.given()).map(|(key, name)| (key, name.as_str())).collect();
    for (key, _) in named.iter().filter(|it| !made.contains(&it.0)) {
        found.adopt_nothing(Place::key(&at.key("buckets").key(*key)), "bucket", None, &made);
    }
    distinct(&at.key("buckets"), &named, found);
}

/// Each takes the place of a repository that would be made, and is one of this account.
fn repositories(subject: &Subject, found: &mut Diagnostics) {
    let Some((at, adopt)) = written(subject) else { return };
    let made: Vec<&str> = subject.plan.ops.images.iter().map(|it| it.called.as_str()).collect();
    for (key, name) in adopt.repositories.iter().flatten() {
        let at = at.key("repositories").key(key.as_str());
        if !made.contains(&key.as_str()) {
            let meant = nearest(key.as_str(), made.iter().copied());
            found.adopt_nothing(Place::key(&at), "repository", meant, &made);
        } else if name.has_registry() {
            let path = name.as_str().split_once('/').map_or("", |it| it.1);
            let message = format!("`{}` is not the name of a repository of this account", name.as_str());
            found.bad_value(
                &at,
                &message,
                &[format!("only one of this account and region can be taken over: `{path}`")],
            );
        }
    }
    let named: Vec<_> = adopt.repositories.iter().flatten().map(|(key, name)| (key.as_str(), name.as_str())).collect();
    distinct(&at.key("repositories"), &named, found);
}

/// Nothing takes two places.
fn distinct(at: &SpecPath, named: &[(&str, &str)], found: &mut Diagnostics) {
    for (index, (key, name)) in named.iter().enumerate() {
        if let Some((first, _)) = named[..index].iter().find(|it| it.1 == *name) {
            found.repeated_item(&at.key(*key), name, &at.key(*first), None);
        }
    }
}

/// Each has the name of a log group that would be made.
fn log_groups(subject: &Subject, found: &mut Diagnostics) {
    let Some((at, adopt)) = written(subject) else { return };
    let (at, prefix) = (at.key("log_groups"), subject.plan.deployment.log_prefix());
    let made: Vec<&str> = subject.plan.rooms.log_groups().filter_map(|it| it.name.strip_prefix(&prefix)).collect();
    let given = adopt.log_groups.iter().flatten().map(String::as_str);
    repeated(&at, given.clone(), found);
    for (index, end) in given.enumerate().filter(|it| !made.contains(&it.1)) {
        let meant = nearest(end, made.iter().copied());
        found.adopt_nothing(Place::value(&at.index(index)), "log group", meant, &made);
    }
}

/// What a stack would delete cannot be taken over.
fn protection(subject: &Subject, found: &mut Diagnostics) {
    if let (Some((at, _)), false) = (written(subject), subject.plan.deployment.protection.enabled) {
        found.adopt_unprotected(&at);
    }
}
