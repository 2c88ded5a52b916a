//! The version of the grammar itself.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// The only version of the grammar there is. A later one that means something else by the same keys gets the next
/// number, so that no spec is ever read by rules it was not written for.
const VERSION: u64 = 1;

/// `dagforge: 1`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GrammarVersion;

impl<'de> Deserialize<'de> for GrammarVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            VERSION => Ok(Self),
            other => Err(D::Error::custom(format!("version {other} of the grammar is not known"))),
        }
    }
}

impl JsonSchema for GrammarVersion {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GrammarVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"const": VERSION})
    }
}
