//! Fields with a short and a long form: `vpc: create` or `vpc: {id: …}`, `azs: 2` or `azs: [a, b]`.
//!
//! serde's `untagged` would try one form after the other and then know neither reason nor place. Here the kind of
//! the value decides which form is meant, so that every error is that form's own.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{
    BoolDeserializer, I64Deserializer, MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer, U64Deserializer,
};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A scalar, or a map or list.
///
/// `W` reads a word, number or boolean: an enum of words, a checked scalar, `bool`, `u32`. `M` reads a map or a list: a
/// struct, or a `Vec`. Three forms are words and two kinds of `M`, as in `auto | none | [s3, ecr]`, or an enum in `M`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WordOr<W, M> {
    /// The short form.
    Word(W),
    /// The long form.
    Other(M),
}

/// A count, or the things themselves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CountOrList<T> {
    /// How many.
    Count(u32),
    /// Which.
    List(Vec<T>),
}

impl<'de, W: Deserialize<'de>, M: Deserialize<'de>> Deserialize<'de> for WordOr<W, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByKind(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for CountOrList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match WordOr::deserialize(deserializer)? {
            WordOr::Word(count) => Self::Count(count),
            WordOr::Other(list) => Self::List(list),
        })
    }
}

/// Passes a value on to the form that its kind belongs to.
struct ByKind<W, M>(PhantomData<(W, M)>);

impl<'de, W: Deserialize<'de>, M: Deserialize<'de>> Visitor<'de> for ByKind<W, M> {
    type Value = WordOr<W, M>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a word, a map or a list")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        W::deserialize(BoolDeserializer::new(value)).map(WordOr::Word)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        W::deserialize(I64Deserializer::new(value)).map(WordOr::Word)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        W::deserialize(U64Deserializer::new(value)).map(WordOr::Word)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        W::deserialize(StrDeserializer::new(value)).map(WordOr::Word)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        M::deserialize(SeqAccessDeserializer::new(seq)).map(WordOr::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        M::deserialize(MapAccessDeserializer::new(map)).map(WordOr::Other)
    }
}

impl<W: JsonSchema, M: JsonSchema> JsonSchema for WordOr<W, M> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_or_{}", W::schema_name(), M::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("WordOr<{}, {}>", W::schema_id(), M::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [generator.subschema_for::<W>(), generator.subschema_for::<M>()]})
    }
}

impl<T: JsonSchema> JsonSchema for CountOrList<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Count_or_list_of_{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("CountOrList<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        WordOr::<u32, Vec<T>>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Create {
        Create,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Existing {
        id: String,
    }

    #[test]
    fn the_kind_of_a_value_chooses_the_form() {
        type Vpc = WordOr<Create, Existing>;
        assert_eq!(from_value::<Vpc>(json!("create")).unwrap(), WordOr::Word(Create::Create));
        assert_eq!(from_value::<Vpc>(json!({"id": "x"})).unwrap(), WordOr::Other(Existing { id: "x".into() }));
        let error = from_value::<Vpc>(json!({})).unwrap_err().to_string();
        assert_eq!(error, "missing field `id`");
        let error = from_value::<Vpc>(json!("make")).unwrap_err().to_string();
        assert_eq!(error, "unknown variant `make`, expected `create`");
        assert_eq!(from_value::<WordOr<bool, Existing>>(json!(true)).unwrap(), WordOr::Word(true));
    }

    #[test]
    fn counts_and_lists() {
        assert_eq!(from_value::<CountOrList<String>>(json!(2)).unwrap(), CountOrList::Count(2));
        assert_eq!(from_value::<CountOrList<String>>(json!(["a"])).unwrap(), CountOrList::List(vec!["a".into()]));
        assert!(from_value::<CountOrList<String>>(json!("2")).is_err());
    }
}
