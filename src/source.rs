//! Bytes of a spec file into text that can be pointed at: name, text, and where its lines are.
//!
//! Offsets are bytes, lines and columns count from 1, columns count characters: what editors show.

use std::ops::Range;
use std::sync::OnceLock;

use crate::diagnostic::{Diagnostics, Span};

/// The largest spec that is read. 6,000 lines are some 200 KiB; this is twenty times as much, and keeps the time
/// that a hostile file can cost within seconds.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A spec's text with the name it is reported under.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user gave it.
    pub name: String,
    /// The whole text, without a byte order mark.
    pub text: String,
    /// The byte that each line starts with; found out when the first place is asked for.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    /// A source from text at hand.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, mut text) = (name.into(), text.into());
        // Some editors save a byte order mark; it is no part of the YAML and would shift the first line's columns.
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Self { name, text, lines: OnceLock::new() }
    }

    /// A source from a file's bytes; refuses what is too large or not UTF-8.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::default();
        if bytes.len() > MAX_BYTES {
            found.too_large(bytes.len());
            return Err(found);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let readable = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
                found.not_utf8(Self::new("", readable).span(good..good));
                Err(found)
            }
        }
    }

    /// Line and column of a byte range; the length ends with the range's first line.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.floor(range.start);
        let end = self.floor(range.end.max(range.start));
        let line = self.lines().partition_point(|it| *it <= start);
        let column = self.text[self.lines()[line - 1]..start].chars().count() + 1;
        let covered = self.text[start..end].lines().next().unwrap_or_default();
        Span { line, column, length: covered.chars().count() }
    }

    /// A line's text without its end, counted from 1.
    pub fn line(&self, number: usize) -> Option<&str> {
        let start = *self.lines().get(number.checked_sub(1)?)?;
        self.text[start..].lines().next()
    }

    /// The first is always 0.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, it)| *it == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).collect()
        })
    }

    /// The nearest character boundary at or before `offset`.
    fn floor(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("x", "a: 1\nä: é\r\nc: 3");
        let at = source.text.find('é').unwrap();
        assert_eq!(source.span(at..at + 2), Span { line: 2, column: 4, length: 1 });
        assert_eq!(source.line(2), Some("ä: é"));
        assert_eq!(source.line(3), Some("c: 3"));
        assert_eq!(source.line(4), None);
        assert_eq!(source.line(0), None);
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        assert_eq!(Source::from_bytes("x", b"\xef\xbb\xbfa: 1".to_vec()).unwrap().text, "a: 1");
    }

    #[test]
    fn spans_never_split_a_character() {
        let source = Source::new("x", "ä");
        assert_eq!(source.span(1..99), Span { line: 1, column: 1, length: 1 });
    }
}
