//! YAML text into a tree of plain values (`serde_json::Value`), refusing everything that a tree cannot hold or that
//! YAML readers disagree about: duplicate keys, tags, merge keys, several documents.
//!
//! Reading goes on after a finding wherever it can, so that all of them are reported at once. Depth and the size after
//! aliases are bounded; no input makes it panic.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

use super::path::{SpecPath, Step};
use super::syntax;
use crate::diagnostic::{Diagnostics, Place};
use crate::source::{MAX_BYTES, Source};

/// Levels of maps and lists. Real specs have about eight; the YAML library's own limit is 128.
const MAX_DEPTH: usize = 64;

/// What a tree may weigh: its text plus [`NODE_WEIGHT`] for each value. Half a million values is far beyond any spec
/// and still small in memory; aliases of aliases reach it at once.
const MAX_WEIGHT: usize = 8 * MAX_BYTES;

/// What one value costs beside its text.
const NODE_WEIGHT: usize = 64;

/// The text as a tree, and what is wrong with it; every finding is an error. There is a tree whenever the whole text
/// could be read, with the first value of each key, so that findings in it can be placed.
pub fn read(source: &Source) -> (Option<Value>, Diagnostics) {
    let mut reading = Reading { source, at: Vec::new(), weight: 0, gave_up: None, found: Diagnostics::default() };
    if syntax::refuse_unreadable(source, &mut reading.found) {
        return (None, reading.found);
    }
    let mut documents = serde_yaml::Deserializer::from_str(&source.text);
    let Some(document) = documents.next() else {
        reading.found.empty_spec();
        return (None, reading.found);
    };
    let tree = match Node(&mut reading).deserialize(document) {
        Ok(tree) => tree,
        Err(error) => {
            match reading.gave_up {
                Some(Limit::Depth) => reading.found.too_deep(syntax::place(source, &error), MAX_DEPTH),
                Some(Limit::Weight) => reading.found.too_many_values(),
                None => syntax::report(source, &error, &mut reading.found),
            }
            return (None, reading.found);
        }
    };
    if documents.next().is_some() {
        reading.found.several_documents(syntax::second_document(source));
    }
    if tree.is_null() {
        if reading.found.is_empty() {
            reading.found.empty_spec();
        }
        return (None, reading.found);
    }
    (Some(tree), reading.found)
}

/// Where a string that was borrowed from `text` stands in it. The YAML library lends every scalar that is written in
/// one piece, which makes this exact; the quotes around it are included.
pub(super) fn borrowed_range(text: &str, scalar: &str) -> Option<Range<usize>> {
    let start = (scalar.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start + scalar.len();
    if end > text.len() {
        return None;
    }
    let bytes = text.as_bytes();
    let quote = start.checked_sub(1).map(|it| bytes[it]).filter(|it| matches!(it, b'"' | b'\''));
    match quote {
        Some(quote) if bytes.get(end) == Some(&quote) => Some(start - 1..end + 1),
        _ => Some(start..end),
    }
}

/// A reading in progress.
struct Reading<'t> {
    source: &'t Source,
    at: Vec<Step>,
    weight: usize,
    /// Why the rest was not worth reading.
    gave_up: Option<Limit>,
    found: Diagnostics,
}

/// What a text can have too much of.
#[derive(Clone, Copy)]
enum Limit {
    Depth,
    Weight,
}

impl Reading<'_> {
    fn path(&self) -> SpecPath {
        self.at.iter().cloned().collect()
    }

    /// Counts a value; an error ends the reading.
    fn charge<E: Error>(&mut self, text: usize) -> Result<(), E> {
        self.weight = self.weight.saturating_add(NODE_WEIGHT + text);
        if self.weight > MAX_WEIGHT {
            self.gave_up = Some(Limit::Weight);
            return Err(E::custom("too many values"));
        }
        Ok(())
    }

    /// Counts a map or list, which also has a depth.
    fn enter<E: Error>(&mut self) -> Result<(), E> {
        if self.at.len() >= MAX_DEPTH {
            self.gave_up = Some(Limit::Depth);
            return Err(E::custom("too deep"));
        }
        self.charge(0)
    }

    fn place(&self, key: &Key) -> Place {
        match &key.range {
            Some(range) => Place::Position(self.source.span(range.clone())),
            None => Place::key(&self.path().key(&key.name)),
        }
    }
}

/// Reads one value.
struct Node<'r, 't>(&'r mut Reading<'t>);

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.0.charge(0).map(|()| Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.0.charge(0).map(|()| Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.0.charge(0).map(|()| value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.0.charge(0).map(|()| value.into())
    }

    /// Beyond 64 bits the exact number does not matter: no setting is that large.
    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.0.charge(0)?;
        Ok(Number::from_f64(value).map_or_else(
            || {
                let path = self.0.path();
                self.0.found.bad_number(&path);
                // Any number, so that the walk does not report the same value for another reason.
                Value::from(0)
            },
            Value::Number,
        ))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.0.charge(value.len()).map(|()| value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut list = Vec::new();
        loop {
            self.0.at.push(Step::Index(list.len()));
            let next = seq.next_element_seed(Node(self.0))?;
            self.0.at.pop();
            match next {
                Some(value) => list.push(value),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let mut map = Map::new();
        let mut first: BTreeMap<String, Option<Range<usize>>> = BTreeMap::new();
        while let Some(key) = entries.next_key_seed(KeySeed { text: &reading.source.text })? {
            reading.charge(key.name.len())?;
            if key.name == "<<" {
                reading.found.merge_key(reading.place(&key));
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            let twice = first.get(&key.name);
            if let Some(range) = twice {
                let line = range.clone().map(|it| reading.source.span(it).line);
                reading.found.duplicate_key(reading.place(&key), &key.name, line);
            }
            let keep = twice.is_none();
            reading.at.push(Step::Key(key.name.clone()));
            let value = entries.next_value_seed(Node(reading))?;
            reading.at.pop();
            if keep {
                first.insert(key.name.clone(), key.range);
                map.insert(key.name, value);
            }
        }
        Ok(Value::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (tag, value) = data.variant::<String>()?;
        let path = self.0.path();
        self.0.found.yaml_tag(&path, &tag);
        value.newtype_variant_seed(self)
    }
}

/// A key as read: its text, and where it stands when it was written in one piece.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) range: Option<Range<usize>>,
}

/// Reads a key. Keys are their text: `1: x` has the key `1`.
pub(super) struct KeySeed<'t> {
    pub(super) text: &'t str,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(syntax::EXPECTED_KEY)
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Key, E> {
        Ok(Key { name: name.to_owned(), range: borrowed_range(self.text, name) })
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        Ok(Key { name: name.to_owned(), range: None })
    }
}
