//! `environments:` laid over the rest of a spec, remembering what came from where.
//!
//! Maps merge key by key, everything else replaces, `null` deletes. A finding in the merged tree is reported where its
//! text is: at `environments.prod.web.cpu` when the overlay wrote it, at `web.cpu` when it did not.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::path::{SpecPath, Step};
use crate::diagnostic::{Diagnostics, Place};

/// The key that holds the overlays.
pub const ENVIRONMENTS: &str = "environments";

/// Where the parts of a merged tree were written.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The path of the overlay, `environments.prod`; the root when there is none.
    overlay: SpecPath,
    /// The topmost paths that the overlay wrote.
    written: BTreeSet<SpecPath>,
}

impl Origin {
    /// The origin of a tree that is an overlay and nothing else.
    pub(super) fn whole(overlay: SpecPath) -> Self {
        Self { overlay, written: BTreeSet::from([SpecPath::root()]) }
    }

    /// The name of the environment that was laid over the spec.
    pub fn environment(&self) -> Option<&str> {
        self.overlay.last_key()
    }

    /// The path in the text of a path in the merged tree.
    pub fn trace(&self, path: &SpecPath) -> SpecPath {
        let steps = path.steps();
        let from_overlay =
            (0..=steps.len()).any(|end| self.written.contains(&SpecPath::from_iter(steps[..end].to_vec())));
        if from_overlay { path.below(&self.overlay) } else { path.clone() }
    }

    /// Moves findings about the merged tree to where their text is.
    pub fn place(&self, found: &mut Diagnostics) {
        for finding in found.iter_mut() {
            if let Place::Spec(path, _) = &mut finding.place {
                *path = self.trace(path);
            }
        }
    }
}

/// Lays an overlay over a tree.
pub(super) fn lay(base: &mut Map<String, Value>, overlay: &Map<String, Value>, at: SpecPath) -> Origin {
    let mut origin = Origin { overlay: at, written: BTreeSet::new() };
    merge(base, overlay, &mut Vec::new(), &mut origin);
    origin
}

/// Recursion ends with the tree, whose depth reading has bounded.
fn merge(base: &mut Map<String, Value>, overlay: &Map<String, Value>, at: &mut Vec<Step>, origin: &mut Origin) {
    for (name, over) in overlay {
        at.push(Step::Key(name.clone()));
        match (base.get_mut(name), over) {
            (_, Value::Null) => {
                base.shift_remove(name);
            }
            (Some(Value::Object(below)), Value::Object(over)) => merge(below, over, at, origin),
            _ => {
                origin.written.insert(at.iter().cloned().collect());
                base.insert(name.clone(), without_nulls(over));
            }
        }
        at.pop();
    }
}

/// A map that the overlay adds has nothing to delete: its nulls mean "not said".
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, it)| !it.is_null());
            Value::Object(kept.map(|(name, it)| (name.clone(), without_nulls(it))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn maps_merge_lists_replace_null_deletes() {
        let mut base = map(json!({"web": {"cpu": 1, "auth": {"a": 1}, "allow": [1, 2]}, "name": "x"}));
        let over = map(json!({"web": {"cpu": 2, "auth": null, "allow": [3]}, "daemon": {"cpu": null, "memory": 4}}));
        let origin = lay(&mut base, &over, "environments.prod".into());
        let merged = json!({"web": {"cpu": 2, "allow": [3]}, "name": "x", "daemon": {"memory": 4}});
        assert_eq!(Value::Object(base), merged);
        let traced = |path: SpecPath| origin.trace(&path).to_string();
        assert_eq!(traced("web.cpu".into()), "environments.prod.web.cpu");
        assert_eq!(traced(SpecPath::from("web.allow").index(0)), "environments.prod.web.allow[0]");
        assert_eq!(traced("web".into()), "web");
        assert_eq!(traced("daemon.memory".into()), "environments.prod.daemon.memory");
        assert_eq!(traced("name".into()), "name");
        assert_eq!(origin.environment(), Some("prod"));
    }
}
