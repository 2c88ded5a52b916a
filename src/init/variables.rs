//! The environment of a service: what stays as it is, what becomes a reference, and what the deployment sets by itself.

use serde_json::Value;

use super::command::text;
use crate::check::{credentials, environment};
use crate::spec::scalar::{EnvName, Scalar};

/// What becomes of one variable.
#[derive(Debug, PartialEq)]
pub enum Fate {
    /// It stays.
    Plain(String),
    /// Its value is the default of another variable, which compose would have put in.
    Default(String),
    /// It is or refers to a credential.
    Secret,
    /// The deployment sets it.
    Decided(&'static str),
    /// Its value comes from elsewhere, or its name is none.
    Unknown,
}

/// A value that stands for one that nobody wrote down: random enough that only the name decides.
const UNKNOWN_SECRET: &str = "8f14e45fceea167a5a36dedd4bea2543";

/// The variables of `environment`, which is a map or a list, with the last step of each one's path.
pub fn variables(environment: &Value) -> Vec<(String, Option<String>)> {
    match environment {
        Value::Object(map) => map.iter().map(|(name, it)| (name.clone(), (!it.is_null()).then(|| text(it)))).collect(),
        Value::Array(items) => {
            let each = items.iter().map(text).map(|item| match item.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (item, None),
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}

/// What becomes of a variable.
pub fn fate(name: &str, value: Option<&str>) -> Fate {
    if EnvName::parse(name).is_err() {
        return Fate::Unknown;
    }
    if let Some(reason) = environment::owner(name) {
        return Fate::Decided(reason);
    }
    let from_elsewhere = value.is_none_or(|it| it.replace("$$", "").contains('$'));
    let secret = |value: &str| credentials::looks_like(name, value).is_some();
    match value {
        Some(value) if !from_elsewhere && secret(value) => Fate::Secret,
        Some(value) if !from_elsewhere => Fate::Plain(value.replace("$$", "$")),
        _ if secret(UNKNOWN_SECRET) => Fate::Secret,
        Some(value) => default(value).filter(|it| !secret(it)).map_or(Fate::Unknown, Fate::Default),
        None => Fate::Unknown,
    }
}

/// `${NAME:-default}` or `${NAME-default}` as a whole.
fn default(value: &str) -> Option<String> {
    let inside = value.strip_prefix("${")?.strip_suffix('}')?;
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let default = inside[end..].strip_prefix(":-").or_else(|| inside[end..].strip_prefix('-'))?;
    (!default.contains('$')).then(|| default.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates() {
        for (name, value, expected) in [
            ("LOG_LEVEL", Some("info"), Fate::Plain("info".into())),
            ("PRICE", Some("$$5"), Fate::Plain("$5".into())),
            ("LOG_LEVEL", Some("${LEVEL:-info}"), Fate::Default("info".into())),
            ("LOG_LEVEL", Some("${LEVEL-info}"), Fate::Default("info".into())),
            ("LOG_LEVEL", Some("${LEVEL}"), Fate::Unknown),
            ("LOG_LEVEL", Some("a ${LEVEL:-b}"), Fate::Unknown),
            ("LOG_LEVEL", None, Fate::Unknown),
            ("A-B", Some("x"), Fate::Unknown),
            ("DB_PASSWORD", Some("hunter2"), Fate::Secret),
            ("DB_PASSWORD", Some("${DB_PASSWORD:-hunter2}"), Fate::Secret),
            ("API_TOKEN", None, Fate::Secret),
        ] {
            assert_eq!(fate(name, value), expected, "{name}={value:?}");
        }
        assert!(matches!(fate("DAGSTER_POSTGRES_HOST", Some("db")), Fate::Decided(_)));
    }
}
