//! How far a value reaches that is known only by its start: the length of its caret, within the first line.

use std::ops::Range;

/// The range of the value at `start`. A tag or an anchor before it is passed over.
pub(super) fn extent(text: &str, start: usize) -> Range<usize> {
    let start = value_start(text, start);
    let line = text.get(start..).and_then(|it| it.lines().next()).unwrap_or_default();
    let length = match line.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(line, quote),
        Some('{' | '[') => bracketed(line),
        _ => plain(line),
    };
    start..start + length
}

/// Past `&anchor`, `!tag` and the blanks after them.
fn value_start(text: &str, start: usize) -> usize {
    let mut at = start.min(text.len());
    while let Some(rest) = text.get(at..).filter(|it| it.starts_with(['&', '!'])) {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        at += word + (rest[word..].len() - rest[word..].trim_start().len());
    }
    at
}

/// To the closing quote, or to the end of the line. A quote inside is escaped by `\` in double quotes, and written
/// twice in single ones.
fn quoted(line: &str, quote: char) -> usize {
    let mut rest = line.char_indices().skip(1).peekable();
    while let Some((at, character)) = rest.next() {
        let doubled = character == '\'' && rest.peek().is_some_and(|(_, next)| *next == '\'');
        match character {
            '\\' if quote == '"' => drop(rest.next()),
            '\'' if quote == '\'' && doubled => drop(rest.next()),
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    line.trim_end().len()
}

/// To the closing bracket, or to the end of the line.
fn bracketed(line: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(character) = line[at..].chars().next() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            '"' | '\'' => {
                at += quoted(&line[at..], character);
                continue;
            }
            _ => {}
        }
        at += character.len_utf8();
        if depth == 0 {
            return at;
        }
    }
    plain(line)
}

/// To a comment, or to the end of the line.
fn plain(line: &str) -> usize {
    let end = line.find(" #").unwrap_or(line.len());
    line[..end].trim_end().len()
}
