//! The plan as JSON: finding things by their shape, and showing values that are partly known only at deployment.

use serde_json::{Map, Value};

/// Every map below a value, with the path to it, that has all these keys.
pub(super) fn having<'a>(value: &'a Value, keys: &[&str]) -> Vec<(String, &'a Map<String, Value>)> {
    let mut found = Vec::new();
    collect(value, keys, "", &mut found);
    found
}

fn collect<'a>(value: &'a Value, keys: &[&str], path: &str, found: &mut Vec<(String, &'a Map<String, Value>)>) {
    let below = |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
    match value {
        Value::Object(map) => {
            if keys.iter().all(|key| map.contains_key(*key)) {
                found.push((path.to_owned(), map));
            }
            map.iter().for_each(|(key, it)| collect(it, keys, &below(key), found));
        }
        Value::Array(all) => {
            // Locations and tasks go by their keys, which is what the user knows them by.
            for (index, it) in all.iter().enumerate() {
                let step = it.get("key").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned);
                collect(it, keys, &below(&step), found);
            }
        }
        _ => {}
    }
}

/// A value in one line: what is known at deployment stands in angle brackets.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(map) => match (map.get("join"), map.get("input"), map.get("output"), map.get("by_target")) {
            (Some(Value::Array(parts)), ..) => parts.iter().map(shown).collect(),
            (_, Some(input), ..) => format!("<{}>", shown(input)),
            (_, _, Some(output), _) => format!("<{}>", output_name(output)),
            (_, _, _, Some(targets)) => {
                let of = |target: &str| targets.get(target).map(shown).unwrap_or_default();
                format!("<cfn: {}, tf: {}>", of("cfn"), of("tf"))
            }
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

fn output_name(output: &Value) -> String {
    let parts = ["layer", "owner", "name"].iter().filter_map(|key| output.get(key));
    parts.map(shown).collect::<Vec<_>>().join(".")
}

/// What a value has to be asked from: layers and deploy-time inputs, each once, in order.
pub(super) fn sources(value: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !found.contains(&text) {
            found.push(text);
        }
    };
    for (_, map) in having(value, &[]) {
        if let Some(output) = map.get("output") {
            add(format!("layer {}", output_name(output)));
        }
        if let Some(input) = map.get("input") {
            add(format!("deploy-time {}", shown(input)));
        }
    }
    found
}
