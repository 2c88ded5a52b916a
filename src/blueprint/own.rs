//! Blueprints of the user's that stand in for built-in ones: which are taken, and how a file says that it was made with them.

use std::collections::{BTreeMap, BTreeSet};

use super::{BlueprintError, Blueprints, Mode};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Diagnostics, Place};
use crate::source::Source;

/// A file of a blueprints folder with what is wrong with it.
#[derive(Debug)]
pub struct Flawed {
    /// The file, under the path that the user knows it by.
    pub source: Source,
    /// What is wrong.
    pub found: Diagnostics,
}

impl Blueprints {
    /// The blueprints in the binary, some of them replaced by the file of `folder` with the same path. A new path is taken for
    /// what replaced ones import, which by convention starts with `_`; any other would never be rendered, and is a finding.
    pub fn shadowed_by(folder: &str, files: BTreeMap<String, String>) -> Result<Self, Vec<Flawed>> {
        let built_in = Self::embedded();
        let mut unknown = Diagnostics::default();
        for path in files.keys().filter(|path| built_in.source(path).is_none()) {
            if !is_partial(path) {
                unknown.unknown_blueprint(&within(folder, path), nearest(path, built_in.names()));
            } else if !files.values().any(|text| imports(text, path)) {
                unknown.unused_blueprint(&within(folder, path), path, nearest(path, built_in.names()));
            }
        }
        let own: BTreeSet<String> = files.keys().cloned().collect();
        let mut sources = built_in.sources;
        for (path, text) in files {
            sources.insert(path.into(), text.replace("\r\n", "\n").into());
        }
        let all = Self::of(sources, own);
        let mut flawed = Vec::new();
        if !unknown.is_empty() {
            flawed.push(Flawed { source: Source::new(folder, ""), found: unknown });
        }
        // Compiling finds what is no blueprint at all, even where this spec needs none of it.
        let compiled = all.shadowed.iter().filter(|path| Mode::of_path(path).is_some());
        let errors = compiled.filter_map(|path| Some((path, all.environment.get_template(path).err()?)));
        flawed.extend(errors.map(|(path, error)| all.blame(folder, &BlueprintError::from_minijinja(path, &error))));
        if flawed.is_empty() { Ok(all) } else { Err(flawed) }
    }

    /// An error of a render as a finding at its place in the user's file, or in the built-in one that met something unexpected
    /// in the user's.
    pub fn blame(&self, folder: &str, error: &BlueprintError) -> Flawed {
        let text = self.source(&error.name).unwrap_or_default();
        let mine = self.shadowed.contains(&error.name);
        let name = if mine { within(folder, &error.name) } else { format!("built-in {}", error.name) };
        let source = Source::new(name, text);
        let place = match (&error.range, error.line) {
            (Some(range), _) => Place::Position(source.span(range.clone())),
            (None, Some(line)) => Place::File { name: source.name.clone(), line: Some(line) },
            (None, None) => Place::Whole,
        };
        let imported = self.shadowed.iter().filter(|path| !mine && imports(text, path));
        let imported: Vec<String> = imported.map(|path| within(folder, path)).collect();
        let mut found = Diagnostics::default();
        found.broken_blueprint(place, &error.message, &imported);
        Flawed { source, found }
    }
}

/// A path as the user would write it.
fn within(folder: &str, path: &str) -> String {
    format!("{}/{path}", folder.trim_end_matches('/'))
}

/// Whether a path is one for parts that others import: `cfn/_mine.yaml.j2`, in letters that every comment can hold.
fn is_partial(path: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"._/-".contains(&it);
    let file = path.rsplit('/').next().unwrap_or_default();
    file.starts_with('_') && path.bytes().all(plain) && Mode::of_path(path).is_some()
}

/// Whether a blueprint names another one.
fn imports(text: &str, path: &str) -> bool {
    text.contains(&format!("\"{path}\"")) || text.contains(&format!("'{path}'"))
}

/// The lines that tell whoever reads a rendered file that it is not made of built-in blueprints alone. JSON knows no comments.
pub(super) fn header(name: &str, own: &BTreeSet<String>) -> String {
    let list = |mark: &str| own.iter().map(|path| format!("{mark}  {path}\n")).collect::<String>();
    const MADE: &str = "Made with blueprints that are not dagforge's own:";
    match Mode::of_path(name) {
        _ if own.is_empty() || name.ends_with(".json.j2") => String::new(),
        Some(Mode::Markdown) => format!("<!-- {MADE}\n{}-->\n\n", list("")),
        _ => format!("# {MADE}\n{}", list("#")),
    }
}

/// Where the header of a file belongs: behind a first line that only the first line can be.
pub(super) fn header_at(text: &str) -> usize {
    let first = ["#!", "# syntax=", "# escape="].iter().any(|it| text.starts_with(it));
    if first { text.find('\n').map_or(text.len(), |at| at + 1) } else { 0 }
}
