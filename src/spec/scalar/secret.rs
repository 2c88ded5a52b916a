//! References to secrets. A spec never holds a secret itself.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{Arn, Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// Name of an SSM parameter, with its path.
    SsmPath
}

/// Where a secret's value comes from: `name`, `name:json_key`, an ARN with or without `:json_key`, or `{ssm: /path}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SecretRef {
    /// A Secrets Manager secret of the deployment's own account and region.
    Named {
        /// The secret's name.
        name: String,
        /// The key in its JSON value; without it the whole value.
        key: Option<String>,
    },
    /// A secret or parameter by its full ARN.
    Arn {
        /// The ARN without the JSON key.
        arn: Arn,
        /// The key in its JSON value; without it the whole value.
        key: Option<String>,
    },
    /// An SSM parameter of the deployment's own account and region.
    Ssm {
        /// The parameter's name with its path.
        path: String,
    },
}

/// The long form, `{ssm: /path}`.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct Long {
    /// Name of an SSM parameter, with its path.
    ssm: SsmPath,
}

impl Scalar for SsmPath {
    const FORMAT: &'static str = "ssm-path";
    const WHAT: &'static str = "the name of an SSM parameter";
    const PATTERN: &'static str = "^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "_.-".contains(it));
        if text.strip_prefix('/').is_some_and(|it| it.split('/').all(good)) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it starts with `/` and has letters, digits, `/`, `.`, `_` and `-`"))
    }
}

/// The short form; the long one never reaches this.
impl Scalar for SecretRef {
    const FORMAT: &'static str = "secret-reference";
    const WHAT: &'static str = "a reference to a secret";
    const PATTERN: &'static str = "^[A-Za-z0-9/_+=.@-]+(:[^:\\s]+)?$|^arn:aws[a-z-]*:(secretsmanager|ssm):";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if text.starts_with("arn:") {
            return from_arn(text);
        }
        let (name, key) = match text.split_once(':') {
            Some((name, key)) => (name, Some(key)),
            None => (text, None),
        };
        let good = |it: char| it.is_ascii_alphanumeric() || "/_+=.@-".contains(it);
        let key_is_good =
            key.is_none_or(|it| !it.is_empty() && !it.contains(|it: char| it == ':' || it.is_whitespace()));
        if name.is_empty() || name.len() > 512 || !name.chars().all(good) || !key_is_good {
            // The text may be the secret itself, so the message must not repeat it.
            return Err(Flaw::new("this is not a reference to a secret")
                .help("Secrets Manager: `name`, or `name:json_key` for one key of a JSON value")
                .help("SSM: `{ssm: /path/of/parameter}`")
                .help("the secret itself never belongs in a spec"));
        }
        Ok(Self::Named { name: name.to_owned(), key: key.map(str::to_owned) })
    }
}

/// `arn:aws:secretsmanager:region:account:secret:name-AbCdEf[:json_key]`, or an SSM parameter's ARN.
fn from_arn(text: &str) -> Result<SecretRef, Flaw> {
    let arn = Arn::parse(text)?;
    match (arn.service(), arn.resource().split(':').collect::<Vec<_>>().as_slice()) {
        ("secretsmanager", ["secret", name]) if !name.is_empty() => Ok(SecretRef::Arn { arn, key: None }),
        ("secretsmanager", ["secret", name, key]) if !name.is_empty() && !key.is_empty() => {
            let plain = Arn::parse(&text[..text.len() - key.len() - 1])?;
            Ok(SecretRef::Arn { arn: plain, key: Some((*key).to_owned()) })
        }
        ("ssm", [name]) if name.starts_with("parameter/") => Ok(SecretRef::Arn { arn, key: None }),
        _ => {
            Err(malformed::<SecretRef>(text, "an ARN here is that of a Secrets Manager secret or of an SSM parameter"))
        }
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

/// Reads the short or the long form.
struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = SecretRef;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(SecretRef::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretRef, E> {
        SecretRef::parse(text).map_err(|flaw| E::custom(flaw.message))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretRef, A::Error> {
        let Long { ssm } = Long::deserialize(MapAccessDeserializer::new(map))?;
        Ok(SecretRef::Ssm { path: ssm.as_str().to_owned() })
    }
}

impl JsonSchema for SecretRef {
    fn schema_name() -> Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [
            {"type": "string", "format": Self::FORMAT, "pattern": Self::PATTERN},
            generator.subschema_for::<Long>(),
        ]})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references() {
        let named = |name: &str, key: Option<&str>| SecretRef::Named { name: name.into(), key: key.map(Into::into) };
        assert_eq!(SecretRef::parse("acme/db").unwrap(), named("acme/db", None));
        assert_eq!(SecretRef::parse("acme/db:password").unwrap(), named("acme/db", Some("password")));
        let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme/db-AbCdEf";
        let by_arn = |key: Option<&str>| SecretRef::Arn { arn: Arn::parse(arn).unwrap(), key: key.map(Into::into) };
        assert_eq!(SecretRef::parse(arn).unwrap(), by_arn(None));
        assert_eq!(SecretRef::parse(&format!("{arn}:password")).unwrap(), by_arn(Some("password")));
        assert!(SecretRef::parse("arn:aws:ssm:eu-central-1:123456789012:parameter/a/b").is_ok());
        let ssm: SecretRef = serde_json::from_value(json!({"ssm": "/acme/key"})).unwrap();
        assert_eq!(ssm, SecretRef::Ssm { path: "/acme/key".into() });
        let bad = ["", ":a", "a:", "a:b:c", "a b", "hunter2!", "arn:aws:s3:::b", &format!("{arn}:a:b")];
        assert!(bad.iter().all(|it| SecretRef::parse(it).is_err()));
    }

    #[test]
    fn a_message_never_repeats_what_may_be_the_secret() {
        let flaw = SecretRef::parse("hunter2!").unwrap_err();
        assert!(!format!("{flaw:?}").contains("hunter2"));
    }
}
