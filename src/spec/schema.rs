//! The grammar as JSON Schema, from the types that a spec is read into.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::load::Document;
use super::overlay::ENVIRONMENTS;
use super::scalar::{KeyName, Scalar};

/// Where a schema keeps what it refers to, and the ending of the names that overlays refer to.
const DEFINITIONS: &str = "$defs";
const IN_OVERLAY: &str = "InEnvironment";

/// What a spec file may have, for the walk. What an environment may have is not said: the walk lays it over the spec
/// and then finds out.
pub(super) fn grammar<T: Document>() -> Value {
    let mut root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    set_environments(&mut root, json!({"type": ["object", "null"], "additionalProperties": true}));
    root
}

/// The same for editors, where an environment offers every key of the spec, needs none, and deletes with `null`.
pub fn schema<T: Document>() -> Value {
    let mut root = grammar::<T>();
    let mut overlay = root.clone();
    let mut definitions = Map::new();
    if let Some(known) = overlay.as_object_mut().and_then(|it| it.remove(DEFINITIONS)) {
        for (name, schema) in known.as_object().into_iter().flatten() {
            definitions.insert(format!("{name}{IN_OVERLAY}"), optional(schema));
        }
    }
    let mut overlay = optional(&overlay);
    for key in ["$schema", "title", "description"] {
        overlay.as_object_mut().and_then(|it| it.remove(key));
    }
    if let Some(keys) = overlay.get_mut("properties").and_then(Value::as_object_mut) {
        keys.remove(ENVIRONMENTS);
    }
    definitions.insert(IN_OVERLAY.to_owned(), overlay);
    set_environments(&mut root, nullable(json!({"$ref": format!("#/{DEFINITIONS}/{IN_OVERLAY}")})));
    if let Some(root) = root.as_object_mut() {
        let known = root.entry(DEFINITIONS).or_insert_with(|| json!({}));
        if let Some(known) = known.as_object_mut() {
            known.extend(definitions);
        }
    }
    root
}

/// Adds `environments`, which the type does not have: it is gone when a spec has been read.
fn set_environments(root: &mut Value, overlay: Value) {
    let environments = json!({
        "description": "What differs between deployments of this spec: each is laid over the rest. Maps merge, lists \
            replace, `null` deletes; default none, which is one deployment.",
        "type": ["object", "null"],
        "patternProperties": {KeyName::PATTERN: overlay},
        "additionalProperties": false,
    });
    if let Some(keys) = root.get_mut("properties").and_then(Value::as_object_mut) {
        keys.insert(ENVIRONMENTS.to_owned(), environments);
    }
}

/// A schema of which everything can be left out or be `null`.
fn optional(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else {
        return schema.clone();
    };
    let each = |value: &Value| {
        value.as_object().into_iter().flatten().map(|(key, it)| (key.clone(), nullable(optional(it)))).collect()
    };
    let all = |value: &Value| value.as_array().into_iter().flatten().map(optional).collect();
    let mut out = Map::new();
    for (key, value) in map {
        match key.as_str() {
            "required" | "minProperties" | "default" => {}
            "$ref" => {
                out.insert(key.clone(), format!("{}{IN_OVERLAY}", value.as_str().unwrap_or_default()).into());
            }
            "properties" | "patternProperties" => {
                out.insert(key.clone(), Value::Object(each(value)));
            }
            "additionalProperties" if value.is_object() => {
                out.insert(key.clone(), nullable(optional(value)));
            }
            // Without required keys a map may fit several choices.
            "anyOf" | "oneOf" => {
                out.insert("anyOf".to_owned(), Value::Array(all(value)));
            }
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(out)
}

/// A schema or `null`.
fn nullable(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}
