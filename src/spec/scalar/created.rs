//! Secrets of containers: those that exist, and those that are created empty to be filled by somebody who may know them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{Flaw, KeyName, Scalar, SecretRef, SsmPath, malformed, text_scalar};

text_scalar! {
    /// One key of a secret whose value is a JSON object.
    JsonKey
}

/// Where a container's secret comes from: a reference to one that exists, or `{create: true}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SecretSource {
    /// It exists.
    Existing(SecretRef),
    /// It is created without a value.
    Created(CreatedSecret),
}

/// A secret that is created without a value: `{create: true}`, with `name` and `key` where several variables share it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CreatedSecret {
    /// Last part of its name; without it the variable's name in small letters.
    pub name: Option<KeyName>,
    /// The key in its JSON value; without it the whole value.
    pub key: Option<JsonKey>,
}

impl SecretSource {
    /// The reference, where the secret exists.
    pub fn existing(&self) -> Option<&SecretRef> {
        match self {
            Self::Existing(reference) => Some(reference),
            Self::Created(_) => None,
        }
    }
}

/// The long form of a secret that is created.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
#[expect(dead_code, reason = "it only says what the schema of the form is")]
struct CreatedForm {
    /// Create the secret, without a value: `aws secretsmanager put-secret-value` fills it, and no deployment touches it again.
    create: True,
    /// Last part of its name, `<deployment>/<key of the location or task>/<name>`; default the variable's name in small
    /// letters. Variables with the same name here share one secret.
    name: Option<KeyName>,
    /// The key in its JSON value; default the whole value.
    key: Option<JsonKey>,
}

/// Both long forms at once: which one is meant is told from the keys.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    ssm: Option<SsmPath>,
    create: Option<True>,
    name: Option<KeyName>,
    key: Option<JsonKey>,
}

/// `true` and nothing else.
struct True;

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match bool::deserialize(deserializer)? {
            true => Ok(Self),
            false => Err(D::Error::custom("`create` takes `true`; leave the variable out to have no secret")),
        }
    }
}

impl JsonSchema for True {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "True".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "boolean", "const": true})
    }
}

impl Scalar for JsonKey {
    const FORMAT: &'static str = "json-key";
    const WHAT: &'static str = "a key of a JSON object";
    const PATTERN: &'static str = "^[^:\\s]+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        // ECS separates the parts of `valueFrom` by colons.
        if text.is_empty() || text.contains(|it: char| it == ':' || it.is_whitespace()) {
            return Err(malformed::<Self>(text, "it has neither `:` nor spaces, and is not empty"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

/// Reads any of the forms.
struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = SecretSource;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(SecretRef::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretSource, E> {
        SecretRef::parse(text).map(SecretSource::Existing).map_err(|flaw| E::custom(flaw.message))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretSource, A::Error> {
        match Long::deserialize(MapAccessDeserializer::new(map))? {
            Long { ssm: Some(path), create: None, name: None, key: None } => {
                Ok(SecretSource::Existing(SecretRef::Ssm { path: path.as_str().to_owned() }))
            }
            Long { ssm: None, create: Some(True), name, key } => Ok(SecretSource::Created(CreatedSecret { name, key })),
            _ => Err(A::Error::custom("a secret is either `{ssm: /path}`, or `{create: true}` with `name` and `key`")),
        }
    }
}

impl JsonSchema for SecretSource {
    fn schema_name() -> Cow<'static, str> {
        "SecretSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [
            generator.subschema_for::<SecretRef>(),
            generator.subschema_for::<CreatedForm>(),
        ]})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn forms() {
        let created = |name: Option<&str>, key: Option<&str>| {
            SecretSource::Created(CreatedSecret {
                name: name.map(|it| KeyName::parse(it).unwrap()),
                key: key.map(|it| JsonKey::parse(it).unwrap()),
            })
        };
        assert_eq!(from_value::<SecretSource>(json!({"create": true})).unwrap(), created(None, None));
        let long = json!({"create": true, "name": "warehouse", "key": "password"});
        assert_eq!(from_value::<SecretSource>(long).unwrap(), created(Some("warehouse"), Some("password")));
        let ssm = from_value::<SecretSource>(json!({"ssm": "/acme/key"})).unwrap();
        assert_eq!(ssm, SecretSource::Existing(SecretRef::Ssm { path: "/acme/key".into() }));
        assert!(from_value::<SecretSource>(json!("acme/db:password")).unwrap().existing().is_some());
        for bad in [json!({}), json!({"create": false}), json!({"ssm": "/a", "create": true}), json!({"name": "a"})] {
            assert!(from_value::<SecretSource>(bad.clone()).is_err(), "{bad}");
        }
    }
}
