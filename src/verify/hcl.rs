//! Cuts Terraform's language into tokens, templates inside strings and heredocs included.
//!
//! A general parser reads about 30 MB/s, which would be most of a render's time. References and declarations show in the tokens,
//! and every syntax fault that tokens cannot show is found by Terraform itself before it does anything.

use crate::bytes::marked;

/// One token that matters to references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A name, which may hold dashes.
    Name(&'a str),
    /// A string without any template in it, as it is written.
    Text(&'a str),
    /// Punctuation.
    Sign(u8),
    /// The end of a line.
    End,
}

/// A token and its line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub token: Token<'a>,
    pub line: usize,
    /// The byte that it begins at, and the one behind it.
    pub start: usize,
    pub end: usize,
}

/// Why a file cannot be cut, and where.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub line: usize,
    pub reason: &'static str,
}

/// All tokens of a file. The parts of a string with templates are cut like code, between signs of quotes.
pub(crate) fn tokens(text: &str) -> Result<Vec<At<'_>>, Unreadable> {
    let mut cutter = Cutter {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        open: Vec::new(),
        // Our own files have a token in four to five bytes.
        tokens: Vec::with_capacity(text.len() / 4),
    };
    while cutter.at < cutter.bytes.len() {
        cutter.next()?;
    }
    match cutter.open.last() {
        None => Ok(cutter.tokens),
        Some(open) => Err(Unreadable { line: open.line, reason: "a bracket is never closed" }),
    }
}

const IN_NAME: [bool; 256] = marked(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
const IN_STRING: [bool; 256] = marked(b"\"\\\n$%");

struct Cutter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
    open: Vec<Open<'a>>,
    tokens: Vec<At<'a>>,
}

struct Open<'a> {
    sign: u8,
    line: usize,
    /// What goes on after the bracket: the template of a string or heredoc.
    inside: Option<Inside<'a>>,
}

#[derive(Clone, Copy)]
enum Inside<'a> {
    Quotes,
    Heredoc(&'a str),
}

impl<'a> Cutter<'a> {
    /// Notes a token that ends where the cutter stands.
    fn push(&mut self, token: Token<'a>, start: usize) {
        self.tokens.push(At { token, line: self.line, start, end: self.at });
    }

    fn refuse<T>(&self, reason: &'static str) -> Result<T, Unreadable> {
        Err(Unreadable { line: self.line, reason })
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Result<(), Unreadable> {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' | b'\r' => self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\r')),
            b'\n' => {
                self.at += 1;
                self.push(Token::End, self.at - 1);
                self.line += 1;
            }
            b'#' => self.comment(),
            b'/' if self.peek(1) == Some(b'/') => self.comment(),
            b'/' if self.peek(1) == Some(b'*') => return self.long_comment(),
            b'"' => {
                self.at += 1;
                return self.string();
            }
            b'<' if self.peek(1) == Some(b'<') => return self.heredoc(),
            b'(' | b'[' | b'{' => {
                self.at += 1;
                self.push(Token::Sign(byte), self.at - 1);
                self.open.push(Open { sign: byte, line: self.line, inside: None });
            }
            b')' | b']' | b'}' => return self.close(byte),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => self.name(),
            byte if byte.is_ascii_digit() => self.number(),
            byte if byte.is_ascii() => {
                self.at += 1;
                self.push(Token::Sign(byte), self.at - 1);
            }
            _ => return self.refuse("a character that belongs in quotes"),
        }
        Ok(())
    }

    /// Moves over all bytes of a kind.
    fn skip(&mut self, kind: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| !kind(*byte)).unwrap_or(rest.len());
    }

    fn comment(&mut self) {
        self.skip(|byte| byte != b'\n');
    }

    fn long_comment(&mut self) -> Result<(), Unreadable> {
        let Some(length) = self.text[self.at..].find("*/") else {
            return self.refuse("a comment is never closed");
        };
        let comment = &self.text[self.at..self.at + length];
        self.line += comment.matches('\n').count();
        self.at += length + 2;
        Ok(())
    }

    fn name(&mut self) {
        let start = self.at;
        self.skip(|byte| IN_NAME[usize::from(byte)]);
        self.push(Token::Name(&self.text[start..self.at]), start);
    }

    /// A number is no reference, but its exponent would look like a name.
    fn number(&mut self) {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_alphanumeric());
        self.push(Token::Sign(b'0'), start);
    }

    fn close(&mut self, byte: u8) -> Result<(), Unreadable> {
        let Some(open) =
            self.open.pop().filter(|open| matches!((open.sign, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')))
        else {
            return self.refuse("this bracket closes nothing");
        };
        self.at += 1;
        self.push(Token::Sign(byte), self.at - 1);
        match open.inside {
            None => Ok(()),
            Some(Inside::Quotes) => self.string(),
            Some(Inside::Heredoc(tag)) => self.heredoc_lines(tag),
        }
    }

    /// The rest of a string, up to its end or to a template in it.
    fn string(&mut self) -> Result<(), Unreadable> {
        let start = self.at;
        loop {
            self.skip(|byte| !IN_STRING[usize::from(byte)]);
            let Some(byte) = self.peek(0) else { break };
            match byte {
                b'"' => {
                    self.at += 1;
                    self.push(Token::Text(&self.text[start..self.at - 1]), start - 1);
                    return Ok(());
                }
                b'\\' => self.at += 2,
                b'\n' => break,
                b'$' | b'%' if self.template(Inside::Quotes) => return Ok(()),
                _ => self.at += 1,
            }
        }
        self.refuse("a quote is never closed")
    }

    /// Enters `${` and `%{`; doubled, they are text.
    fn template(&mut self, inside: Inside<'a>) -> bool {
        let mark = self.bytes[self.at];
        let doubled = self.at > 0 && self.bytes[self.at - 1] == mark;
        if self.peek(1) != Some(b'{') || doubled {
            return false;
        }
        let start = self.at;
        self.at += 2;
        self.at += usize::from(self.peek(0) == Some(b'~'));
        self.push(Token::Sign(b'$'), start);
        self.open.push(Open { sign: b'{', line: self.line, inside: Some(inside) });
        true
    }

    fn heredoc(&mut self) -> Result<(), Unreadable> {
        let line = self.text[self.at + 2..].split('\n').next().unwrap_or_default();
        let tag = line.trim_start_matches('-').trim();
        if tag.is_empty() || !tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return self.refuse("a heredoc needs its name");
        }
        self.at += 2 + line.len();
        self.heredoc_lines(tag)
    }

    /// The rest of a heredoc, up to its end or to a template in it.
    fn heredoc_lines(&mut self, tag: &'a str) -> Result<(), Unreadable> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' => {
                    let next = self.text[self.at + 1..].split('\n').next().unwrap_or_default();
                    if next.trim() == tag {
                        self.line += 1;
                        self.at += 1 + next.len();
                        self.push(Token::Text(""), self.at);
                        return Ok(());
                    }
                    self.line += 1;
                    self.at += 1;
                }
                b'$' | b'%' if self.template(Inside::Heredoc(tag)) => return Ok(()),
                _ => self.at += 1,
            }
        }
        self.refuse("a heredoc is never closed")
    }
}
