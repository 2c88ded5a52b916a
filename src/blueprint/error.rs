//! What went wrong in a blueprint, with minijinja's own excerpt of the place.

use std::error::Error as _;
use std::fmt;
use std::ops::Range;

/// A blueprint that cannot be rendered: a fault of whoever wrote the blueprint, never of the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlueprintError {
    /// The blueprint at fault, which may be one that was included.
    pub name: String,
    /// The line in it.
    pub line: Option<usize>,
    /// The bytes of it that are meant.
    pub range: Option<Range<usize>>,
    /// What is wrong, in one line.
    pub message: String,
    /// The lines around it with a marker, and the values it referred to; may be empty.
    pub excerpt: String,
}

impl BlueprintError {
    pub(crate) fn new(name: &str, message: String) -> Self {
        BlueprintError { name: name.to_owned(), line: None, range: None, message, excerpt: String::new() }
    }

    /// Minijinja wraps an error once for every include it passes; the innermost one has the place.
    pub(crate) fn from_minijinja(name: &str, error: &minijinja::Error) -> Self {
        let mut innermost = error;
        while let Some(source) = innermost.source().and_then(|it| it.downcast_ref::<minijinja::Error>()) {
            innermost = source;
        }
        let message = match innermost.detail() {
            Some(detail) => format!("{}: {detail}", innermost.kind()),
            None => innermost.kind().to_string(),
        };
        BlueprintError {
            name: innermost.name().unwrap_or(name).to_owned(),
            line: innermost.line(),
            range: innermost.range(),
            message,
            excerpt: excerpt(innermost),
        }
    }
}

/// The lines around the place. The values that minijinja lists after them are whole rooms of the plan, which
/// `dagforge plan` shows better.
fn excerpt(error: &minijinja::Error) -> String {
    let all = error.display_debug_info().to_string();
    all.split("\nReferenced variables:").next().unwrap_or_default().trim_matches('\n').to_owned()
}

impl fmt::Display for BlueprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blueprint `{}`", self.name)?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.excerpt.is_empty() {
            write!(f, "\n{}", self.excerpt)?;
        }
        Ok(())
    }
}

impl std::error::Error for BlueprintError {}
