//! One line of Terraform's language, cut into the cells that are aligned.

use super::chars;
use crate::bytes::marked;

/// A line and what the layout decides about it.
pub(super) struct Line<'a> {
    /// Without the blanks around it, unless it is verbatim.
    text: &'a str,
    /// Part of a heredoc or of a comment over several lines: kept as it is.
    pub verbatim: bool,
    /// Brackets opened minus brackets closed.
    pub brackets: isize,
    /// Where the `=` begins, if the line assigns a value that it also ends.
    pub assign: Option<usize>,
    /// Where a comment behind something begins.
    pub comment: Option<usize>,
    pub indent: usize,
    pub assign_column: usize,
    pub comment_column: usize,
}

impl<'a> Line<'a> {
    pub fn is_blank(&self) -> bool {
        self.text.is_empty() && !self.verbatim
    }

    /// What stands before the `=`, or before the comment if there is none.
    pub fn lead(&self) -> &'a str {
        self.text[..self.assign.or(self.comment).unwrap_or(self.text.len())].trim_ascii_end()
    }

    /// From the `=` up to the comment.
    fn assigned(&self) -> &'a str {
        let end = self.comment.unwrap_or(self.text.len());
        self.assign.map_or("", |start| self.text[start..end].trim_ascii_end())
    }

    /// The columns of everything before the comment.
    pub fn width(&self) -> usize {
        match self.assign {
            Some(_) => self.assign_column + chars(self.assigned()),
            None => self.indent + chars(self.lead()),
        }
    }

    pub fn write(&self, out: &mut String) {
        if self.verbatim || self.text.is_empty() {
            out.push_str(self.text);
            out.push('\n');
            return;
        }
        let start = out.len();
        pad(out, start, self.indent);
        out.push_str(self.lead());
        if self.assign.is_some() {
            pad(out, start, self.assign_column);
            out.push_str(self.assigned());
        }
        if let Some(comment) = self.comment {
            pad(out, start, self.comment_column);
            out.push_str(&self.text[comment..]);
        }
        out.push('\n');
    }
}

fn pad(out: &mut String, start: usize, column: usize) {
    const BLANKS: &str = "                                                                ";
    let mut missing = column.saturating_sub(chars(&out[start..]));
    while missing > 0 {
        let some = missing.min(BLANKS.len());
        out.push_str(&BLANKS[..some]);
        missing -= some;
    }
}

/// Knows between lines whether a heredoc or a comment is still open.
#[derive(Default)]
pub(super) struct Scanner<'a> {
    heredoc: Option<&'a str>,
    comment: bool,
}

impl<'a> Scanner<'a> {
    /// Cuts the next line.
    pub fn line(&mut self, text: &'a str) -> Line<'a> {
        if let Some(tag) = self.heredoc {
            if text.trim_ascii() == tag {
                self.heredoc = None;
            }
            return plain(text, true);
        }
        if self.comment {
            self.comment = !text.contains("*/");
            return plain(text, true);
        }
        self.code(text.trim_ascii())
    }

    fn code(&mut self, text: &'a str) -> Line<'a> {
        let mut line = plain(text, false);
        let bytes = text.as_bytes();
        let mut since_assign = 0;
        let mut at = 0;
        loop {
            at += ordinary(&bytes[at..], &OUTSIDE);
            let Some(byte) = bytes.get(at) else { break };
            let next = bytes.get(at + 1);
            let mut change = 0;
            match (byte, next) {
                (b'"', _) => at = end_of_string(bytes, at + 1) - 1,
                (b'#', _) | (b'/', Some(b'/' | b'*')) => {
                    self.comment = next == Some(&b'*') && byte == &b'/' && !text[at..].contains("*/");
                    line.comment = Some(at).filter(|at| *at > 0);
                    break;
                }
                (b'<', Some(b'<')) => self.heredoc = Some(text[at + 2..].trim_start_matches('-').trim()),
                (b'{' | b'[' | b'(', _) => change = 1,
                (b'}' | b']' | b')', _) => change = -1,
                (b'=' | b'!' | b'<' | b'>', Some(b'=')) | (b'=', Some(b'>')) => at += 1,
                (b'=', _) if at > 0 && line.assign.is_none() => line.assign = Some(at),
                _ => {}
            }
            line.brackets += change;
            since_assign += if line.assign.is_some() { change } else { 0 };
            at += 1;
        }
        line.assign = line.assign.filter(|_| since_assign == 0);
        line
    }
}

/// The bytes that mean something outside of a string, and those that do inside.
const OUTSIDE: [bool; 256] = marked(b"\"#/<>{}[]()=!");
const INSIDE: [bool; 256] = marked(b"\"\\$%");

/// How many bytes from the start mean nothing.
fn ordinary(bytes: &[u8], table: &[bool; 256]) -> usize {
    bytes.iter().position(|byte| table[usize::from(*byte)]).unwrap_or(bytes.len())
}

fn plain(text: &str, verbatim: bool) -> Line<'_> {
    Line { text, verbatim, brackets: 0, assign: None, comment: None, indent: 0, assign_column: 0, comment_column: 0 }
}

/// The index behind the closing quote. A template inside may hold strings of its own.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at += ordinary(bytes.get(at..).unwrap_or_default(), &INSIDE);
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => return bytes.len(),
            (Some(b'"'), _) => return at + 1,
            (Some(b'\\'), _) => at += 2,
            (Some(b'$' | b'%'), Some(b'{')) if !escaped(bytes, at) => at = end_of_template(bytes, at + 2),
            _ => at += 1,
        }
    }
}

/// `$${` and `%%{` are text. Only the doubled mark right before the brace counts, as in `$$${`, which is `$` and `${`.
fn escaped(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1] == bytes[at]
}

/// The index behind the brace that closes a template.
fn end_of_template(bytes: &[u8], mut at: usize) -> usize {
    let mut open = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at + 1);
                continue;
            }
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            break;
        }
    }
    at
}
