//! Values as a template writes them, and whether one is written there.

use serde_json::{Map, Value};

use crate::blueprint::{Mode, literal, value_of};
use crate::patch::trouble::{Edited, Trouble};
use crate::verify::yaml::{Kind, Node};

/// A key, in quotes where it could be read as something else.
pub(super) fn key(name: &str) -> Edited {
    let plain = name.bytes().next().is_some_and(|it| it.is_ascii_alphabetic())
        && name.replace("::", "").bytes().all(|it| it.is_ascii_alphanumeric())
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&name.to_ascii_lowercase().as_str());
    if plain { Ok(name.to_owned()) } else { scalar(&Value::String(name.to_owned())) }
}

/// What stands behind the colon of a key in this column.
pub(super) fn behind_key(value: &Value, column: usize) -> Edited {
    let inner = column + 2;
    match value {
        Value::Object(map) if !map.is_empty() => Ok(format!("\n{:inner$}{}", "", entries(map, inner)?)),
        Value::Array(list) if list.iter().any(|it| it.is_object()) => {
            let items: Vec<String> = list.iter().map(|it| item(it, inner + 2)).collect::<Result<_, _>>()?;
            Ok(items.iter().map(|it| format!("\n{:inner$}- {it}", "")).collect())
        }
        value => Ok(format!(" {}", flow(value)?)),
    }
}

/// An item of a list whose text begins in this column.
pub(super) fn item(value: &Value, column: usize) -> Edited {
    match value {
        Value::Object(map) if !map.is_empty() => entries(map, column),
        value => flow(value),
    }
}

fn entries(map: &Map<String, Value>, column: usize) -> Edited {
    let lines = map.iter().map(|(name, value)| Ok(format!("{}:{}", key(name)?, behind_key(value, column)?)));
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join(&format!("\n{:column$}", "")))
}

/// A value in brackets, or a scalar.
pub(super) fn flow(value: &Value) -> Edited {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| Ok(format!("{}: {}", key(name)?, flow(value)?)));
            Ok(format!("{{{}}}", entries.collect::<Result<Vec<_>, _>>()?.join(", ")))
        }
        Value::Array(list) => {
            let items = list.iter().map(flow).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("[{}]", items.join(", ")))
        }
        value => scalar(value),
    }
}

fn scalar(value: &Value) -> Edited {
    literal(Mode::CloudFormation, &value_of(value)).map_err(Trouble::Value)
}

/// Whether a value is the one that is written; functions are compared in their long form.
pub(super) fn same(there: &Node<'_>, value: &Value) -> bool {
    if let Some(tag) = there.tag {
        let name = tag.trim_start_matches('!');
        let name = if name == "Ref" { name.to_owned() } else { format!("Fn::{name}") };
        let [(function, argument)] = value.as_object().into_iter().flatten().collect::<Vec<_>>()[..] else {
            return false;
        };
        let dotted = |it: &str| argument.as_array().is_some_and(|list| joined(list) == it);
        return *function == name
            && (same_untagged(there, argument) || name == "Fn::GetAtt" && there.text().is_some_and(dotted));
    }
    same_untagged(there, value)
}

fn joined(list: &[Value]) -> String {
    list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
}

fn same_untagged(there: &Node<'_>, value: &Value) -> bool {
    match (&there.kind, value) {
        (Kind::Null, Value::Null) => true,
        (Kind::Scalar(text), Value::String(other)) => text == other,
        (Kind::Scalar(text), Value::Number(_) | Value::Bool(_)) => *text == value.to_string(),
        (Kind::List(items), Value::Array(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| same(item, other))
        }
        (Kind::Map(entries), Value::Object(others)) => {
            let equal = |(name, value): &(Node<'_>, Node<'_>)| {
                name.text().and_then(|it| others.get(it)).is_some_and(|other| same(value, other))
            };
            entries.len() == others.len() && entries.iter().all(equal)
        }
        _ => false,
    }
}

/// What is written, for a message.
pub(super) fn said(there: &Node<'_>) -> String {
    let tag = there.tag.map(|it| format!("{it} ")).unwrap_or_default();
    match &there.kind {
        Kind::Null => "nothing".to_owned(),
        Kind::Scalar(text) => {
            let short: String = text.chars().take(60).collect();
            format!("`{tag}{short}`")
        }
        Kind::List(items) => format!("a list of {}", items.len()),
        Kind::Map(entries) => {
            format!("a map with {}", entries.iter().filter_map(|(key, _)| key.text()).collect::<Vec<_>>().join(", "))
        }
    }
}
