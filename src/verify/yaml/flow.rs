//! Lists and maps in brackets, which may run over several lines.

use std::borrow::Cow;

use super::{Kind, MAX_DEPTH, Node, Read, Reader, plain_kind};

impl<'a> Reader<'a> {
    /// A list or map in brackets.
    pub(super) fn flow(&mut self) -> Read<Node<'a>> {
        let (line, start) = (self.line, self.at);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.refuse("nested too deeply");
        }
        let kind =
            if self.peek() == Some(b'[') { Kind::List(self.flow_items()?) } else { Kind::Map(self.flow_entries()?) };
        self.depth -= 1;
        Ok(self.node(line, start, kind))
    }

    fn flow_items(&mut self) -> Read<Vec<Node<'a>>> {
        let mut items = Vec::new();
        while self.flow_next(b']', items.is_empty())? {
            items.push(self.flow_value()?);
        }
        Ok(items)
    }

    fn flow_entries(&mut self) -> Read<Vec<(Node<'a>, Node<'a>)>> {
        let mut entries = Vec::new();
        while self.flow_next(b'}', entries.is_empty())? {
            let (line, start) = (self.line, self.at);
            let text = match self.peek() {
                Some(b'"' | b'\'') => self.quoted()?,
                _ => Cow::Borrowed(self.flow_plain()?),
            };
            let blank_behind = matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n'));
            if self.peek() != Some(b':') || self.line != line || !blank_behind {
                return self.refuse("a colon belongs behind this key");
            }
            let key = self.node(line, start, Kind::Scalar(text));
            self.at += 1;
            entries.push((key, self.flow_value()?));
        }
        self.refuse_repeated(&entries)?;
        Ok(entries)
    }

    /// Moves to the next item, over the comma before it; false at the closing bracket, which is consumed.
    fn flow_next(&mut self, close: u8, first: bool) -> Read<bool> {
        if first {
            self.at += 1;
        }
        self.flow_content()?;
        if !first && self.peek() == Some(b',') {
            self.at += 1;
            self.flow_content()?;
        } else if !first && self.peek() != Some(close) {
            return self.refuse("a comma or the closing bracket belongs here");
        }
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    fn flow_content(&mut self) -> Read<()> {
        match self.next_content() {
            Some(_) => Ok(()),
            None => self.refuse("a bracket is never closed"),
        }
    }

    fn flow_value(&mut self) -> Read<Node<'a>> {
        self.flow_content()?;
        let (line, start) = (self.line, self.at);
        let tag = self.tag()?;
        self.flow_content()?;
        let inner = self.at;
        let (kind, end) = match self.peek() {
            Some(b'[' | b'{') => (self.flow()?.kind, self.at),
            Some(b'"' | b'\'') => (Kind::Scalar(self.quoted()?), self.at),
            Some(b',' | b']' | b'}') => return self.refuse("a value belongs here"),
            _ => {
                let text = self.flow_plain()?;
                (plain_kind(text), inner + text.len())
            }
        };
        Ok(Node { line, start, end, tag, kind })
    }

    fn flow_plain(&mut self) -> Read<&'a str> {
        self.refuse_indicator()?;
        let start = self.at;
        while let Some(byte) = self.peek() {
            let next = self.bytes.get(self.at + 1);
            match byte {
                b'\n' | b',' | b'[' | b']' | b'{' | b'}' => break,
                b':' if matches!(next, None | Some(b' ' | b'\n')) => break,
                b':' if matches!(next, Some(b',' | b'[' | b']' | b'{' | b'}' | b'?')) => {
                    return self.refuse("a blank belongs behind this colon");
                }
                b'#' if self.at > start && self.bytes[self.at - 1] == b' ' => break,
                b'\t' | b'\r' => return self.refuse("a tab or carriage return outside of quotes"),
                _ => self.at += 1,
            }
        }
        Ok(self.text[start..self.at].trim_end_matches(' '))
    }
}
