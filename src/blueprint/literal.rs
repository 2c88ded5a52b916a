//! One value to one complete literal of the target language, quotes included.
//!
//! What has no literal is refused: undefined, null, a map, a list inside a list, a number that is not finite. Strings are always
//! quoted, so that nothing in them is guessed to be a date, a number or a boolean, and every character that a reader could
//! misread is escaped.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use minijinja::Value;
use minijinja::value::ValueKind;

use super::mode::Mode;
use crate::plan::text::{Part, Text};

/// Marks a place where the layout may break a long string over two lines; a literal never holds it unescaped.
pub(super) const BREAK: char = '\u{1}';

/// Why a value cannot be printed; the message names the value's shape, minijinja adds the place.
pub(super) struct Refused(pub String);

impl From<fmt::Error> for Refused {
    fn from(error: fmt::Error) -> Self {
        Refused(error.to_string())
    }
}

pub(super) type Written = Result<(), Refused>;

/// How a piece of a double-quoted string is written.
#[derive(Clone, Copy, Default)]
pub(super) struct Piece {
    /// One line of file for each line of text.
    pub broken: bool,
    /// Inside `!Sub`, which reads `${`.
    pub sub: bool,
    /// Right before a `${`, which a `$` would join.
    pub then_expression: bool,
}

/// Writes literals and remembers which deploy-time parts they named.
pub(super) struct Writer<'a> {
    pub out: &'a mut dyn Write,
    pub mode: Mode,
    pub uses: &'a mut BTreeSet<Part>,
}

impl Writer<'_> {
    /// Any value that has a literal.
    pub fn value(&mut self, value: &Value) -> Written {
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => self.list(value),
            _ => self.scalar(value),
        }
    }

    fn list(&mut self, list: &Value) -> Written {
        let (open, between, close) = match self.mode {
            Mode::Shell | Mode::Bare => ("", " ", ""),
            Mode::Markdown => ("", ", ", ""),
            _ => ("[", ", ", "]"),
        };
        self.out.write_str(open)?;
        for (idx, item) in list.try_iter().map_err(|error| Refused(error.to_string()))?.enumerate() {
            if idx > 0 {
                self.out.write_str(between)?;
            }
            self.scalar(&item)?;
        }
        Ok(self.out.write_str(close)?)
    }

    fn scalar(&mut self, value: &Value) -> Written {
        match value.kind() {
            ValueKind::Bool => Ok(write!(self.out, "{}", value.is_true())?),
            ValueKind::Number => self.number(value),
            ValueKind::String if value.is_safe() => Err(Refused("printed text cannot be an item of a list".to_owned())),
            ValueKind::String => self.string(value.as_str().unwrap_or_default()),
            ValueKind::Plain => match value.downcast_object_ref::<Text>() {
                Some(text) => self.text(text),
                None => Err(self.no_literal("an object")),
            },
            ValueKind::Undefined => Err(self.no_literal("an undefined value")),
            ValueKind::None => Err(self.no_literal("null")),
            ValueKind::Map => Err(self.no_literal("a map")),
            ValueKind::Seq | ValueKind::Iterable => Err(self.no_literal("a list inside a list")),
            kind => Err(self.no_literal(&format!("a value of type {kind}"))),
        }
    }

    fn number(&mut self, value: &Value) -> Written {
        if value.is_integer() {
            return Ok(write!(self.out, "{value}")?);
        }
        match f64::try_from(value.clone()) {
            Ok(number) if number.is_finite() => Ok(write!(self.out, "{number:?}")?),
            _ => Err(self.no_literal("a number that is not finite")),
        }
    }

    fn no_literal(&self, what: &str) -> Refused {
        Refused(format!("{what} has no {} literal", self.mode.name()))
    }

    fn string(&mut self, text: &str) -> Written {
        match self.mode {
            Mode::Shell => super::deploy_time::word(self, &text.into()),
            Mode::Markdown => self.plain(text),
            Mode::Bare => self.bare(text),
            _ => self.quoted(text),
        }
    }

    fn text(&mut self, text: &Text) -> Written {
        if let Some(literal) = text.as_literal() {
            return self.string(literal);
        }
        match self.mode {
            Mode::CloudFormation => super::deploy_time::sub(self, text),
            Mode::Terraform => super::deploy_time::template(self, text),
            Mode::Shell => super::deploy_time::word(self, text),
            Mode::Markdown => super::deploy_time::prose(self, text),
            Mode::Compose => super::deploy_time::compose(self, text),
            Mode::Plain | Mode::Workflow | Mode::Bare => Err(Refused(format!(
                "`{text}` is known only at deploy time, which {} cannot express",
                self.mode.name()
            ))),
        }
    }

    /// A double-quoted string.
    fn quoted(&mut self, text: &str) -> Written {
        if is_ordinary(text) {
            self.out.write_str("\"")?;
            self.out.write_str(text)?;
            return Ok(self.out.write_str("\"")?);
        }
        let piece = Piece { broken: is_long(text), ..Piece::default() };
        self.open(piece.broken)?;
        self.piece(text, piece)?;
        self.close(piece.broken)
    }

    /// Opens a double-quoted string.
    pub fn open(&mut self, broken: bool) -> Written {
        let opening = match self.mode {
            Mode::Terraform if broken => "join(\"\\n\", [\n\"",
            _ => "\"",
        };
        Ok(self.out.write_str(opening)?)
    }

    /// Closes it.
    pub fn close(&mut self, broken: bool) -> Written {
        let closing = match self.mode {
            Mode::Terraform if broken => "\",\n])",
            _ => "\"",
        };
        Ok(self.out.write_str(closing)?)
    }

    /// The inside of a double-quoted string.
    pub fn piece(&mut self, text: &str, piece: Piece) -> Written {
        if is_ordinary(text) {
            return Ok(self.out.write_str(text)?);
        }
        self.refuse_lookups(text)?;
        let mut rest = text;
        let mut before = None;
        loop {
            let ordinary = rest.bytes().position(may_be_special).unwrap_or(rest.len());
            let (plain, special) = rest.split_at(ordinary);
            self.out.write_str(plain)?;
            let mut special = special.chars();
            let Some(c) = special.next() else {
                return Ok(());
            };
            rest = special.as_str();
            let after = rest.chars().next();
            let follows_dollar = plain.is_empty() && before == Some('$');
            match c {
                // A line end at the very end reads well without a line of its own.
                '\n' if piece.broken && (after.is_some() || piece.then_expression) => self.line_break(after)?,
                '"' => self.out.write_str("\\\"")?,
                '\\' => self.out.write_str("\\\\")?,
                '\n' => self.out.write_str("\\n")?,
                '\r' => self.out.write_str("\\r")?,
                '\t' => self.out.write_str("\\t")?,
                '$' if self.mode == Mode::Compose => self.out.write_str("$$")?,
                '$' | '%' if self.mode == Mode::Terraform && after == Some('{') => write!(self.out, "{c}{c}")?,
                '$' if self.mode == Mode::Terraform && after.is_none() && piece.then_expression => {
                    self.out.write_str("\\u0024")?;
                }
                '{' if piece.sub && follows_dollar => self.out.write_str("{!")?,
                c if misread(c) => write!(self.out, "\\u{:04x}", u32::from(c))?,
                c => self.out.write_char(c)?,
            }
            before = Some(c);
        }
    }

    /// Two languages look into strings without giving a way to write what they look for.
    fn refuse_lookups(&self, text: &str) -> Written {
        let lookup = match self.mode {
            Mode::CloudFormation => "{{resolve:",
            Mode::Workflow => "${{",
            _ => return Ok(()),
        };
        if text.contains(lookup) {
            return Err(Refused(format!(
                "the `{lookup}` inside this text would be evaluated, and {} cannot escape it",
                self.mode.name()
            )));
        }
        Ok(())
    }

    /// A line break inside a string, where the reader sees a line break too.
    fn line_break(&mut self, after: Option<char>) -> Written {
        if self.mode == Mode::Terraform {
            return Ok(self.out.write_str("\",\n\"")?);
        }
        write!(self.out, "\\n\\{BREAK}")?;
        if after == Some(' ') {
            // YAML drops unescaped blanks at the start of a continued line.
            self.out.write_char('\\')?;
        }
        Ok(())
    }

    /// Text in a file whose author writes the quotes.
    fn bare(&mut self, text: &str) -> Written {
        match text.chars().find(|c| misread(*c) || matches!(c, '"' | '\'' | '\\' | '$' | '`' | '#')) {
            Some(odd) => {
                Err(Refused(format!("`{}` cannot be written into {}", odd.escape_default(), self.mode.name())))
            }
            None => Ok(self.out.write_str(text)?),
        }
    }

    /// Running text: one line.
    pub fn plain(&mut self, text: &str) -> Written {
        match text.chars().find(|c| misread(*c)) {
            Some(odd) => {
                Err(Refused(format!("`{}` cannot be written into {}", odd.escape_default(), self.mode.name())))
            }
            None => Ok(self.out.write_str(text)?),
        }
    }
}

/// Whether a text means itself in every language, which nearly every text does. To look at all of its bytes without a branch is
/// faster than to stop at the first.
fn is_ordinary(text: &str) -> bool {
    !text.bytes().fold(false, |special, byte| special | may_be_special(byte))
}

/// Bytes that some language treats specially, and every byte outside of ASCII.
fn may_be_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'{') | !matches!(byte, b' '..=b'~')
}

/// Whether a reader is better served by one line of file for each line of text.
pub(super) fn is_long(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
}

/// Characters that a parser may take for a line break, drop or refuse, or that make a reviewer see another text than is there.
pub(super) fn misread(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' ..= '\u{202e}' | '\u{2066}' ..= '\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}
