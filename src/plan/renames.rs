//! Keys that code locations and tasks had before.
//!
//! AWS can rename next to nothing: a role, a log group, a repository or a service under a new name is a new one. So AWS goes
//! on to know everything of a renamed owner by its first key, and the new one is for Dagster, for people, and for labels and
//! files of Terraform, which moves its state.

use serde::Serialize;

use super::key::Key;
use crate::spec::Spec;
use crate::spec::keyed::Keyed;
use crate::spec::scalar::KeyName;

/// A code location or task that had another key.
#[derive(Clone, Debug, Serialize)]
pub struct Renamed {
    /// Its key.
    pub key: Key,
    /// What AWS knows it by: the first key that it had.
    pub known_as: Key,
    /// The keys that it had after that one.
    pub later: Vec<Key>,
}

impl Renamed {
    /// Everything that has been renamed.
    pub fn all(spec: &Spec) -> Vec<Self> {
        let Some(renames) = &spec.renames else { return Vec::new() };
        let locations = spec.code_locations.keys().map(|it| (it, &renames.code_locations));
        let tasks = spec.tasks.iter().flat_map(|it| it.keys()).map(|it| (it, &renames.tasks));
        let all = locations.chain(tasks).filter_map(|(key, renames)| Some((key, renames.as_ref()?)));
        let renamed = all.filter_map(|(key, renames)| {
            let mut before = before(renames, key).into_iter();
            Some(Self { key: key.into(), known_as: before.next()?, later: before.collect() })
        });
        renamed.collect()
    }

    /// Every key that it had, with the one that came after.
    pub fn steps(&self) -> impl Iterator<Item = (&Key, &Key)> {
        let before = [&self.known_as].into_iter().chain(&self.later);
        before.zip(self.later.iter().chain([&self.key]))
    }
}

/// One rename after the other, backwards. A circle, which is a finding, ends where it would begin again.
fn before(renames: &Keyed<KeyName>, key: &KeyName) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut at = key;
    while let Some((old, _)) = renames.iter().find(|(_, new)| *new == at) {
        let old_key = Key::from(old);
        if keys.contains(&old_key) {
            break;
        }
        keys.push(old_key);
        at = old;
    }
    keys.reverse();
    keys
}
