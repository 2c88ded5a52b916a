//! JSON for people, with an indent of two: what `serde_json::to_string_pretty` writes, in fewer pieces.
//!
//! A plan is deeply nested, and serde_json writes an indent level by level.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// A value as JSON, with a line end behind it. With room for all of it from the start nothing is copied as it grows.
pub(super) fn pretty(value: &impl Serialize, room: usize) -> serde_json::Result<String> {
    let mut bytes = Vec::with_capacity(room);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Indented::default()))?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| serde_json::Error::io(io::Error::other(error)))
}

/// A line end and the indent of 31 levels; deeper ones take a second piece.
const LINE: &[u8; 63] = b"\n                                                              ";

#[derive(Default)]
struct Indented {
    depth: usize,
    /// The list or map at hand has something in it.
    filled: bool,
}

impl Indented {
    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.line(out)?;
        }
        self.filled = true;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.line(out)
    }

    fn line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        let mut missing = 2 * self.depth;
        let some = missing.min(LINE.len() - 1);
        out.write_all(&LINE[..=some])?;
        missing -= some;
        while missing > 0 {
            let some = missing.min(LINE.len() - 1);
            out.write_all(&LINE[1..=some])?;
            missing -= some;
        }
        Ok(())
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_serde_json_writes() {
        let mut deep = serde_json::json!("bottom");
        for _ in 0..70 {
            deep = serde_json::json!([{ "in": deep, "beside": [] }, 1]);
        }
        for value in [
            serde_json::json!(null),
            serde_json::json!({}),
            serde_json::json!([[], {}, [{}], {"a": [], "b": {"c": "\"\n"}}, 1.5, true]),
            deep,
        ] {
            assert_eq!(pretty(&value, 0).unwrap(), serde_json::to_string_pretty(&value).unwrap() + "\n");
        }
    }
}
