//! The spec's keys as words, so that every target can join them its own way.
//!
//! A key is `[a-z][a-z0-9]*` words joined by single hyphens: the only alphabet that survives in a logical id, a Terraform
//! label, a DNS label and an IAM path alike.

use std::fmt;
use std::str::FromStr;

use crate::spec::scalar::KeyName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name from the spec, such as `ml-ops`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Why a text is no key; the message completes “`…` is not a key: ”.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKey {
    /// Nothing at all, or nothing between two hyphens.
    EmptyWord,
    /// The first character is no letter.
    Start,
    /// A character that some target could not carry.
    Character(char),
}

impl Key {
    /// The key as it stands in the spec.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words between the hyphens.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split('-')
    }

    /// `MlOps`: CloudFormation's logical ids are alphanumeric.
    pub fn pascal(&self) -> String {
        self.words().map(capitalised).collect()
    }

    /// `ml_ops`: Terraform's own convention for labels.
    pub fn snake(&self) -> String {
        self.0.replace('-', "_")
    }
}

/// The word with its first letter in upper case.
fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// The spec has checked it by the same grammar.
impl From<&KeyName> for Key {
    fn from(key: &KeyName) -> Self {
        Key(key.as_str().to_owned())
    }
}

impl FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        if let Some(odd) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return Err(InvalidKey::Character(odd));
        }
        if text.split('-').any(str::is_empty) {
            return Err(InvalidKey::EmptyWord);
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(InvalidKey::Start);
        }
        Ok(Key(text.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidKey::EmptyWord => f.write_str("a hyphen stands between two words"),
            InvalidKey::Start => f.write_str("the first character is a lower-case letter"),
            InvalidKey::Character(odd) => {
                write!(f, "`{}` is no lower-case letter, digit or hyphen", odd.escape_default())
            }
        }
    }
}

impl std::error::Error for InvalidKey {}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|reason| serde::de::Error::custom(format_args!("`{text}` is not a key: {reason}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casing_keeps_every_word() {
        let key: Key = "ml-ops-2".parse().unwrap();
        assert_eq!(key.pascal(), "MlOps2");
        assert_eq!(key.snake(), "ml_ops_2");
        assert_eq!(serde_json::to_string(&key).unwrap(), "\"ml-ops-2\"");
    }

    #[test]
    fn refuses_what_a_target_could_not_carry() {
        for (text, reason) in [
            ("", InvalidKey::EmptyWord),
            ("a--b", InvalidKey::EmptyWord),
            ("a-", InvalidKey::EmptyWord),
            ("-a", InvalidKey::EmptyWord),
            ("1a", InvalidKey::Start),
            ("a_b", InvalidKey::Character('_')),
            ("aB", InvalidKey::Character('B')),
            ("é", InvalidKey::Character('é')),
        ] {
            assert_eq!(text.parse::<Key>(), Err(reason), "{text}");
        }
    }
}
