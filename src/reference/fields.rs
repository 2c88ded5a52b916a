//! The JSON Schema of the spec to a flat list of its fields.
//!
//! schemars writes every choice its own way (`anyOf`, `oneOf`, a list of types); here they are all alternatives.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::spec::overlay::ENVIRONMENTS;

/// A field of the spec.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// `network.vpc.id`, `code_locations.<key>.module`, `runs.tag_limits[].key`.
    pub path: String,
    /// Its type in Markdown.
    pub kind: String,
    /// What its doc comment says.
    pub meaning: String,
    /// The words it takes, with what their doc comments say.
    pub words: Vec<(String, String)>,
    /// There is no default.
    pub required: bool,
    /// It has fields of its own, and their defaults are its default.
    pub has_fields: bool,
}

/// All fields, each before those inside it.
pub fn fields(schema: &Value) -> Vec<Field> {
    let mut reader = Reader { root: schema, fields: Vec::new(), open: Vec::new() };
    reader.inside(schema, "");
    reader.fields
}

/// Walks the schema along its references.
struct Reader<'s> {
    root: &'s Value,
    fields: Vec<Field>,
    /// References that the walk is inside of: a type that holds itself is opened once.
    open: Vec<&'s str>,
}

impl<'s> Reader<'s> {
    /// Adds the fields inside a value of this schema.
    fn inside(&mut self, schema: &'s Value, path: &str) {
        let reference = schema.get("$ref").and_then(Value::as_str);
        if reference.is_some_and(|it| self.open.contains(&it)) {
            return;
        }
        self.open.extend(reference);
        for shape in self.shapes(schema) {
            for (name, property) in map(shape, "properties") {
                self.field(shape, name, property, path);
            }
            if let Some(values) = values(shape) {
                self.inside(values, &format!("{path}.<key>"));
            }
            if let Some(items) = shape.get("items") {
                self.inside(items, &format!("{path}[]"));
            }
        }
        self.open.truncate(self.open.len() - usize::from(reference.is_some()));
    }

    fn field(&mut self, owner: &Value, name: &str, schema: &'s Value, path: &str) {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let required = owner.get("required").and_then(Value::as_array);
        let index = self.fields.len();
        self.fields.push(Field {
            kind: self.kind(schema),
            meaning: meaning_in(owner, schema),
            words: self.words(schema),
            required: required.is_some_and(|it| it.iter().any(|it| it == name)),
            has_fields: false,
            path: path.clone(),
        });
        // An environment may have every key of the spec; telling them again would say nothing new.
        if path != ENVIRONMENTS {
            self.inside(schema, &path);
        }
        let more = self.fields.len() > index + 1;
        if let Some(field) = self.fields.get_mut(index) {
            field.has_fields = more;
        }
    }

    /// The alternatives of a schema without references and without `null`, which only says that it may be left out.
    fn shapes(&self, schema: &'s Value) -> Vec<&'s Value> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(reference.trim_start_matches('#'));
            return target.map(|it| self.shapes(it)).unwrap_or_default();
        }
        for several in ["anyOf", "oneOf"] {
            if let Some(list) = schema.get(several).and_then(Value::as_array) {
                return list.iter().flat_map(|it| self.shapes(it)).collect();
            }
        }
        if types(schema) == ["null"] { Vec::new() } else { vec![schema] }
    }

    fn kind(&self, schema: &'s Value) -> String {
        let mut kinds: Vec<String> = self.shapes(schema).into_iter().flat_map(|it| self.kinds(it)).collect();
        // Two kinds of map are told apart below, by their keys.
        let mut seen = BTreeSet::new();
        kinds.retain(|it| seen.insert(it.clone()));
        let last = kinds.pop().unwrap_or_default();
        if kinds.is_empty() { last } else { format!("{} or {last}", kinds.join(", ")) }
    }

    fn kinds(&self, shape: &'s Value) -> Vec<String> {
        match shape.get("const") {
            Some(Value::String(word)) => return vec![format!("`{word}`")],
            Some(Value::Bool(word)) => return vec![format!("`{word}`")],
            _ => {}
        }
        let kind = |name: &str| match name {
            "string" => match shape.get("format").and_then(Value::as_str) {
                Some(form) => format!("[{form}](#forms-of-text)"),
                None => "text".to_owned(),
            },
            "boolean" => "`true` or `false`".to_owned(),
            "array" => {
                shape.get("items").map_or_else(|| "list".to_owned(), |it| format!("list of {}", plural(&self.kind(it))))
            }
            "object" => {
                values(shape).map_or_else(|| "map".to_owned(), |it| format!("map of {}", plural(&self.kind(it))))
            }
            other => other.to_owned(),
        };
        types(shape).into_iter().filter(|it| *it != "null").map(kind).collect()
    }

    /// The words of an enum, when there is a choice.
    fn words(&self, schema: &'s Value) -> Vec<(String, String)> {
        let shapes = self.shapes(schema);
        let items = shapes.iter().filter_map(|it| it.get("items")).flat_map(|it| self.shapes(it));
        let words = shapes.iter().copied().chain(items).filter_map(|it| {
            let word = it.get("const").and_then(Value::as_str)?;
            Some((word.to_owned(), meaning(it)))
        });
        let words: Vec<_> = words.collect();
        if words.len() > 1 { words } else { Vec::new() }
    }
}

fn plural(kind: &str) -> String {
    if kind == "map" { "maps".to_owned() } else { kind.to_owned() }
}

/// The meaning of a key. The one key that stands for an alternative has what is said of the alternative.
fn meaning_in(owner: &Value, schema: &Value) -> String {
    match meaning(schema) {
        own if own.is_empty() && map(owner, "properties").count() == 1 => meaning(owner),
        own => own,
    }
}

/// The doc comment in one line.
fn meaning(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn map<'s>(schema: &'s Value, name: &str) -> impl Iterator<Item = (&'s String, &'s Value)> {
    schema.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// The schema of the values of a map whose keys the user chooses.
fn values(shape: &Value) -> Option<&Value> {
    let pattern = map(shape, "patternProperties").map(|(_, it)| it).next();
    pattern.or_else(|| shape.get("additionalProperties").filter(|it| it.is_object()))
}
