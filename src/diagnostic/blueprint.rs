//! Findings about blueprints that a user keeps in a folder of their own.

use super::code::codes;
use super::{Diagnostics, Place};

codes! {
    UNKNOWN_BLUEPRINT = "unknown-blueprint" (no spec): "A file in the folder of `--blueprints` has the path of no built-in blueprint, so \
        it would never be rendered. A new path is only for parts that your own files import; their names begin with `_`."
        => "blueprints/README.md";
    UNUSED_BLUEPRINT = "unused-blueprint" (no spec): "A part in the folder of `--blueprints` is imported by no other file there, so it \
        would change nothing. Most often its name is a misspelt one of a built-in part."
        => "blueprints/README.md";
    BROKEN_BLUEPRINT = "broken-blueprint" (no spec): "A blueprint cannot be rendered: it is no valid template, or prints something that \
        the plan does not have. `dagforge blueprints show` prints the built-in one, and `dagforge plan` all that there is."
        => "blueprints/README.md and https://docs.rs/minijinja/latest/minijinja/syntax/";
}

impl Diagnostics {
    /// A file that shadows nothing.
    pub fn unknown_blueprint(&mut self, file: &str, meant: Option<&str>) {
        let place = Place::File { name: file.to_owned(), line: None };
        let finding = self.error(UNKNOWN_BLUEPRINT, place, "there is no built-in blueprint of this path");
        if let Some(meant) = meant {
            finding.help(format!("did you mean `{meant}`?"));
        }
        finding.help("`dagforge blueprints list` prints them all; hidden files and `*.md` may stand beside them");
    }

    /// A part that nothing imports.
    pub fn unused_blueprint(&mut self, file: &str, path: &str, meant: Option<&str>) {
        let place = Place::File { name: file.to_owned(), line: None };
        let finding = self.error(UNUSED_BLUEPRINT, place, "no blueprint of this folder imports this part");
        if let Some(meant) = meant {
            finding.help(format!("did you mean to shadow `{meant}`?"));
        }
        finding.help(format!("import it by its path, as in `{{% import \"{path}\" as mine %}}`, or remove it"));
    }

    /// A blueprint that does not compile, or whose values are not there; `imported` are the user's own files that it uses.
    pub fn broken_blueprint(&mut self, place: Place, message: &str, imported: &[String]) {
        let finding = self.error(BROKEN_BLUEPRINT, place, message);
        if !imported.is_empty() {
            finding.help(format!("this one is built in; it imports {}", imported.join(", ")));
        }
        finding.help(match message.starts_with("undefined value") {
            true => "`dagforge plan` prints every value that a blueprint can use",
            false => "`dagforge blueprints show` prints the built-in one",
        });
    }
}
