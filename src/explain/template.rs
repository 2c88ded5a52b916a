//! A rendered CloudFormation template, read for what it names and counts.

use serde_yaml::{Mapping, Value};

use crate::render::File;

/// A template.
#[derive(Debug)]
pub struct Template {
    /// Its path below the deployment's folder.
    pub path: String,
    /// Bytes of its text.
    pub bytes: usize,
    root: Value,
}

impl Template {
    /// Reads a file that is a template; none for any other.
    pub fn of(file: &File) -> Option<serde_yaml::Result<Self>> {
        let template = file.path.starts_with("cfn/") && file.path.ends_with(".yaml");
        let read = |root| Self { path: file.path.clone(), bytes: file.text.len(), root };
        template.then(|| serde_yaml::from_str(&file.text).map(read))
    }

    /// A section of it.
    pub(super) fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        entries(self.root.get(name).and_then(Value::as_mapping))
    }

    /// Type, logical id and properties of each resource.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &str, Vec<(&str, &Value)>)> {
        self.section("Resources").map(|(id, it)| {
            let kind = it.get("Type").and_then(Value::as_str).unwrap_or_default();
            (kind, id, entries(it.get("Properties").and_then(Value::as_mapping)).collect())
        })
    }
}

fn entries(mapping: Option<&Mapping>) -> impl Iterator<Item = (&str, &Value)> {
    mapping.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// A text as it stands there; one with `!Sub` shows what is known at deployment as `${…}`. A reference has no text.
pub fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Tagged(tagged) if tagged.tag == "Sub" => tagged.value.as_str(),
        _ => None,
    }
}
