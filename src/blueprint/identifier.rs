//! Words to identifiers of the target: the only text that is printed without quotes.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::literal::Refused;

/// `MlOps` from `ml-ops`, or `PublicSubnetA` from `["public-subnet", "a"]`.
pub(super) fn pascal(parts: &[&str]) -> Result<String, Refused> {
    let mut name = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        let mut begins = true;
        for c in part.chars() {
            let between = matches!(c, '-' | '_');
            if !between {
                name.push(if begins { c.to_ascii_uppercase() } else { c });
            }
            begins = between;
        }
    }
    let good = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|it| it.is_ascii_alphanumeric());
    good.then_some(name).ok_or_else(|| no_identifier(parts, "a logical id"))
}

/// `ml_ops` from `ml-ops`, or `public_a` from `["public", "a"]`.
pub(super) fn snake(parts: &[&str]) -> Result<String, Refused> {
    let mut name = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (idx, part) in parts.iter().enumerate() {
        if idx > 0 {
            name.push('_');
        }
        name.extend(part.chars().map(|c| if c == '-' { '_' } else { c }));
    }
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    good.then_some(name).ok_or_else(|| no_identifier(parts, "a Terraform name"))
}

fn no_identifier(parts: &[&str], what: &str) -> Refused {
    Refused(format!("`{}` makes no {what}", parts.join(" ").escape_debug()))
}

/// The filter `pascal`.
pub(super) fn pascal_filter(value: &Value) -> Result<Value, Error> {
    filter(value, pascal)
}

/// The filter `snake`.
pub(super) fn snake_filter(value: &Value) -> Result<Value, Error> {
    filter(value, snake)
}

/// The result counts as printed text, which is sound because an identifier means itself in every mode.
fn filter(value: &Value, join: fn(&[&str]) -> Result<String, Refused>) -> Result<Value, Error> {
    let joined = match value.as_str() {
        Some(word) => join(&[word]),
        None => {
            let items: Vec<Value> = match value.kind() {
                ValueKind::Seq | ValueKind::Iterable => value.try_iter()?.collect(),
                _ => vec![value.clone()],
            };
            let words = items.iter().map(word).collect::<Result<Vec<String>, Error>>()?;
            join(&words.iter().map(String::as_str).collect::<Vec<_>>())
        }
    };
    joined.map(Value::from_safe_string).map_err(|Refused(reason)| Error::new(ErrorKind::InvalidOperation, reason))
}

fn word(value: &Value) -> Result<String, Error> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_integer() => Ok(value.to_string()),
        None => {
            let reason = format!("{} is no word of an identifier", value.kind());
            Err(Error::new(ErrorKind::InvalidOperation, reason))
        }
    }
}
