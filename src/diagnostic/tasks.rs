//! Findings about tasks and about secrets that are created.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    SHARED_KEY = "shared-key": "A task and a code location have the same key. Their stacks, their secrets and their \
        revisions in `releases` are named after it, so a key can only belong to one of them."
        => "A rule of dagforge's own: one key, one stack.";
    RESERVED_KEY = "reserved-key": "Layers, services and images that every deployment has are called by their names in \
        `ops.sh` and the workflow, as code locations and tasks are called by their keys. One name means one thing."
        => "A rule of dagforge's own: blueprints/ops/ops.sh.j2.";
    IMAGE_OF = "image-of": "`of` takes the image of a code location or of a task that has an image of its own. An image \
        that is again another's would hide where it comes from."
        => "A rule of dagforge's own: one step leads to an image.";
    UNKNOWN_LOCATION = "unknown-location": "Every name in `trigger_from` is the key of a code location, whose runs get the \
        right to start the task; so is every key below `local.code_locations`, and every name in `access.….locations`."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    SECRET_CLASH = "secret-clash": "Two secrets that are created would get one name in a template or module, because \
        hyphens are lost there."
        => "A rule of dagforge's own: logical ids and Terraform labels have no hyphens.";
}

impl Diagnostics {
    /// A key of both kinds.
    pub fn shared_key(&mut self, at: &SpecPath, key: &str) {
        let message = format!("`{key}` is the key of a code location too");
        self.error(SHARED_KEY, Place::key(at), message)
            .help(format!("rename one of them, for example to `{key}-task`: stacks and releases are named by the key"));
    }

    /// A key that means something else already.
    pub fn reserved_key(&mut self, at: &SpecPath, key: &str) {
        let message = format!("`{key}` is what every deployment calls a part of its own");
        self.error(RESERVED_KEY, Place::key(at), message).help(format!("rename it, for example to `{key}-code`"));
    }

    /// `of` names nothing.
    pub fn image_of_nothing(&mut self, at: &SpecPath, key: &str, meant: Option<&str>) {
        let message = format!("there is no other code location and no other task `{key}`");
        let finding = self.error(IMAGE_OF, Place::value(at), message);
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("leave `image` out to get a repository of its own"),
        };
    }

    /// `of` names a task whose image is another's; `source` is whose.
    pub fn image_of_other(&mut self, at: &SpecPath, key: &str, source: &str) {
        let message = format!("the image of `{key}` is itself that of `{source}`");
        self.error(IMAGE_OF, Place::value(at), message).help(format!("write `{{of: {source}}}`"));
    }

    /// `of` names a location that has no image of its own.
    pub fn image_of_core(&mut self, at: &SpecPath, key: &str) {
        let message = format!("the code of `{key}` is in the core image, and it has no image of its own");
        self.error(IMAGE_OF, Place::value(at), message).help("leave `image` out to get a repository of its own");
    }

    /// `trigger_from` names no code location.
    pub fn unknown_location(&mut self, at: &SpecPath, key: &str, meant: Option<&str>, known: &[&str]) {
        let message = format!("there is no code location `{key}`");
        let finding = self.error(UNKNOWN_LOCATION, Place::value(at), message);
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help(format!("the code locations are {}", known.join(", "))),
        };
    }

    /// A key of a map by code location that is the key of none.
    pub fn unknown_location_key(&mut self, at: &SpecPath, key: &str, meant: Option<&str>, known: &[&str]) {
        let finding = self.error(UNKNOWN_LOCATION, Place::key(at), format!("there is no code location `{key}`"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help(format!("the code locations are {}", known.join(", "))),
        };
    }

    /// Two created secrets with one identifier.
    pub fn secret_clash(&mut self, at: &SpecPath, name: &str, other: &str) {
        let message = format!("the secret `{name}` cannot be told from `{other}` where names have no hyphens");
        self.error(SECRET_CLASH, Place::value(at), message).help("give it a `name` that differs in a letter or digit");
    }
}
