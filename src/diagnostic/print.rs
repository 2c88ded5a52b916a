//! Findings to text: the form for people, with an excerpt and a caret, and one JSON object per line for programs.
//!
//! Nothing that a spec contains reaches the terminal raw: control characters are shown as `�`.

use std::borrow::Cow;
use std::fmt::Write;

use clap::builder::styling::{AnsiColor, Style};

use super::{Diagnostic, Diagnostics, Part, Place, Severity, Span};
use crate::source::Source;
use crate::spec::locate::Locator;

/// Characters of a line that an excerpt shows; longer lines are cut around the caret.
const WIDTH: usize = 120;

/// How findings are shown to people. Whether colour is wanted is the caller's to decide: a terminal, no `NO_COLOR`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Look {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// A finding with its place in the text.
struct Located<'a> {
    span: Option<Span>,
    diagnostic: &'a Diagnostic,
}

/// Findings with their places, which are looked up once, however the findings are shown.
pub struct Placed<'a> {
    source: &'a Source,
    /// Every different finding, in the order of the text; other files come last.
    all: Vec<Located<'a>>,
    more: bool,
}

impl Diagnostics {
    /// The findings with their places in a text.
    pub fn placed<'a>(&'a self, source: &'a Source) -> Placed<'a> {
        Placed { source, all: self.located(source), more: self.is_full() }
    }

    /// What [`Placed::print`] prints.
    pub fn print(&self, source: &Source, look: Look) -> String {
        self.placed(source).print(look)
    }

    fn located(&self, source: &Source) -> Vec<Located<'_>> {
        let locator = Locator::new(source);
        let mut all: Vec<Located> = self
            .iter()
            .map(|diagnostic| Located { span: span(source, &locator, &diagnostic.place), diagnostic })
            .collect();
        let elsewhere = |it: &Located| matches!(it.diagnostic.place, Place::File { .. });
        all.sort_by(|a, b| {
            (elsewhere(a), a.span, &a.diagnostic.place).cmp(&(elsewhere(b), b.span, &b.diagnostic.place))
        });
        // The same finding reaches us once per environment, and once per alias of the text it is in.
        let mut kept: Vec<Located> = Vec::new();
        for located in all {
            let same = |it: &Located| it.same(&located);
            if !kept.iter().rev().take_while(|it| it.span == located.span).any(same) {
                kept.push(located);
            }
        }
        kept
    }
}

impl Placed<'_> {
    /// The findings for people, each followed by an empty line.
    pub fn print(&self, look: Look) -> String {
        let mut out = String::new();
        for located in &self.all {
            located.print(self.source, look, &mut out);
        }
        if self.more {
            line(&mut out, "there is more: these are the first findings");
        }
        out
    }

    /// The findings for programs: one JSON object per line.
    pub fn json_lines(&self) -> String {
        self.all.iter().map(|located| format!("{}\n", located.json(self.source))).collect()
    }

    /// How many there are, errors first.
    pub fn count(&self) -> (usize, usize) {
        let errors = self.all.iter().filter(|it| it.diagnostic.severity == Severity::Error).count();
        (errors, self.all.len() - errors)
    }
}

/// Where a place is in the text.
fn span(source: &Source, locator: &Locator, place: &Place) -> Option<Span> {
    match place {
        Place::Whole | Place::File { .. } => None,
        Place::Position(span) => Some(*span),
        Place::Spec(path, part) => locator.nearest(path, *part).map(|range| source.span(range)),
    }
}

impl Located<'_> {
    /// Whether two findings read the same; a position in the text stands for the path that led to it.
    fn same(&self, other: &Self) -> bool {
        let (a, b) = (self.diagnostic, other.diagnostic);
        let place = self.span == other.span && (self.span.is_some() || a.place == b.place);
        place && (a.code, &a.message, &a.help) == (b.code, &b.message, &b.help)
    }

    fn print(&self, source: &Source, look: Look, out: &mut String) {
        let Diagnostic { severity, code, message, help, .. } = self.diagnostic;
        let (word, colour) = match severity {
            Severity::Error => ("error", AnsiColor::BrightRed),
            Severity::Warning => ("warning", AnsiColor::BrightYellow),
        };
        let pen = Pen(look);
        let head = pen.draw(colour.on_default().bold(), &format!("{word}[{code}]"));
        line(out, &format!("{head}: {}", pen.draw(Style::new().bold(), &shown(message))));
        let faint = |text: &str| pen.draw(AnsiColor::BrightBlue.on_default(), text);
        let margin = self.span.map_or(1, |it| it.line.to_string().len());
        let pad = " ".repeat(margin);
        line(out, &format!("{pad}{} {}", faint("-->"), shown(&self.address(source))));
        let quoted = self.span.filter(|_| !self.diagnostic.hides_line);
        if let Some((excerpt, before, under)) = quoted.and_then(|it| excerpt(source, it)) {
            let number = self.span.map_or(0, |it| it.line);
            line(out, &format!("{pad} {}", faint("|")));
            line(out, &format!("{} {excerpt}", faint(&format!("{number} |"))));
            let caret = pen.draw(colour.on_default().bold(), &"^".repeat(under));
            line(out, &format!("{pad} {} {}{caret}", faint("|"), " ".repeat(before)));
        }
        for help in help {
            line(out, &format!("{pad} {} help: {}", faint("="), shown(help)));
        }
        out.push('\n');
    }

    /// `file:line:col`, as editors and terminals make it clickable.
    fn address(&self, source: &Source) -> String {
        match (&self.diagnostic.place, self.span) {
            (Place::File { name, line: Some(line) }, _) => format!("{name}:{line}"),
            (Place::File { name, line: None }, _) => name.clone(),
            (_, Some(span)) => format!("{}:{}:{}", source.name, span.line, span.column),
            _ => source.name.clone(),
        }
    }

    fn json(&self, source: &Source) -> serde_json::Value {
        let Diagnostic { severity, code, message, place, help, .. } = self.diagnostic;
        let (file, path, part) = match place {
            Place::File { name, .. } => (name, None, None),
            Place::Spec(path, part) => (&source.name, Some(path.to_string()), Some(part)),
            _ => (&source.name, None, None),
        };
        let line = match place {
            Place::File { line, .. } => *line,
            _ => self.span.map(|it| it.line),
        };
        serde_json::json!({
            "severity": match severity { Severity::Error => "error", Severity::Warning => "warning" },
            "code": code.name,
            "message": message,
            "file": file,
            "line": line,
            "column": self.span.map(|it| it.column),
            "length": self.span.map(|it| it.length),
            "path": path,
            "part": part.map(|it| match it { Part::Key => "key", Part::Value => "value" }),
            "help": help,
        })
    }
}

/// Paints, or leaves the text as it is.
struct Pen(Look);

impl Pen {
    fn draw(&self, style: Style, text: &str) -> String {
        match self.0 {
            Look::Plain => text.to_owned(),
            Look::Coloured => format!("{style}{text}{style:#}"),
        }
    }
}

/// Adds a line without blanks at its end.
fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}

/// The line a span is on, cut to a readable width, with the caret's indent and length.
fn excerpt(source: &Source, span: Span) -> Option<(String, usize, usize)> {
    let text: Vec<char> = shown(source.line(span.line)?).chars().collect();
    let start = (span.column - 1).min(text.len());
    let length = span.length.min(text.len() - start);
    let from = if start + length.min(WIDTH / 2) <= WIDTH { 0 } else { start - WIDTH / 2 };
    let to = text.len().min(from + WIDTH);
    let cut: String = text[from..to].iter().collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if to < text.len() { "…" } else { "" };
    let indent = start - from + before.chars().count();
    Some((format!("{before}{cut}{after}"), indent, length.min(to - start).max(1)))
}

/// Text that can go to a terminal: a tab is one blank, so that the caret stays below its character.
fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let safe = |it: char| match it {
        '\t' | '\n' => ' ',
        _ if it.is_control() => '\u{fffd}',
        _ => it,
    };
    Cow::Owned(text.chars().map(safe).collect())
}

#[cfg(test)]
mod tests;
