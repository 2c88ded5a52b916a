//! Reads rendered YAML back into a tree that keeps tags and lines.
//!
//! A general parser reads about 30 MB/s, which would be most of a render's time. This one knows the part of YAML that a
//! CloudFormation template needs (no anchors, no merge keys, no keys over several lines, no plain scalars over several lines)
//! and refuses the rest, so what it accepts means the same to every parser; tests hold it against one.

mod flow;
mod scalar;

use std::borrow::Cow;
use std::collections::BTreeSet;

/// A value with its tag and the line that it begins on.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub line: usize,
    /// The byte that it begins at, tag included, and the one behind it.
    pub start: usize,
    pub end: usize,
    /// With its `!`.
    pub tag: Option<&'a str>,
    pub kind: Kind<'a>,
}

/// What a value is made of.
#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Null,
    Scalar(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Vec<(Node<'a>, Node<'a>)>),
}

/// Why a text cannot be read, and where.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub line: usize,
    pub reason: String,
}

type Read<T> = Result<T, Unreadable>;

impl<'a> Node<'a> {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[(Node<'a>, Node<'a>)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node<'a>] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }
}

/// Reads one document.
pub(crate) fn read(text: &str) -> Read<Node<'_>> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, line: 1, line_start: 0, depth: 0 };
    if let Some(at) = control(text.as_bytes()) {
        return Err(unexpected(text, at));
    }
    // Some parsers take these for line ends.
    let line_ends = ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];
    if !text.is_ascii()
        && let Some(at) = text.find(line_ends)
    {
        return Err(unexpected(text, at));
    }
    if !text.ends_with('\n') {
        return Err(unexpected(text, text.len()));
    }
    if text.starts_with("---\n") {
        reader.at = 3;
    }
    let root = reader.value(None, false)?;
    match reader.next_content() {
        None => Ok(root),
        Some(_) => reader.refuse("this belongs to nothing above it"),
    }
}

/// The first control character. Looking at a stretch at a time is several times faster than at a byte.
fn control(bytes: &[u8]) -> Option<usize> {
    let odd = |byte: u8| byte < b' ' && byte != b'\n' && byte != b'\t';
    let stretch = bytes.chunks(256).position(|chunk| chunk.iter().fold(false, |any, byte| any | odd(*byte)))?;
    (stretch * 256..bytes.len()).find(|at| odd(bytes[*at]))
}

fn unexpected(text: &str, at: usize) -> Unreadable {
    let line = text[..at].matches('\n').count() + 1;
    Unreadable {
        line,
        reason: "only text with `\\n` line ends, and escapes for every other control character".to_owned(),
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    depth: usize,
}

/// Deeper nesting than any template has; a limit so that a hostile text cannot exhaust the stack.
const MAX_DEPTH: usize = 200;

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn column(&self) -> usize {
        self.at - self.line_start
    }

    fn refuse<T>(&self, reason: &str) -> Read<T> {
        Err(Unreadable { line: self.line, reason: reason.to_owned() })
    }

    /// A value that ends where the reader stands.
    fn node(&self, line: usize, start: usize, kind: Kind<'a>) -> Node<'a> {
        Node { line, start, end: self.at, tag: None, kind }
    }

    /// Nothing, between a key and what follows it.
    fn nothing(&self, line: usize, at: usize) -> Node<'a> {
        Node { line, start: at, end: at, tag: None, kind: Kind::Null }
    }

    fn skip_spaces(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len());
    }

    /// Past the line end that the reader stands on.
    fn next_line(&mut self) {
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
    }

    /// Whether only a comment, if anything, is left of the line. A comment needs a blank before it.
    fn at_line_end(&self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(b'#') => self.at == self.line_start || self.bytes[self.at - 1] == b' ',
            _ => false,
        }
    }

    fn skip_comment(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    /// Moves to the next thing that is no blank, comment or line end, and tells its column.
    fn next_content(&mut self) -> Option<usize> {
        loop {
            self.skip_spaces();
            if !self.at_line_end() {
                return Some(self.column());
            }
            self.skip_comment();
            self.peek()?;
            self.next_line();
        }
    }

    /// After a value nothing else may stand on its line.
    fn end_line(&mut self) -> Read<()> {
        self.skip_spaces();
        if self.at_line_end() { Ok(()) } else { self.refuse("a line end belongs behind this value") }
    }

    fn dash(&self) -> bool {
        self.peek() == Some(b'-') && matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n'))
    }

    /// The value behind `key:` (`in_map`) or `- ` of a collection at `parent`, or the root.
    fn value(&mut self, parent: Option<usize>, in_map: bool) -> Read<Node<'a>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.refuse("nested too deeply");
        }
        self.skip_spaces();
        let (line, start) = (self.line, self.at);
        let tag = self.tag()?;
        self.skip_spaces();
        let mut node = if self.at_line_end() {
            self.below(parent, in_map)?
        } else if in_map || tag.is_some() {
            self.inline(parent)?
        } else {
            self.compact(parent)?
        };
        if tag.is_some() {
            node.line = line;
            node.start = start;
            node.tag = tag;
        }
        self.depth -= 1;
        Ok(node)
    }

    fn tag(&mut self) -> Read<Option<&'a str>> {
        if self.peek() != Some(b'!') {
            return Ok(None);
        }
        let start = self.at;
        self.at += 1;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b':') {
            self.at += 1;
        }
        if self.at == start + 1 || !matches!(self.peek(), None | Some(b' ' | b'\n')) {
            return self.refuse("this is no tag");
        }
        Ok(Some(&self.text[start..self.at]))
    }

    /// A value that begins on a line of its own.
    fn below(&mut self, parent: Option<usize>, in_map: bool) -> Read<Node<'a>> {
        let line = self.line;
        let before = (self.at, self.line_start);
        let Some(column) = self.next_content() else {
            return Ok(self.nothing(line, before.0));
        };
        let deeper = parent.is_none_or(|parent| column > parent);
        let list_of_map = in_map && parent == Some(column) && self.dash();
        if deeper || list_of_map {
            return self.compact(parent);
        }
        (self.at, self.line_start) = before;
        self.line = line;
        Ok(self.nothing(line, before.0))
    }

    /// A value where a collection may begin right here.
    fn compact(&mut self, parent: Option<usize>) -> Read<Node<'a>> {
        if self.dash() {
            return self.list();
        }
        if self.is_key() {
            return self.map();
        }
        self.inline(parent)
    }

    fn list(&mut self) -> Read<Node<'a>> {
        let (line, start, column) = (self.line, self.at, self.column());
        let mut items: Vec<Node<'a>> = Vec::new();
        while self.dash() {
            self.at += 1;
            items.push(self.value(Some(column), false)?);
            if self.next_content() != Some(column) {
                break;
            }
        }
        let end = items.last().map_or(start, |it| it.end);
        Ok(Node { line, start, end, tag: None, kind: Kind::List(items) })
    }

    fn map(&mut self) -> Read<Node<'a>> {
        let (line, start, column) = (self.line, self.at, self.column());
        let mut entries: Vec<(Node<'a>, Node<'a>)> = Vec::new();
        loop {
            let key = self.key()?;
            self.skip_spaces();
            let value = self.value(Some(column), true)?;
            entries.push((key, value));
            match self.next_content() {
                Some(next) if next == column && !self.dash() => {}
                Some(next) if next > column => {
                    return self.refuse("indented more than what it stands beside");
                }
                _ => break,
            }
        }
        self.refuse_repeated(&entries)?;
        let end = entries.last().map_or(start, |(key, value)| value.end.max(key.end + 1));
        Ok(Node { line, start, end, tag: None, kind: Kind::Map(entries) })
    }

    fn refuse_repeated(&self, entries: &[(Node<'a>, Node<'a>)]) -> Read<()> {
        let name = |idx: usize| entries[idx].0.text().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for idx in 0..entries.len() {
            // A set costs more than looking back, as long as the map is small.
            let repeated = match entries.len() {
                ..=8 => (0..idx).any(|before| name(before) == name(idx)),
                _ => !seen.insert(name(idx)),
            };
            if repeated {
                return Err(Unreadable {
                    line: entries[idx].0.line,
                    reason: format!("`{}` stands here a second time", name(idx)),
                });
            }
        }
        Ok(())
    }

    /// A scalar or a flow collection, with nothing behind it on its line.
    fn inline(&mut self, parent: Option<usize>) -> Read<Node<'a>> {
        let (line, start) = (self.line, self.at);
        let node = match self.peek() {
            Some(b'|' | b'>') => return self.block_scalar(parent),
            Some(b'[' | b'{') => self.flow()?,
            Some(b'"' | b'\'') => {
                let text = self.quoted()?;
                self.node(line, start, Kind::Scalar(text))
            }
            _ => {
                let text = self.plain(false)?;
                Node { line, start, end: start + text.len(), tag: None, kind: plain_kind(text) }
            }
        };
        self.end_line()?;
        Ok(node)
    }
}

/// The YAML words for nothing; every other plain scalar is text to us.
fn plain_kind(text: &str) -> Kind<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        text => Kind::Scalar(Cow::Borrowed(text)),
    }
}

#[cfg(test)]
mod tests;
