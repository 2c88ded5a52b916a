//! What a place of the grammar accepts, as a flat list: references followed, `anyOf` and `oneOf` opened.

use serde_json::{Map, Value};

use super::super::scalar::Format;
use super::FORMATS;

/// References and choices within each other; schemas from types have two or three.
const MAX_NESTING: usize = 16;

/// Everything a place accepts.
pub(super) struct Alternatives<'s> {
    /// The place accepts any value.
    pub(super) anything: bool,
    shapes: Vec<Shape<'s>>,
}

/// One accepted kind of value.
#[derive(Clone, Copy)]
pub(super) struct Shape<'s>(&'s Map<String, Value>);

impl<'s> Alternatives<'s> {
    /// Flattens a schema.
    pub(super) fn of(root: &'s Value, schema: &'s Value) -> Self {
        let mut all = Self { anything: false, shapes: Vec::new() };
        all.collect(root, schema, MAX_NESTING);
        all
    }

    fn collect(&mut self, root: &'s Value, schema: &'s Value, nesting: usize) {
        let Some(map) = schema.as_object() else {
            self.anything |= schema == &Value::Bool(true);
            return;
        };
        let Some(nesting) = nesting.checked_sub(1) else { return };
        if let Some(target) = map.get("$ref").and_then(Value::as_str) {
            if let Some(schema) = target.strip_prefix('#').and_then(|it| root.pointer(it)) {
                self.collect(root, schema, nesting);
            }
        } else if let Some(choices) = map.get("anyOf").or_else(|| map.get("oneOf")).and_then(Value::as_array) {
            for schema in choices {
                self.collect(root, schema, nesting);
            }
        } else {
            self.anything |= !["type", "enum", "const"].iter().any(|it| map.contains_key(*it));
            self.shapes.push(Shape(map));
        }
    }

    /// Whether a value without inner structure is accepted as it is: null, a boolean, a constant.
    pub(super) fn take(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.shapes.iter().any(|it| it.is("null")),
            Value::Bool(_) => {
                self.shapes.iter().any(|it| it.is("boolean") && it.constants().is_none()) || self.constant(value)
            }
            _ => self.constant(value),
        }
    }

    fn constant(&self, value: &Value) -> bool {
        self.shapes.iter().filter_map(|it| it.constants()).flatten().any(|it| it == value)
    }

    /// The words accepted.
    pub(super) fn words(&self) -> Vec<&'s str> {
        self.shapes.iter().filter_map(|it| it.constants()).flatten().filter_map(Value::as_str).collect()
    }

    /// The shape of a text that is no word.
    pub(super) fn text(&self) -> Option<Shape<'s>> {
        self.shapes.iter().copied().find(|it| it.is("string") && it.constants().is_none())
    }

    /// The shape of a number, and whether it has to be whole.
    pub(super) fn number(&self) -> Option<(Shape<'s>, bool)> {
        let free =
            |kind: &'static str| self.shapes.iter().copied().find(move |it| it.is(kind) && it.constants().is_none());
        free("number").map(|it| (it, false)).or_else(|| free("integer").map(|it| (it, true)))
    }

    /// Whether any number is accepted, be it a constant.
    pub(super) fn numeric(&self) -> bool {
        self.number().is_some() || self.shapes.iter().filter_map(|it| it.constants()).flatten().any(Value::is_number)
    }

    /// Whether `true` and `false` are accepted.
    pub(super) fn boolean(&self) -> bool {
        self.shapes.iter().any(|it| it.is("boolean"))
    }

    /// The shape of a list.
    pub(super) fn list(&self) -> Option<Shape<'s>> {
        self.shapes.iter().copied().find(|it| it.is("array"))
    }

    /// Whether a map without keys is accepted.
    pub(super) fn empty_map(&self) -> bool {
        self.shapes.iter().any(|it| it.is("object") && it.required().next().is_none())
    }

    /// The shape of a map that is most likely meant: the one that knows most of the keys written.
    pub(super) fn best_map(&self, map: &Map<String, Value>) -> Option<Shape<'s>> {
        let score = |shape: &Shape| {
            let known = map.keys().filter(|it| shape.key(it).is_some()).count();
            let missing = shape.required().filter(|it| !map.contains_key(*it)).count();
            (known, usize::MAX - missing)
        };
        // `max_by_key` would take the last of equals; the first form documented is the better guess.
        let mut best: Option<Shape> = None;
        for shape in self.shapes.iter().copied().filter(|it| it.is("object")) {
            if best.is_none_or(|it| score(&shape) > score(&it)) {
                best = Some(shape);
            }
        }
        best
    }

    /// In words: "`create` or a map with the key `id`".
    pub(super) fn expected(&self) -> String {
        let words = self.words();
        let mut parts: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
        for shape in &self.shapes {
            let part = shape.expected();
            if let Some(part) = part.filter(|it| !parts.contains(it)) {
                parts.push(part);
            }
        }
        match parts.split_last() {
            None => "nothing".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        }
    }

    /// The same without the words.
    pub(super) fn expected_beside_words(&self) -> Option<String> {
        let beside = self.shapes.iter().copied().filter(|it| it.constants().is_none()).collect();
        let beside = Self { anything: false, shapes: beside };
        Some(beside.expected()).filter(|it| it != "nothing")
    }
}

impl<'s> Shape<'s> {
    /// Whether the type is, or is among those named.
    fn is(self, kind: &str) -> bool {
        match self.0.get("type") {
            Some(Value::String(name)) => name == kind,
            Some(Value::Array(names)) => names.iter().any(|it| it == kind),
            _ => false,
        }
    }

    /// The only values accepted.
    fn constants(self) -> Option<Vec<&'s Value>> {
        match (self.0.get("const"), self.0.get("enum")) {
            (Some(value), _) => Some(vec![value]),
            (None, Some(Value::Array(values))) => Some(values.iter().filter(|it| !it.is_null()).collect()),
            _ => None,
        }
    }

    fn expected(self) -> Option<String> {
        let part = match self.constants() {
            Some(values) => {
                let others: Vec<String> =
                    values.iter().filter(|it| !it.is_string()).map(|it| format!("`{it}`")).collect();
                return Some(others.join(" or ")).filter(|it| !it.is_empty());
            }
            None if self.is("string") => self.format().map_or("a string", |it| it.what),
            None if self.is("integer") => "a whole number",
            None if self.is("number") => "a number",
            None if self.is("boolean") => "`true` or `false`",
            None if self.is("array") => "a list",
            None if self.is("object") => return Some(self.expected_map()),
            None => return None,
        };
        Some(part.to_owned())
    }

    fn expected_map(self) -> String {
        let required: Vec<String> = self.required().map(|it| format!("`{it}`")).collect();
        match required.as_slice() {
            [] => "a map".to_owned(),
            [key] => format!("a map with the key {key}"),
            keys => format!("a map with the keys {}", keys.join(", ")),
        }
    }

    /// The schema of a key that the map declares.
    pub(super) fn key(self, name: &str) -> Option<&'s Value> {
        self.0.get("properties")?.get(name)
    }

    /// The keys that the map declares.
    pub(super) fn keys(self) -> impl Iterator<Item = &'s str> {
        self.0.get("properties").and_then(Value::as_object).into_iter().flat_map(|it| it.keys().map(String::as_str))
    }

    /// The keys that have to be there.
    pub(super) fn required(self) -> impl Iterator<Item = &'s str> {
        self.0.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The schema of values below keys of the user's choice. A map that only declares keys has none, even where its
    /// schema forgets to say so: unknown keys are always errors.
    pub(super) fn any_key(self) -> Option<&'s Value> {
        let patterns = self.0.get("patternProperties").and_then(Value::as_object);
        if let Some(schema) = patterns.and_then(|it| it.values().next()) {
            return Some(schema);
        }
        match self.0.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(schema) => Some(schema),
            None if self.0.contains_key("properties") => None,
            None => Some(&Value::Bool(true)),
        }
    }

    /// The check of keys of the user's choice.
    pub(super) fn key_format(self) -> Option<&'static Format> {
        let pattern = match self.0.get("patternProperties").and_then(Value::as_object) {
            Some(patterns) => patterns.keys().next()?.as_str(),
            None => self.0.get("propertyNames")?.get("pattern")?.as_str()?,
        };
        FORMATS.iter().find(|it| it.pattern == pattern)
    }

    /// The schema of a list's items.
    pub(super) fn items(self) -> Option<&'s Value> {
        self.0.get("items")
    }

    /// The check of a text.
    pub(super) fn format(self) -> Option<&'static Format> {
        let name = self.0.get("format")?.as_str()?;
        FORMATS.iter().find(|it| it.name == name)
    }

    /// The Rust type behind a number.
    pub(super) fn number_format(self) -> Option<&'s str> {
        self.0.get("format")?.as_str()
    }

    /// A limit of the schema.
    pub(super) fn limit(self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    /// The limits of a count, in words, when it is outside them.
    pub(super) fn size(self, least: &str, most: &str, count: usize, unit: &str) -> Option<String> {
        let whole = |name: &str| self.0.get(name)?.as_u64();
        let (least, most) = (whole(least), whole(most));
        let outside = least.is_some_and(|it| (count as u64) < it) || most.is_some_and(|it| (count as u64) > it);
        let limits = match (least, most) {
            (Some(least), Some(most)) => format!("{least} to {most} {unit}"),
            (Some(least), None) => format!("at least {least} {unit}"),
            (None, Some(most)) => format!("at most {most} {unit}"),
            (None, None) => return None,
        };
        outside.then_some(limits)
    }
}

/// Every path below `schema` that ends in the key `name`. Maps with keys of the user's choice are passed as `*`.
pub(super) fn places(root: &Value, schema: &Value, name: &str, at: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    // Specs are shallower than this; a type that contains itself would never end.
    if at.len() > 6 {
        return;
    }
    for shape in Alternatives::of(root, schema).shapes {
        for key in shape.keys() {
            at.push(key.to_owned());
            if key == name {
                out.push(at.clone());
            }
            if let Some(schema) = shape.key(key) {
                places(root, schema, name, at, out);
            }
            at.pop();
        }
        if let Some(schema) = shape.any_key().filter(|it| it.is_object()) {
            at.push("*".to_owned());
            places(root, schema, name, at, out);
            at.pop();
        }
    }
    out.dedup();
}
