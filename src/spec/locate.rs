//! Where a path of a spec stands in its text.
//!
//! The YAML library keeps no positions, but it gives them away twice. It lends scalars straight from the text, so one
//! pass over the text finds every key and nearly every scalar at once. The rest (maps, lists, block scalars, texts with
//! escapes) is found one by one: deserialize towards the path, fail on arrival, and the error carries the place.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::ops::Range;

use indexmap::IndexMap;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::extent::extent;
use super::path::{SpecPath, Step};
use super::probe::probe;
use super::read::{KeySeed, borrowed_range, read};
use crate::diagnostic::Part;
use crate::source::Source;

/// Places that may be looked up the slow way, each of which reads the text once. A hostile spec could ask for any
/// number; after these the nearest place that is known serves.
const PROBES: usize = 100;

/// Finds paths in one text. Nothing is read before the first one is asked for: most specs have no findings.
pub struct Locator<'t> {
    source: &'t Source,
    top: OnceCell<Spot>,
    probes: Cell<usize>,
}

/// Where one value stands, and the values in it.
#[derive(Default)]
struct Spot {
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    inside: Inside,
}

/// The values in a value.
#[derive(Default)]
enum Inside {
    #[default]
    Nothing,
    Map(IndexMap<String, Spot>),
    List(Vec<Spot>),
}

impl<'t> Locator<'t> {
    /// Prepares for a text; one that cannot be read has no places.
    pub fn new(source: &'t Source) -> Self {
        Self { source, top: OnceCell::new(), probes: Cell::new(PROBES) }
    }

    fn top(&self) -> &Spot {
        self.top.get_or_init(|| {
            let Some(tree) = read(self.source).0 else {
                // Not even tried: what reading refuses may take for ever to parse.
                self.probes.set(0);
                return Spot::default();
            };
            let document = serde_yaml::Deserializer::from_str(&self.source.text);
            SpotSeed { text: &self.source.text, tree: &tree }.deserialize(document).unwrap_or_default()
        })
    }

    /// The bytes of a key or value as written, quotes included; none when the text has no such path.
    pub fn find(&self, path: &SpecPath, part: Part) -> Option<Range<usize>> {
        let spot = self.spot(path)?;
        let known = match part {
            Part::Key => &spot.key,
            Part::Value => &spot.value,
        };
        known.clone().or_else(|| self.probe(path, part))
    }

    /// The best place to show: the key where a value is empty or starts on another line, and the nearest thing around
    /// it where the text has no such path, as for a default.
    pub fn nearest(&self, path: &SpecPath, part: Part) -> Option<Range<usize>> {
        let text = &self.source.text;
        let value = || self.find(path, Part::Value).filter(|it| !it.is_empty());
        let key = || self.find(path, Part::Key);
        let block = |it: &Range<usize>| {
            let inside = self.spot(path).is_some_and(|it| !matches!(it.inside, Inside::Nothing));
            inside && !text[it.clone()].starts_with(['{', '['])
        };
        let found = match part {
            Part::Key => key().or_else(value),
            Part::Value => value().filter(|it| !block(it)).or_else(key).or_else(value),
        };
        // The whole spec is around everything, and as a place says nothing.
        found.or_else(|| self.nearest(&path.parent().filter(|it| !it.steps().is_empty())?, Part::Key))
    }

    /// A scalar as written, quotes included.
    pub fn written(&self, path: &SpecPath) -> Option<&'t str> {
        let spot = self.spot(path)?;
        self.source.text.get(spot.value.clone()?)
    }

    fn spot(&self, path: &SpecPath) -> Option<&Spot> {
        path.steps().iter().try_fold(self.top(), |spot, step| match (&spot.inside, step) {
            (Inside::Map(map), Step::Key(name)) => map.get(name),
            (Inside::List(list), Step::Index(index)) => list.get(*index),
            _ => None,
        })
    }

    fn probe(&self, path: &SpecPath, part: Part) -> Option<Range<usize>> {
        self.probes.set(self.probes.get().checked_sub(1)?);
        let start = probe(&self.source.text, path.steps(), part)?;
        Some(extent(&self.source.text, start))
    }
}

/// Finds the places in a value whose content is already known.
struct SpotSeed<'v, 't> {
    text: &'t str,
    tree: &'v Value,
}

impl<'de> DeserializeSeed<'de> for SpotSeed<'_, '_> {
    type Value = Spot;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Spot, D::Error> {
        match self.tree {
            Value::Object(_) => deserializer.deserialize_map(self),
            Value::Array(_) => deserializer.deserialize_seq(self),
            // Asked for as text, a number is lent too.
            _ => deserializer.deserialize_str(self),
        }
    }
}

impl<'de> Visitor<'de> for SpotSeed<'_, '_> {
    type Value = Spot;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the same text as before")
    }

    fn visit_borrowed_str<E: Error>(self, scalar: &'de str) -> Result<Spot, E> {
        Ok(Spot { value: borrowed_range(self.text, scalar), ..Spot::default() })
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Spot, E> {
        Ok(Spot::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Spot, A::Error> {
        let mut list = Vec::new();
        for tree in self.tree.as_array().into_iter().flatten() {
            list.extend(seq.next_element_seed(SpotSeed { text: self.text, tree })?);
        }
        Ok(Spot { inside: Inside::List(list), ..Spot::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Spot, A::Error> {
        let mut map = IndexMap::new();
        while let Some(key) = entries.next_key_seed(KeySeed { text: self.text })? {
            match self.tree.get(&key.name) {
                Some(tree) => {
                    let spot = entries.next_value_seed(SpotSeed { text: self.text, tree })?;
                    map.entry(key.name).or_insert(Spot { key: key.range, ..spot });
                }
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Spot { inside: Inside::Map(map), ..Spot::default() })
    }
}

#[cfg(test)]
mod tests;
