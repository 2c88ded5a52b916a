//! Findings about keys that code locations and tasks had before.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    RENAME_IN_USE = "rename-in-use": "A key that was given up in `renames` is the key of something else. AWS knows the \
        renamed one by it, so both would have the same stacks, roles and repositories, and Terraform could not tell whose \
        state is whose."
        => "https://developer.hashicorp.com/terraform/language/modules/develop/refactoring and a rule of dagforge's own: \
        one key, one stack.";
    RENAME_TARGET = "rename-target": "A new key in `renames` is the key of a code location or task, or was renamed once \
        more."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    RENAME_CLASH = "rename-clash": "Two keys in `renames` have become one, or one key has become two. AWS knows everything \
        by one name."
        => "A rule of dagforge's own: one key, one stack.";
}

impl Diagnostics {
    /// An old key that is in use.
    pub fn rename_in_use(&mut self, at: &SpecPath, key: &str, kind: &str, new: &str) {
        let message = format!("`{key}` is the key of a {kind}, and what AWS knows `{new}` by");
        self.error(RENAME_IN_USE, Place::key(at), message)
            .help(format!("take a third key for one of them, or remove `{key}: {new}` if nothing was renamed"));
    }

    /// A new key that nobody has.
    pub fn rename_target(&mut self, at: &SpecPath, key: &str, kind: &str, meant: Option<&str>, known: &[&str]) {
        let finding = self.error(RENAME_TARGET, Place::value(at), format!("there is no {kind} `{key}`"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None if known.is_empty() => finding.help("remove it: there is nothing that could have been renamed"),
            None => finding.help(format!("write the key that it has now: it is one of {}", known.join(", "))),
        };
    }

    /// Renames that lead in a circle.
    pub fn rename_circle(&mut self, at: &SpecPath, key: &str) {
        self.error(RENAME_TARGET, Place::value(at), format!("the renames of `{key}` lead in a circle"))
            .help("write the keys in the order in which they were given: `{first: second, second: third}`");
    }

    /// Two old keys with one new one.
    pub fn rename_clash(&mut self, at: &SpecPath, key: &str, other: &str) {
        self.error(RENAME_CLASH, Place::value(at), format!("`{other}` was renamed to `{key}` too"))
            .help("keep the one that AWS knows; the other is removed, or has a key of its own");
    }

    /// An old key of both kinds.
    pub fn rename_of_both(&mut self, at: &SpecPath, key: &str) {
        self.error(RENAME_CLASH, Place::key(at), format!("`{key}` is the old key of a code location too"))
            .help("keep the one that AWS knows by it: one key never belonged to both");
    }
}
