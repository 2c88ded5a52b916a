//! Findings: what is wrong, where, and what to do about it.
//!
//! There is one struct and one constructor per finding (`diagnostics.unknown_key(…)`), grouped by subject in the files
//! beside this one, so that every message of the program can be read in a few short files.
//! A finding about the spec names a path; its line is looked up when it is printed.

mod adopt;
mod arn;
mod blueprint;
mod cluster;
mod code;
mod data;
mod database;
mod environment;
mod extra;
mod github;
mod import;
mod limit;
mod listener;
mod local;
mod location;
mod login;
mod network;
mod operations;
mod overrides;
mod people;
mod permission;
mod print;
mod registry;
mod renames;
mod runs;
mod serving;
mod shape;
mod sharing;
mod sidecar;
mod storage;
pub mod suggest;
mod tags;
mod tasks;
mod terraform;
mod web;
mod yaml;

pub use code::{Code, Example};
pub use print::{Look, Placed};

use crate::spec::path::SpecPath;

/// Every code there is, in the order of its file; `dagforge explain` reads it, and a test holds it against tests/broken.
pub fn codes() -> impl Iterator<Item = Code> {
    let subjects = [
        yaml::CODES,
        shape::CODES,
        limit::CODES,
        network::CODES,
        cluster::CODES,
        operations::CODES,
        people::CODES,
        web::CODES,
        login::CODES,
        listener::CODES,
        data::CODES,
        database::CODES,
        location::CODES,
        serving::CODES,
        sidecar::CODES,
        storage::CODES,
        environment::CODES,
        github::CODES,
        permission::CODES,
        arn::CODES,
        runs::CODES,
        tags::CODES,
        tasks::CODES,
        terraform::CODES,
        registry::CODES,
        renames::CODES,
        adopt::CODES,
        extra::CODES,
        sharing::CODES,
        local::CODES,
        overrides::CODES,
        import::CODES,
        blueprint::CODES,
    ];
    subjects.into_iter().flatten().copied()
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Nothing is rendered.
    Error,
    /// Rendered all the same.
    Warning,
}

/// Which half of `key: value` is pointed at.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// The key.
    Key,
    /// The value.
    Value,
}

/// A stretch of one line, counted from 1 in characters; a length of 0 points between two.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// Line.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Characters covered.
    pub length: usize,
}

/// Where a finding is.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// The spec, or the input as a whole.
    Whole,
    /// A place in the spec's text that no path names, such as the second of two equal keys.
    Position(Span),
    /// A key or a value of the spec.
    Spec(SpecPath, Part),
    /// Another file, such as a rendered one.
    File {
        /// The file's path.
        name: String,
        /// The line, when it is known.
        line: Option<usize>,
    },
}

impl Place {
    /// The key at `path`.
    pub fn key(path: &SpecPath) -> Self {
        Self::Spec(path.clone(), Part::Key)
    }

    /// The value at `path`.
    pub fn value(path: &SpecPath) -> Self {
        Self::Spec(path.clone(), Part::Value)
    }
}

/// One finding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// Whether it stops the work.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// What is wrong: lower case, no full stop, literals in backticks.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do about it.
    pub help: Vec<String>,
    /// The line holds a secret: it is not shown, because findings end up in the logs of pipelines.
    pub hides_line: bool,
}

impl Diagnostic {
    /// Keeps the line out of what is printed.
    fn hide_line(&mut self) -> &mut Self {
        self.hides_line = true;
        self
    }

    /// Adds a line of help.
    pub fn help(&mut self, line: impl Into<String>) -> &mut Self {
        self.help.push(line.into());
        self
    }
}

/// How many findings are kept. Nobody reads more, and a hostile spec could have millions.
const MOST: usize = 500;

/// Findings in the making. Sorting and dropping duplicates is done by printing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many findings there are, duplicates included.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether more than the most that are kept were found; those that came last are lost.
    pub fn is_full(&self) -> bool {
        self.found.len() > MOST
    }

    /// Whether anything found stops the work.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|it| it.severity == Severity::Error)
    }

    /// The findings in the order they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// The same, to correct their places.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.found.iter_mut()
    }

    /// Keeps the findings that a condition holds for.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.found.retain(keep);
    }

    /// Takes over the findings of another stage.
    pub fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.found.truncate(MOST + 1);
    }

    /// Adds an error; only the constructors of this folder call it.
    fn error(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Error, code, place, message.into())
    }

    /// Adds a warning; only the constructors of this folder call it.
    fn warning(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Warning, code, place, message.into())
    }

    /// Adds a finding and hands it back for its help.
    fn add(&mut self, severity: Severity, code: Code, place: Place, message: String) -> &mut Diagnostic {
        self.found.truncate(MOST);
        let at = self.found.len();
        self.found.push(Diagnostic { severity, code, message, place, help: Vec::new(), hides_line: false });
        &mut self.found[at]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_words_that_explain_themselves() {
        let mut seen = BTreeSet::new();
        for code in codes() {
            assert!(seen.insert(code.name), "{code} twice");
            assert!(code.name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-'), "{code}");
            assert!(code.meaning.ends_with('.') && code.meaning.len() > 40, "{code} is not explained");
            assert!(code.source.len() > 15, "{code} has no source");
        }
    }
}
