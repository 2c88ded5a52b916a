//! Files of the user's own, read back together with the rendered ones.

use crate::diagnostic::Diagnostics;
use crate::plan::extra::Extra;
use crate::render::File;
use crate::verify::Reader;
use crate::verify::yaml::{Node, read};

/// What is wrong with them, at the place in their own text: a file is rendered as it is, so a line is that of its source.
pub(super) fn examine(extra: &Extra, files: &[File], found: &mut Diagnostics) {
    for file in extra.files().filter(|it| it.text.is_none()) {
        found.extra_missing(&file.at, &file.source);
    }
    if found.has_errors() {
        return;
    }
    let mut reader = Reader::default();
    files.iter().for_each(|it| reader.read(it));
    for problem in reader.problems() {
        if let Some(file) = extra.files().find(|it| it.path == problem.file) {
            found.extra_content(&file.source, problem.line, &problem.message);
        }
    }
    for template in &extra.templates {
        let Ok(root) = read(template.text.as_deref().unwrap_or_default()) else { continue };
        for (key, parameter) in root.get("Parameters").map(Node::entries).unwrap_or_default() {
            if parameter.get("Default").is_none() {
                let name = key.text().unwrap_or_default();
                let message = format!("the parameter `{name}` has no default, and nobody gives it a value");
                found.extra_content(&template.source, Some(key.line), &message);
            }
        }
    }
}
