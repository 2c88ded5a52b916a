//! Rules about keys that code locations and tasks had before.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::in_process;
use crate::spec::keyed::Keyed;
use crate::spec::path::SpecPath;
use crate::spec::scalar::KeyName;

pub(super) const RULES: &[Rule] = &[in_use, targets, clashes, in_vain];

/// Renames of one kind of owner.
struct Renames<'a> {
    at: SpecPath,
    kind: &'static str,
    keys: Vec<&'a str>,
    renames: Option<&'a Keyed<KeyName>>,
}

impl<'a> Renames<'a> {
    fn each(&self) -> impl Iterator<Item = (SpecPath, &'a KeyName, &'a KeyName)> + use<'_, 'a> {
        self.renames.into_iter().flatten().map(|(old, new)| (self.at.key(old.as_str()), old, new))
    }

    fn has(&self, key: &KeyName) -> bool {
        self.keys.contains(&key.as_str())
    }
}

/// Those of code locations, and those of tasks.
fn kinds<'a>(subject: &'a Subject) -> [Renames<'a>; 2] {
    let (spec, at) = (subject.spec, SpecPath::from("renames"));
    let written = spec.renames.as_ref();
    [
        Renames {
            at: at.key("code_locations"),
            kind: "code location",
            keys: spec.code_locations.keys().map(KeyName::as_str).collect(),
            renames: written.and_then(|it| it.code_locations.as_ref()),
        },
        Renames {
            at: at.key("tasks"),
            kind: "task",
            keys: spec.tasks.iter().flatten().map(|it| it.0.as_str()).collect(),
            renames: written.and_then(|it| it.tasks.as_ref()),
        },
    ]
}

/// A key that was given up is nobody's.
fn in_use(subject: &Subject, found: &mut Diagnostics) {
    let kinds = kinds(subject);
    for (at, old, new) in kinds.iter().flat_map(Renames::each) {
        if let Some(owner) = kinds.iter().find(|it| it.has(old)) {
            found.rename_in_use(&at, old.as_str(), owner.kind, new.as_str());
        }
    }
}

/// Every rename ends at something that is there.
fn targets(subject: &Subject, found: &mut Diagnostics) {
    for kind in kinds(subject) {
        for (at, old, new) in kind.each() {
            if kind.has(new) || kind.has(old) {
                continue;
            }
            let mut steps = std::iter::successors(Some(new), |it| kind.renames?.get(*it));
            // As many steps as there are renames lead anywhere but out of a circle.
            match steps.by_ref().take(kind.each().count() + 1).last() {
                Some(end) if kind.has(end) => {}
                Some(end) if kind.renames.is_some_and(|it| it.contains_key(end)) => {
                    found.rename_circle(&at, old.as_str());
                }
                // Whoever is renamed to a key that is renamed further has its finding there.
                Some(end) if end == new => {
                    let meant = nearest(new.as_str(), kind.keys.iter().copied());
                    found.rename_target(&at, new.as_str(), kind.kind, meant, &kind.keys);
                }
                _ => {}
            }
        }
    }
}

/// One old key, one new key.
fn clashes(subject: &Subject, found: &mut Diagnostics) {
    let [locations, tasks] = kinds(subject);
    for kind in [&locations, &tasks] {
        let all: Vec<_> = kind.each().collect();
        for (index, (at, _, new)) in all.iter().enumerate() {
            if let Some((_, other, _)) = all[..index].iter().find(|it| it.2 == *new) {
                found.rename_clash(at, new.as_str(), other.as_str());
            }
        }
    }
    for (at, old, _) in tasks.each().filter(|(_, old, _)| locations.renames.is_some_and(|it| it.contains_key(*old))) {
        found.rename_of_both(&at, old.as_str());
    }
}

/// What webserver and daemon load has no name of its own in AWS.
fn in_vain(subject: &Subject, found: &mut Diagnostics) {
    let [locations, _] = kinds(subject);
    let shared = in_process::keys(subject.spec);
    for (at, _, new) in locations.each().filter(|(_, _, new)| shared.iter().any(|it| it.as_str() == new.as_str())) {
        let because = format!("webserver and daemon load `{new}`, which AWS knows nothing of");
        found.no_effect(&at, &because, "remove it");
    }
}
