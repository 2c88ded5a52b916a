//! Texts and numbers against what their key takes, with the YAML surprises that quotes would have prevented.

use serde_json::{Number, Value};

use super::alternatives::{Alternatives, Shape};
use super::{Walk, shortened};
use crate::spec::path::SpecPath;

impl Walk<'_> {
    /// A text that is none of the words accepted.
    pub(super) fn text(&mut self, text: &str, all: &Alternatives, at: &SpecPath) {
        let words = all.words();
        match all.text() {
            Some(shape) => self.free_text(text, shape, at),
            None if words.is_empty() => self.wrong_type(&Value::String(text.to_owned()), all, at),
            None => {
                let or = all.expected_beside_words();
                self.found.unknown_word(at, &shortened(text), &words, or.as_deref());
            }
        }
    }

    fn free_text(&mut self, text: &str, shape: Shape, at: &SpecPath) {
        let plain = || (self.written)(at).is_some_and(|it| !it.starts_with(['"', '\'']));
        if let Some(other) = yaml_1_1(text).filter(|_| plain()) {
            return self.found.ambiguous_string(at, text, other);
        }
        if let Some(Err(flaw)) = shape.format().map(|it| (it.check)(text)) {
            return self.found.bad_value(at, &flaw.message, &flaw.help);
        }
        let length = text.chars().count();
        if let Some(limits) = shape.size("minLength", "maxLength", length, "characters") {
            let found = if length == 0 { "empty".to_owned() } else { format!("{length} characters long") };
            self.found.out_of_range(at, &found, &limits);
        }
    }

    /// A number that is none of the constants accepted.
    pub(super) fn number(&mut self, number: &Number, all: &Alternatives, at: &SpecPath) {
        let value = Value::Number(number.clone());
        let Some((shape, whole)) = all.number() else {
            return self.wrong_type(&value, all, at);
        };
        if whole && number.as_i64().is_none() && number.as_u64().is_none() {
            return self.wrong_type(&value, all, at);
        }
        let format = shape.type_range();
        let least = shape.limit("minimum").or(format.map(|it| it.0));
        let most = shape.limit("maximum").or(format.map(|it| it.1));
        let value = number.as_f64().unwrap_or(f64::MAX);
        if least.is_some_and(|it| value < it) || most.is_some_and(|it| value > it) {
            let limits = match (least, most) {
                (Some(least), Some(most)) if most < f64::from(u32::MAX) => format!("{least} to {most}"),
                (Some(least), _) if value < least => format!("at least {least}"),
                (_, most) => format!("at most {}", most.unwrap_or(f64::MAX)),
            };
            self.found.out_of_range(at, &number.to_string(), &limits);
        }
    }

    /// The line of help for the usual reasons of a wrong type.
    pub(super) fn fix(&self, value: &Value, all: &Alternatives, at: &SpecPath) -> Option<String> {
        let written = (self.written)(at);
        match value {
            Value::Number(_) | Value::Bool(_) if all.text().is_some() => {
                Some(format!("quote it: `\"{}\"`", written.unwrap_or(&value.to_string())))
            }
            Value::String(text) if all.boolean() => Some(match text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" | "y" => "write `true`, without quotes".to_owned(),
                "no" | "off" | "false" | "n" => "write `false`, without quotes".to_owned(),
                _ => return None,
            }),
            Value::String(text) if all.numeric() && text.parse::<f64>().is_ok() => {
                Some(format!("write it without quotes: `{text}`"))
            }
            Value::String(_) | Value::Number(_) if all.list().is_some() => {
                Some(format!("write a list: `[{}]`", written.unwrap_or("…")))
            }
            Value::Array(list) if list.len() == 1 && all.text().is_some() => {
                Some("write the one item without brackets".to_owned())
            }
            Value::Null if all.empty_map() => Some(format!("write `{}: {{}}` to take every default", at.last_key()?)),
            _ => None,
        }
    }
}

impl Shape<'_> {
    /// The range of a Rust integer type whose schema gives only its name.
    fn type_range(self) -> Option<(f64, f64)> {
        Some(match self.number_format()? {
            "uint32" => (0.0, f64::from(u32::MAX)),
            "int32" => (f64::from(i32::MIN), f64::from(i32::MAX)),
            // Beyond 2^53 a float is not exact; the deserializer is.
            "uint64" | "uint" => (0.0, f64::MAX),
            _ => return None,
        })
    }
}

/// What YAML 1.1 takes a plain text for that YAML 1.2 leaves a text. The rules are PyYAML's, which cfn-lint, Ansible
/// and most of Python read YAML with.
fn yaml_1_1(text: &str) -> Option<&'static str> {
    const TRUTH: &[&str] = &["yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"];
    if TRUTH.contains(&text) {
        return Some("a boolean");
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all = |text: &str, good: fn(u8) -> bool| !text.is_empty() && text.bytes().all(good);
    if digits.strip_prefix('0').is_some_and(|it| all(it, |it| matches!(it, b'0'..=b'7' | b'_'))) {
        return Some("an octal number");
    }
    if digits.starts_with(|it: char| it.is_ascii_digit())
        && all(digits, |it| matches!(it, b'0'..=b'9' | b'_'))
        && digits.contains('_')
    {
        return Some("a number");
    }
    let mut parts = digits.split(':');
    let first = parts.next().is_some_and(|it| !it.starts_with('0') && all(it, |it| it.is_ascii_digit()));
    let sixties: Vec<bool> = parts.map(|it| it.len() <= 2 && it.parse::<u8>().is_ok_and(|it| it < 60)).collect();
    (first && !sixties.is_empty() && sixties.iter().all(|it| *it)).then_some("a number in base 60")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_readers_see() {
        for (text, seen) in [
            ("on", Some("a boolean")),
            ("NO", Some("a boolean")),
            ("oN", None),
            ("022", Some("an octal number")),
            ("089", None),
            ("1_000", Some("a number")),
            ("22:22", Some("a number in base 60")),
            ("1:2:3", Some("a number in base 60")),
            ("8080:80", None),
            ("a:1", None),
            ("", None),
            ("0", None),
            (":", None),
        ] {
            assert_eq!(yaml_1_1(text), seen, "{text}");
        }
    }
}
