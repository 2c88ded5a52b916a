//! The JSON Schema of the spec to a page for people: one table for each room, one row for each field.
//!
//! The page says nothing that the schema does not say: the doc comments of `spec` are its only source.

mod fields;

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

pub use fields::{Field, fields};

/// What stands before the first table.
const INTRODUCTION: &str = "\
# Reference of the spec

Every key of `dagforge.yaml`, what it means and what it is when you leave it out.
Generated from the same types that read the spec; do not edit it, run `make bless`.

A room that you leave out gets the default of each of its fields. Unknown keys are errors.
`<key>` stands for a key of your choice, `[]` for each item of a list.
For completion in an editor, write the JSON Schema to a file with `dagforge schema`.
";

/// The reference page of a spec's schema.
pub fn reference(schema: &Value) -> String {
    let fields = fields(schema);
    let rooms = fields.iter().filter(|it| is_top(it));
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## The top level\n\n");
    table(&mut page, rooms.clone().map(|it| (it, it.has_fields)));
    for room in rooms.filter(|it| it.has_fields) {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {}\n\n{}\n\n", room.path, room.meaning);
        let inside = |it: &&Field| it.path.strip_prefix(&room.path).is_some_and(|it| it.starts_with(['.', '[']));
        table(&mut page, fields.iter().filter(inside).map(|it| (it, false)));
    }
    page.push_str(
        "\n## Forms of text\n\nText of a named form matches its regular expression; some have further rules.\n\n",
    );
    page.push_str("| Form | Regular expression |\n|---|---|\n");
    for (form, pattern) in forms(schema) {
        let _ = writeln!(page, "| {form} | `{}` |", cell(pattern));
    }
    page
}

fn is_top(field: &Field) -> bool {
    !field.path.contains(['.', '['])
}

fn table<'f>(page: &mut String, rows: impl Iterator<Item = (&'f Field, bool)>) {
    page.push_str("| Field | Type | Meaning |\n|---|---|---|\n");
    for (field, is_room) in rows {
        let path = match is_room {
            true => format!("[`{0}`](#{0})", field.path),
            false => format!("`{}`", field.path),
        };
        let required = if field.required { "**Required.** " } else { "" };
        let words = field.words.iter().map(|(word, meaning)| format!("<br>`{word}`: {meaning}"));
        let meaning = format!("{required}{}{}", field.meaning, words.collect::<String>());
        let _ = writeln!(page, "| {path} | {} | {} |", cell(&field.kind), cell(&meaning));
    }
}

/// A pipe would end the cell, even inside backticks.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Every named form of text with its pattern.
fn forms(schema: &Value) -> BTreeMap<&str, &str> {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    let mut forms: BTreeMap<&str, &str> = text("format").zip(text("pattern")).into_iter().collect();
    match schema {
        Value::Object(map) => map.values().for_each(|it| forms.extend(self::forms(it))),
        Value::Array(list) => list.iter().for_each(|it| forms.extend(self::forms(it))),
        _ => {}
    }
    forms
}
