//! A plan with other texts, behind the value that blueprints read.

use std::collections::BTreeMap;

use dagforge::blueprint::value_of;
use dagforge::plan::Plan;
use dagforge::plan::text::{Part, Text};
use minijinja::Value;
use minijinja::value::ValueKind;

/// A plan with other texts.
pub struct Replaced {
    /// As blueprints read it.
    pub value: Value,
    /// As the rest of a render reads it: what a template's frame is given is replaced here too.
    pub plan: Plan,
    /// The generalised paths of all texts, in order; a text of several parts has one for each literal.
    pub slots: Vec<String>,
}

/// Replaces literal texts: `text` is asked for each, with its generalised path and its place in the order.
pub fn replaced(plan: &Plan, text: impl Fn(&str, usize) -> Option<String>) -> Replaced {
    let mut walk = Walk { text, slots: Vec::new(), own: BTreeMap::new() };
    let value = walk.value(&value_of(plan), "", "");
    let mut plan = plan.clone();
    let own = |path: String, field: &mut String| {
        if let Some(text) = walk.own.get(&path) {
            field.clone_from(text);
        }
    };
    for (at, layer) in plan.layers.iter_mut().enumerate() {
        own(format!("layers.{at}.stack"), &mut layer.stack);
        for (name, published) in &mut layer.publishes {
            own(format!("layers.{at}.publishes.{name}.path"), &mut published.path);
        }
    }
    own("revision.strict_pattern".to_owned(), &mut plan.revision.strict_pattern);
    own("revision.constraint".to_owned(), &mut plan.revision.constraint);
    Replaced { value, plan, slots: walk.slots }
}

struct Walk<F> {
    text: F,
    slots: Vec<String>,
    /// What each string became, by its own path.
    own: BTreeMap<String, String>,
}

impl<F: Fn(&str, usize) -> Option<String>> Walk<F> {
    fn value(&mut self, value: &Value, path: &str, own: &str) -> Value {
        let below = |path: &str, key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value.kind() {
            ValueKind::Map => {
                let entry = |key: Value| {
                    let name = key.to_string();
                    let item = value.get_item(&key).unwrap();
                    let item = self.value(&item, &below(path, &name), &below(own, &name));
                    (key, item)
                };
                Value::from_pairs(value.try_iter().unwrap().map(entry))
            }
            ValueKind::Seq => {
                let items = value.try_iter().unwrap().enumerate();
                let item = |(at, item): (usize, Value)| self.value(&item, &format!("{path}[]"), &format!("{own}.{at}"));
                Value::from(items.map(item).collect::<Vec<Value>>())
            }
            ValueKind::String => {
                let text = self.literal(value.as_str().unwrap(), path);
                self.own.insert(own.to_owned(), text.clone());
                Value::from(text)
            }
            ValueKind::Plain => match value.downcast_object_ref::<Text>() {
                Some(text) => value_of(&self.parts(text, path)),
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    fn parts(&mut self, text: &Text, path: &str) -> Text {
        let mut result = Text::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => result.push(self.literal(text, path)),
                Part::ByTarget { cfn, tf } => {
                    let (cfn, tf) = (self.parts(cfn, path), self.parts(tf, path));
                    result.push(Text::by_target(cfn, tf));
                }
                part => result.push(part.clone()),
            }
        }
        result
    }

    fn literal(&mut self, text: &str, path: &str) -> String {
        let slot = self.slots.len();
        self.slots.push(path.to_owned());
        (self.text)(path, slot).unwrap_or_else(|| text.to_owned())
    }
}
