//! Keys and scalars.

use std::borrow::Cow;

use memchr::memchr3;

use super::{Kind, Node, Read, Reader, Unreadable};
use crate::bytes::marked;

/// What has to be looked at in a plain scalar.
const IN_PLAIN: [bool; 256] = marked(b"\n\t\r#:");

const UNCLOSED: &str = "a quote is never closed";

impl<'a> Reader<'a> {
    /// Whether a key begins here: a scalar on this line with a colon and a blank behind it.
    pub(super) fn is_key(&self) -> bool {
        let rest = &self.bytes[self.at..];
        let colon = |at: usize| rest.get(at) == Some(&b':') && matches!(rest.get(at + 1), Some(b' ' | b'\n'));
        match rest.first() {
            Some(quote @ (b'"' | b'\'')) => closing_quote(rest, *quote).is_some_and(|at| colon(at + 1)),
            Some(b'[' | b'{' | b'|' | b'>') => false,
            _ => {
                let mut at = 0;
                loop {
                    at += ordinary(&rest[at..]);
                    match rest.get(at) {
                        None | Some(b'\n') => return false,
                        Some(b'#') if at > 0 && rest[at - 1] == b' ' => return false,
                        Some(b':') if colon(at) => return true,
                        Some(_) => at += 1,
                    }
                }
            }
        }
    }

    /// A key up to its colon, which is consumed.
    pub(super) fn key(&mut self) -> Read<Node<'a>> {
        let (line, start) = (self.line, self.at);
        let text = match self.peek() {
            Some(b'"' | b'\'') => self.quoted()?,
            Some(b'!') => return self.refuse("a tag before a key has no meaning here"),
            _ => Cow::Borrowed(self.plain(true)?),
        };
        let blank_behind = matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n'));
        if self.peek() != Some(b':') || self.line != line || !blank_behind {
            return self.refuse("a colon belongs behind this key");
        }
        let key = self.node(line, start, Kind::Scalar(text));
        self.at += 1;
        Ok(key)
    }

    /// A plain scalar on one line.
    pub(super) fn plain(&mut self, key: bool) -> Read<&'a str> {
        self.refuse_indicator()?;
        let start = self.at;
        loop {
            self.at += ordinary(&self.bytes[self.at..]);
            let Some(byte) = self.peek() else { break };
            let next = self.bytes.get(self.at + 1);
            match byte {
                b'\n' => break,
                b'#' if self.at > start && self.bytes[self.at - 1] == b' ' => break,
                b':' if matches!(next, None | Some(b' ' | b'\n')) => {
                    if key {
                        break;
                    }
                    return self.refuse("a second key on one line");
                }
                b'\t' | b'\r' => return self.refuse("a tab or carriage return outside of quotes"),
                _ => self.at += 1,
            }
        }
        Ok(self.text[start..self.at].trim_end_matches(' '))
    }

    /// Characters that begin something which templates have no use for.
    pub(super) fn refuse_indicator(&self) -> Read<()> {
        let next = self.bytes.get(self.at + 1);
        match self.peek() {
            Some(b'&' | b'*') => self.refuse("anchors and aliases are not read"),
            Some(b'%' | b'@' | b'`' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'!' | b'|' | b'>' | b'"' | b'\'') => {
                self.refuse("a plain scalar cannot begin like this")
            }
            Some(b'?' | b':') => self.refuse("a plain scalar cannot begin like this"),
            Some(b'-' | b'.') if self.column() == 0 || !next.is_some_and(|byte| is_wordlike(*byte)) => {
                self.refuse("a plain scalar cannot begin like this")
            }
            _ => Ok(()),
        }
    }

    /// A scalar in quotes of either kind, which may run over several lines.
    pub(super) fn quoted(&mut self) -> Read<Cow<'a, str>> {
        let quote = self.bytes[self.at];
        let start = self.at + 1;
        let rest = &self.bytes[start..];
        let special = memchr3(quote, b'\\', b'\n', rest);
        match special {
            Some(length) if rest[length] == quote && (quote == b'"' || rest.get(length + 1) != Some(&quote)) => {
                self.at = start + length + 1;
                Ok(Cow::Borrowed(&self.text[start..start + length]))
            }
            Some(_) => {
                let line = self.line;
                self.at = start;
                match self.unescaped(quote)? {
                    Some(text) => Ok(Cow::Owned(text)),
                    None => Err(Unreadable { line, reason: UNCLOSED.to_owned() }),
                }
            }
            None => self.refuse(UNCLOSED),
        }
    }

    /// The text up to the closing quote, if there is one.
    fn unescaped(&mut self, quote: u8) -> Read<Option<String>> {
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte != quote && !matches!(byte, b'\\' | b'\n')) {
                self.at += 1;
            }
            let piece = &self.text[start..self.at];
            let folded = self.peek() == Some(b'\n');
            text.push_str(if folded { piece.trim_end_matches([' ', '\t']) } else { piece });
            match self.peek() {
                None => return Ok(None),
                Some(b'\n') => self.fold(&mut text)?,
                Some(b'\\') if quote == b'"' => self.escape(&mut text)?,
                Some(b'\\') => {
                    text.push('\\');
                    self.at += 1;
                }
                Some(_) if quote == b'\'' && self.bytes.get(self.at + 1) == Some(&b'\'') => {
                    text.push('\'');
                    self.at += 2;
                }
                Some(_) => {
                    self.at += 1;
                    return Ok(Some(text));
                }
            }
        }
    }

    /// A line end inside quotes is a blank; further ones are themselves.
    fn fold(&mut self, text: &mut String) -> Read<()> {
        let mut ends = 0;
        while self.peek() == Some(b'\n') {
            ends += 1;
            self.next_line();
            while matches!(self.peek(), Some(b' ' | b'\t')) {
                self.at += 1;
            }
        }
        if ends == 1 {
            text.push(' ');
        }
        (1..ends).for_each(|_| text.push('\n'));
        self.refuse_margin()
    }

    /// At the margin a continued line could be a document's end.
    fn refuse_margin(&self) -> Read<()> {
        if self.column() > 0 || self.peek().is_none() { Ok(()) } else { self.refuse("a continued line is indented") }
    }

    fn escape(&mut self, text: &mut String) -> Read<()> {
        let Some(byte) = self.bytes.get(self.at + 1) else {
            return self.refuse(UNCLOSED);
        };
        self.at += 2;
        let c = match byte {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b' ' | b'"' | b'/' | b'\\' => char::from(*byte),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => self.code_point(2)?,
            b'u' => self.code_point(4)?,
            b'U' => self.code_point(8)?,
            b'\n' => {
                self.at -= 1;
                self.next_line();
                while matches!(self.peek(), Some(b' ' | b'\t')) {
                    self.at += 1;
                }
                if self.peek() == Some(b'\n') {
                    return self.refuse("a blank line behind a continued one");
                }
                return self.refuse_margin();
            }
            _ => return self.refuse("an unknown escape"),
        };
        text.push(c);
        Ok(())
    }

    fn code_point(&mut self, digits: usize) -> Read<char> {
        let code = self.text.get(self.at..self.at + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        self.at += digits;
        match code.and_then(char::from_u32) {
            Some(c) => Ok(c),
            None => self.refuse("an escape of no character"),
        }
    }

    /// `|` and `>` with their modifiers.
    pub(super) fn block_scalar(&mut self, parent: Option<usize>) -> Read<Node<'a>> {
        let (line, start) = (self.line, self.at);
        if parent.is_none() {
            return self.refuse("a template is a map");
        }
        let folded = self.peek() == Some(b'>');
        self.at += 1;
        let chomp = self.peek().filter(|byte| *byte == b'-');
        self.at += usize::from(chomp.is_some());
        self.end_line()?;
        self.skip_comment();
        let mut lines: Vec<&'a str> = Vec::new();
        let mut margin = None;
        while self.peek() == Some(b'\n') && self.at + 1 < self.bytes.len() {
            let (end, indent) = self.measure(self.at + 1);
            let blank = indent == end - (self.at + 1);
            if !blank && margin.is_none() {
                margin = Some(indent);
                if self.bytes[self.at + 1 + indent] == b'\t' {
                    return self.refuse("a tab where blanks indent");
                }
            }
            if !blank && (indent < margin.unwrap_or(0) || parent.is_some_and(|parent| indent <= parent)) {
                break;
            }
            self.next_line();
            let skipped = if blank { indent.min(margin.unwrap_or(indent)) } else { margin.unwrap_or(0) };
            lines.push(&self.text[self.at + skipped..end]);
            self.at = end;
        }
        if folded && lines.iter().any(|line| line.is_empty() || line.starts_with([' ', '\t'])) {
            return self.refuse("a folded scalar with blank or indented lines");
        }
        let kept = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        let ends = usize::from(kept > 0 && chomp.is_none());
        let text = lines[..kept].join(if folded { " " } else { "\n" }) + &"\n".repeat(ends);
        Ok(self.node(line, start, Kind::Scalar(Cow::Owned(text))))
    }

    /// Where the line ends that begins at `start`, and how many blanks it begins with.
    fn measure(&self, start: usize) -> (usize, usize) {
        let line = &self.bytes[start..];
        let length = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
        let indent = line[..length].iter().take_while(|byte| **byte == b' ').count();
        (start + length, indent)
    }
}

/// How many bytes from the start can neither end a plain scalar nor stand in none.
fn ordinary(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| IN_PLAIN[usize::from(*byte)]).unwrap_or(bytes.len())
}

/// What makes a plain scalar of a dash before it, everywhere.
fn is_wordlike(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b'_')
}

fn closing_quote(line: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\n' => return None,
            b'\\' if quote == b'"' => at += 1,
            byte if *byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}
