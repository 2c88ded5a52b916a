//! IAM statements by role, and environment variables by container.

use serde_json::{Map, Value};

use super::table::table;
use super::walk::{having, shown, sources};
use crate::plan::Plan;
use crate::spec::Spec;

/// Every role with its trust and its statements, and every policy of people.
pub fn iam(plan: &Plan) -> serde_json::Result<String> {
    let plan = serde_json::to_value(plan)?;
    let mut out = String::new();
    for (place, role) in having(&plan, &["trust", "statements", "path"]) {
        let text = |key: &str| role.get(key).map(shown).unwrap_or_default();
        out += &format!("{}{}  ({place})\n", text("path"), text("name"));
        out += &format!("  {}; assumed by {}\n", text("description"), trusted(&role["trust"]));
        out += &statements(role);
        for managed in items(role, "managed") {
            out += &format!("  managed policy {}\n", shown(managed));
        }
        if let Some(boundary) = role.get("boundary").filter(|it| !it.is_null()) {
            out += &format!("  bounded by {}\n", shown(boundary));
        }
        out.push('\n');
    }
    for (place, role) in having(&plan, &["subjects", "statements", "path"]) {
        let text = |key: &str| role.get(key).map(shown).unwrap_or_default();
        out += &format!("{}{}  ({place})\n  {}\n", text("path"), text("name"), text("description"));
        out += &format!("  assumed with tokens of {} by {}\n", text("issuer"), text("subjects"));
        out += &statements(role);
        if let Some(boundary) = role.get("boundary").filter(|it| !it.is_null()) {
            out += &format!("  bounded by {}\n", shown(boundary));
        }
        out.push('\n');
    }
    for (place, policy) in having(&plan, &["roles", "groups", "users", "statements"]) {
        let text = |key: &str| policy.get(key).map(shown).unwrap_or_default();
        out += &format!("{}{}  ({place})\n  {}\n", text("path"), text("name"), text("description"));
        for who in ["roles", "groups", "users"].into_iter().filter(|it| !text(it).is_empty()) {
            out += &format!("  attached to {who} {}\n", text(who));
        }
        out += &statements(policy);
        out.push('\n');
    }
    Ok(out)
}

fn statements(holder: &Map<String, Value>) -> String {
    let mut out = String::new();
    for statement in items(holder, "statements") {
        let part = |key: &str| statement.get(key).map(shown).unwrap_or_default();
        out += &format!("  {}: {}\n      on {}\n", part("sid"), part("actions"), part("resources"));
        if let Some(condition) = statement.get("condition").filter(|it| !it.is_null()) {
            let part = |key: &str| condition.get(key).map(shown).unwrap_or_default();
            out += &format!("      if {} {} {}\n", part("key"), part("operator"), part("value"));
        }
    }
    out
}

fn trusted(trust: &Value) -> String {
    trust.get("service").map(shown).unwrap_or_default()
}

fn items<'a>(map: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Value> {
    map.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Every container with its environment, and where each value comes from.
pub fn env(plan: &Plan, spec: &Spec) -> serde_json::Result<String> {
    let plan = serde_json::to_value(plan)?;
    let mut out = String::new();
    for (place, definition) in having(&plan, &["family", "containers"]) {
        let owner = Owner::of(&place, spec);
        for container in items(definition, "containers") {
            let text = |key: &str| container.get(key).map(shown).unwrap_or_default();
            let family = definition.get("family").map(shown).unwrap_or_default();
            out += &format!("{family}: {}  ({place})\n", text("name"));
            let Some(container) = container.as_object() else { continue };
            let variable = |it: &Value, secret: bool| {
                let part = |key: &str| it.get(key).unwrap_or(&Value::Null);
                let name = shown(part("name"));
                let origin = owner.origin(&name, part("value"), secret);
                [format!("  {name}"), cut(&shown(part("value"))), origin]
            };
            let plain = items(container, "environment").map(|it| variable(it, false));
            let rows: Vec<_> = plain.chain(items(container, "secrets").map(|it| variable(it, true))).collect();
            out += &table(["  name", "value", "origin"], &rows);
            out.push('\n');
        }
    }
    Ok(out)
}

/// Longest value that is shown; the plan has the rest.
const WIDTH: usize = 60;

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    text.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// The code location or task of the spec that a container belongs to.
struct Owner<'a> {
    spec: &'a Spec,
    key: &'a str,
    task: bool,
}

impl<'a> Owner<'a> {
    fn of(place: &'a str, spec: &'a Spec) -> Self {
        let mut steps = place.split('.');
        let room = steps.next();
        Owner { spec, key: steps.next().unwrap_or_default(), task: room == Some("tasks") }
    }

    fn origin(&self, name: &str, value: &Value, secret: bool) -> String {
        let group = if self.task { "tasks" } else { "code_locations" };
        let what = if secret { "secrets" } else { "env" };
        let from = sources(value).join(", ");
        match (self.said(name, secret), from.is_empty()) {
            (true, _) => format!("{group}.{}.{what}", self.key),
            (false, true) if secret => "a secret, fetched by ECS".to_owned(),
            (false, true) => "set by dagforge".to_owned(),
            (false, false) if secret => format!("a secret, fetched by ECS: {from}"),
            (false, false) => from,
        }
    }

    /// Whether the spec itself has the variable.
    fn said(&self, name: &str, secret: bool) -> bool {
        let location = self.spec.code_locations.iter().find(|(key, _)| key.as_str() == self.key);
        let task = self.spec.tasks.iter().flat_map(|all| all.iter()).find(|(key, _)| key.as_str() == self.key);
        let (env, secrets) = match (self.task, location, task) {
            (false, Some((_, it)), _) => (&it.env, &it.secrets),
            (true, _, Some((_, it))) => (&it.env, &it.secrets),
            _ => return false,
        };
        if secret {
            secrets.iter().flat_map(|all| all.keys()).any(|it| it.as_str() == name)
        } else {
            env.iter().flat_map(|all| all.keys()).any(|it| it.as_str() == name)
        }
    }
}
