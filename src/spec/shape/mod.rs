//! Walks a tree along the JSON Schema of the type it is meant for, and reports everything that does not fit at once.
//!
//! Deserializing stops at the first error; a user with five mistakes would run five times. The schema is derived from
//! the same types, so the two cannot disagree on keys; what a schema cannot say is left to the deserializer, which
//! has the last word.

mod alternatives;
mod scalar;

use serde_json::{Map, Value};

use self::alternatives::{Alternatives, Shape};
use super::path::{SpecPath, Step};
use super::scalar::FORMATS;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;

/// A walk in progress.
pub(super) struct Walk<'a> {
    /// The root schema, which has the definitions.
    pub(super) schema: &'a Value,
    /// A scalar as written, quotes included.
    pub(super) written: &'a dyn Fn(&SpecPath) -> Option<&'a str>,
    /// An overlay may leave out what the spec has, and delete with `null`.
    pub(super) partial: bool,
    /// What was found.
    pub(super) found: &'a mut Diagnostics,
}

impl Walk<'_> {
    /// Reports what does not fit in the whole tree.
    pub(super) fn document(&mut self, tree: &Value) {
        let schema = self.schema;
        self.value(tree, schema, &SpecPath::root());
    }

    /// Recursion ends with the tree, whose depth reading has bounded.
    fn value(&mut self, value: &Value, schema: &Value, at: &SpecPath) {
        if self.found.is_full() || self.partial && value.is_null() {
            return;
        }
        let all = Alternatives::of(self.schema, schema);
        if all.anything || all.take(value) {
            return;
        }
        match value {
            Value::Object(map) => match all.best_map(map) {
                Some(shape) => self.map(map, shape, at),
                None => self.wrong_type(value, &all, at),
            },
            Value::Array(list) => match all.list() {
                Some(shape) => self.list(list, shape, at),
                None => self.wrong_type(value, &all, at),
            },
            Value::String(text) => self.text(text, &all, at),
            Value::Number(number) => self.number(number, &all, at),
            Value::Bool(_) | Value::Null => self.wrong_type(value, &all, at),
        }
    }

    fn map(&mut self, map: &Map<String, Value>, shape: Shape, at: &SpecPath) {
        let known: Vec<&str> = shape.keys().collect();
        let mut meant = Vec::new();
        for (name, value) in map {
            let below = at.key(name);
            if let Some(schema) = shape.key(name) {
                self.value(value, schema, &below);
            } else if let Some(schema) = shape.any_key() {
                self.chosen_key(name, shape, &below);
                self.value(value, schema, &below);
            } else if !self.found.is_full() {
                meant.extend(self.unknown_key(map, &known, &below));
            }
        }
        if self.partial {
            return;
        }
        for name in shape.required().filter(|it| !map.contains_key(*it) && !meant.contains(it)) {
            let meaning = shape.key(name).and_then(|it| it.get("description")).and_then(Value::as_str);
            self.found.missing_key(at, name, meaning);
        }
        if let Some(limits) = shape.size("minProperties", "maxProperties", map.len(), "entries") {
            self.found.out_of_range(at, &format!("a map of {}", map.len()), &limits);
        }
    }

    /// Reports a key that the map does not have, and returns the key that was meant: it is then not missing too.
    fn unknown_key<'k>(&mut self, map: &Map<String, Value>, known: &[&'k str], at: &SpecPath) -> Option<&'k str> {
        let name = at.last_key().unwrap_or_default();
        let free = known.iter().copied().filter(|it| !map.contains_key(*it));
        let meant = nearest(name, free).or_else(|| nearest(name, known.iter().copied()));
        let elsewhere = if meant.is_none() { self.elsewhere(at) } else { None };
        self.found.unknown_key(at, meant, elsewhere.as_deref(), known);
        meant
    }

    /// A key that the user chose has a grammar too.
    fn chosen_key(&mut self, name: &str, shape: Shape, at: &SpecPath) {
        if let Some(Err(flaw)) = shape.key_format().map(|it| (it.check)(name)) {
            self.found.bad_key(at, &flaw.message, &flaw.help);
        }
    }

    fn list(&mut self, list: &[Value], shape: Shape, at: &SpecPath) {
        if let Some(limits) = shape.size("minItems", "maxItems", list.len(), "items") {
            self.found.out_of_range(at, &format!("a list of {}", list.len()), &limits);
        }
        let Some(items) = shape.items() else { return };
        for (index, value) in list.iter().enumerate() {
            self.value(value, items, &at.index(index));
        }
    }

    fn wrong_type(&mut self, value: &Value, all: &Alternatives, at: &SpecPath) {
        let fix = self.fix(value, all, at);
        self.found.wrong_type(at, &all.expected(), &self.described(value, at), fix);
    }

    /// The value in words, as the user wrote it.
    fn described(&self, value: &Value, at: &SpecPath) -> String {
        let written = || (self.written)(at).map_or_else(|| value.to_string(), str::to_owned);
        match value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => format!("`{value}`"),
            Value::Number(_) => format!("the number `{}`", written()),
            Value::String(text) => format!("the string `{}`", shortened(text)),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "a map".to_owned(),
        }
    }

    /// Where the grammar has a key that stands in the wrong map, when that is not a guess: in one place below this map,
    /// or in one section of the spec.
    fn elsewhere(&self, at: &SpecPath) -> Option<String> {
        let mut all = Vec::new();
        let name = at.last_key()?;
        alternatives::places(self.schema, self.schema, name, &mut Vec::new(), &mut all);
        let map = at.parent()?;
        let below: Vec<&Vec<String>> = all.iter().filter(|it| is_below(it, &map)).collect();
        match below.as_slice() {
            [place] => Some(at_map(place, &map).to_string()),
            [] => match all.iter().filter(|it| it.len() == 2).collect::<Vec<_>>().as_slice() {
                [place] => Some(place.join(".")),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether a path of the grammar, in which `*` is any key, is below a map of the spec that is not the whole spec.
fn is_below(place: &[String], map: &SpecPath) -> bool {
    let depth = map.steps().len();
    let same = |(place, step): (&String, &Step)| match step {
        Step::Key(name) => place == "*" || place == name,
        Step::Index(_) => false,
    };
    let named = place.iter().skip(depth).all(|it| it != "*");
    depth > 0 && place.len() > depth && named && place.iter().zip(map.steps()).all(same)
}

/// A path of the grammar below a map of the spec, with the map's own keys.
fn at_map(place: &[String], map: &SpecPath) -> SpecPath {
    place[map.steps().len()..].iter().fold(map.clone(), |path, key| path.key(key))
}

/// The beginning of a text, for messages.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
