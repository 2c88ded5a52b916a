//! The text of a spec that was read from a compose file: every value quoted, every place to fill in marked.

use std::fmt::Write;

use super::compose::Draft;
use super::service::{Extra, Location};

/// Writes the spec.
pub(super) fn write(draft: &Draft, file: &str) -> String {
    let mut text = format!(
        "# Read from {} by `dagforge init`. Look for FILL IN, then run `dagforge check`.\n\
         dagforge: 1\n\n# Every AWS name begins with it.\nname: {}\n# FILL IN: the region to deploy into.\nregion: eu-central-1\n\n\
         code_locations:\n",
        file.chars().filter(|it| !it.is_control()).collect::<String>(),
        quoted(&draft.name),
    );
    for location in &draft.locations {
        write_location(&mut text, location);
    }
    text.push_str("\n# The same on one machine: `dagforge render compose`.\nlocal:\n  code_locations:\n");
    for location in &draft.locations {
        write_local(&mut text, location);
    }
    if !draft.extra.is_empty() {
        text.push_str("  extra_services:\n");
    }
    for extra in &draft.extra {
        write_extra(&mut text, extra);
    }
    text
}

/// A text as a double-quoted scalar: what JSON escapes, YAML reads the same.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|it| quoted(it)).collect();
    format!("[{}]", quoted.join(", "))
}

fn field(text: &mut String, margin: usize, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        line(text, margin, &format!("{key}: {}", quoted(value)));
    }
}

fn line(text: &mut String, margin: usize, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:margin$}{line}", "");
}

fn write_location(text: &mut String, location: &Location) {
    line(text, 2, &format!("{}:", location.key));
    let server = &location.server;
    field(text, 4, "module", server.module.as_deref());
    field(text, 4, "file", server.file.as_deref());
    field(text, 4, "package", server.package.as_deref());
    field(text, 4, "attribute", server.attribute.as_deref());
    field(text, 4, "working_directory", server.working_directory.as_deref());
    pairs(text, 4, "env", &location.env);
    if !location.secrets.is_empty() {
        line(text, 4, "# FILL IN: names and JSON keys of these values in Secrets Manager.");
    }
    pairs(text, 4, "secrets", &location.secrets);
}

fn pairs(text: &mut String, margin: usize, key: &str, pairs: &[(String, String)]) {
    if !pairs.is_empty() {
        line(text, margin, &format!("{key}:"));
    }
    for (name, value) in pairs {
        line(text, margin + 2, &format!("{name}: {}", quoted(value)));
    }
}

fn write_local(text: &mut String, location: &Location) {
    let mut fields = Vec::new();
    let mut add =
        |key: &str, value: &Option<String>| fields.extend(value.iter().map(|it| format!("{key}: {}", quoted(it))));
    add("path", &location.path);
    add("dockerfile", &location.dockerfile);
    add("mount", &location.mount);
    fields.extend(location.port.map(|it| format!("port: {it}")));
    line(text, 4, &format!("{}: {{{}}}", location.key, fields.join(", ")));
}

fn write_extra(text: &mut String, extra: &Extra) {
    line(text, 4, &format!("{}:", extra.key));
    field(text, 6, "image", Some(&extra.image));
    if !extra.command.is_empty() {
        line(text, 6, &format!("command: {}", list(&extra.command)));
    }
    pairs(text, 6, "env", &extra.env);
    if !extra.secrets.is_empty() {
        line(text, 6, &format!("secrets: {}", list(&extra.secrets)));
    }
    if extra.key != "localstack" {
        let port = |(published, target): &(u16, u16)| match published == target {
            true => published.to_string(),
            false => format!("{{published: {published}, target: {target}}}"),
        };
        line(text, 6, &format!("ports: [{}]", extra.ports.iter().map(port).collect::<Vec<_>>().join(", ")));
    }
    if !extra.health_check.is_empty() {
        line(text, 6, &format!("health_check: {}", list(&extra.health_check)));
    }
}
