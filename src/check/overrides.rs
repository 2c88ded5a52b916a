//! Rules about changes of the rendered text. Whether they fit it is told when it has been rendered.

use serde_json::Value;

use super::{Rule, Subject, credentials};
use crate::diagnostic::Diagnostics;
use crate::plan::overrides::overrides;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[literals];

/// A credential would stand in a template and in a state, whatever key it was written at.
fn literals(subject: &Subject, found: &mut Diagnostics) {
    for it in overrides(subject.spec) {
        let name = it.operation.steps.last().map_or("", String::as_str);
        if let Some(value) = &it.value {
            within(value, name, &it.operation.at.key("value"), found);
        }
    }
}

/// Recursion ends with the spec, whose depth reading has bounded.
fn within(value: &Value, name: &str, at: &SpecPath, found: &mut Diagnostics) {
    match value {
        Value::String(text) => {
            if let Some(kind) = credentials::looks_like(name, text) {
                found.credential(at, name, kind);
            }
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(idx, it)| within(it, name, &at.index(idx), found)),
        Value::Object(map) => map.iter().for_each(|(key, it)| within(it, key, &at.key(key), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
