//! What can be said about a text before and when the YAML parser refuses it, in words that help.

use serde_yaml::Error;

use super::anchors::redefined;
use crate::diagnostic::{Diagnostics, Place, Span};
use crate::source::{MAX_BYTES, Source};

/// How a key describes itself to the parser; seen again in its message when a list or a map stands there.
pub(super) const EXPECTED_KEY: &str = "a plain word as the key";

/// Refuses what the parser would misread, report without a place, or report only after a long time.
pub(super) fn refuse_unreadable(source: &Source, found: &mut Diagnostics) -> bool {
    if source.text.len() > MAX_BYTES {
        found.too_large(source.text.len());
        return true;
    }
    if let Some((at, character)) = source.text.char_indices().find(|(_, it)| !allowed(*it)) {
        found.control_character(source.span(at..at + character.len_utf8()), character);
        return true;
    }
    // The parser compares each directive with all before it, and a spec needs none.
    if let Some(range) = first_content(source).filter(|it| source.text[it.clone()].starts_with('%')) {
        found.yaml_directive(source.span(range));
        return true;
    }
    if let Some((first, second)) = redefined(&source.text) {
        found.anchor_redefined(source.span(second), source.span(first).line);
        return true;
    }
    if let Some(at) = too_many_brackets(&source.text) {
        found.too_deep(Place::Position(source.span(at..at + 1)), OPEN_BRACKETS);
        return true;
    }
    false
}

/// Brackets that may be open at the same time. The parser looks at every open bracket for every word it reads; those
/// in texts count too here, which is why the limit is far above the depth that reading allows.
const OPEN_BRACKETS: usize = 1000;

/// The first bracket beyond the limit.
fn too_many_brackets(text: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.find(" #").map_or(line, |it| &line[..it]);
        for (at, byte) in code.bytes().enumerate() {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => continue,
            }
            if open > OPEN_BRACKETS {
                return Some(start + at);
            }
        }
        start += line.len();
    }
    None
}

/// YAML's printable characters (specification 1.2, production `c-printable`), without the byte order mark that
/// `Source` takes off and that is invisible anywhere else.
fn allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
        | '\u{10000}'..='\u{10ffff}')
}

/// The first line that is neither blank nor a comment.
fn first_content(source: &Source) -> Option<std::ops::Range<usize>> {
    lines(source).find(|it| {
        let line = source.text[it.clone()].trim();
        !line.is_empty() && !line.starts_with('#')
    })
}

/// The byte ranges of all lines, without their ends.
fn lines(source: &Source) -> impl Iterator<Item = std::ops::Range<usize>> {
    source.text.split_inclusive('\n').scan(0, |start, line| {
        let range = *start..*start + line.trim_end_matches(['\n', '\r']).len();
        *start += line.len();
        Some(range)
    })
}

/// Where the second document starts: a `---` at the start of a line that is not the first content.
pub(super) fn second_document(source: &Source) -> Option<Span> {
    let marks = |line: &str| line == "---" || line.starts_with("--- ") || line.starts_with("---\t");
    let first = first_content(source)?;
    let mark = lines(source).find(|it| it.start > first.start && marks(&source.text[it.clone()]))?;
    Some(source.span(mark.start..mark.start + 3))
}

/// Where the parser stopped. A place beyond the last character has nothing to point at; the last character has.
pub(super) fn place(source: &Source, error: &Error) -> Place {
    error.location().map_or(Place::Whole, |it| {
        let at = it.index().min(source.text.trim_end().len());
        Place::Position(source.span(at..at + 1))
    })
}

/// A context of the parser's that says nothing.
const NOTHING_SAID: &str = "scanning for the next token";

/// Turns the parser's error into a finding.
pub(super) fn report(source: &Source, error: &Error, found: &mut Diagnostics) {
    let text = error.to_string();
    let offset = error.location().map(|it| it.index());
    let place = place(source, error);
    if text.contains(EXPECTED_KEY) {
        return found.complex_key(place);
    }
    if text.contains("repetition limit exceeded") {
        return found.too_many_values();
    }
    // "PROBLEM at line 2 column 2, while DOING at line 1 column 4"
    let (problem, context) = match text.split_once(", while ") {
        // Every parser is always scanning for the next token.
        Some((problem, context)) if context == NOTHING_SAID => (problem, None),
        Some((problem, context)) => (problem, Some(format!("while {context}"))),
        None => (text.as_str(), None),
    };
    let problem = problem.split_once(" at line ").map_or(problem, |(message, _)| message);
    let character = offset.and_then(|it| source.text.get(it..)).and_then(|it| it.chars().next());
    found.yaml_syntax(place, problem, context.as_deref(), hint(problem, character));
}

/// What usually is wrong when the parser says so.
fn hint(problem: &str, character: Option<char>) -> Option<&'static str> {
    match (problem, character) {
        ("found character that cannot start any token", Some('\t'))
        | ("found a tab character that violates indentation", _) => Some("indent with blanks; YAML allows no tabs"),
        ("found character that cannot start any token", _) => Some("quote a text that starts with `@`, `` ` `` or `%`"),
        ("mapping values are not allowed in this context", _) => {
            Some("either the indentation is off, or a text with `: ` in it needs quotes")
        }
        ("did not find expected key", _) => Some("keys of the same map start in the same column"),
        ("did not find expected '-' indicator", _) => Some("the items of a list start in the same column"),
        ("could not find expected ':'", _) => Some("a key is followed by `:` and a blank"),
        ("unknown anchor", _) => {
            Some("an alias `*name` needs an anchor `&name` before it; quote a text that starts with `*`")
        }
        ("found unexpected end of stream", _) => Some("a quote is not closed"),
        _ => None,
    }
}
