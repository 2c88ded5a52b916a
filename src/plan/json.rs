//! JSON of which texts may have parts that are known only at deployment.

use super::text::{Part, Text};

/// A JSON value. Maps keep their order.
pub enum Json {
    /// A text.
    Text(Text),
    /// A number.
    Number(u32),
    /// A list.
    List(Vec<Json>),
    /// A map.
    Map(Vec<(&'static str, Json)>),
}

impl Json {
    /// The value as text. What a deployment fills in is a name, an id or an ARN, in which JSON escapes nothing.
    pub fn to_text(&self) -> Text {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string().into(),
            Self::List(items) => joined("[", items.iter().map(Self::to_text), "]"),
            Self::Map(entries) => {
                let entry = |(key, value): &(&str, Self)| quoted(&(*key).into()).and(":").and(value.to_text());
                joined("{", entries.iter().map(entry), "}")
            }
        }
    }
}

fn quoted(text: &Text) -> Text {
    let mut out = Text::from("\"");
    for part in text.parts() {
        match part {
            Part::Literal(literal) => out.push(escaped(literal)),
            part => out.push(part.clone()),
        }
    }
    out.and("\"")
}

/// A literal as it stands between the quotes.
fn escaped(literal: &str) -> String {
    let quoted = serde_json::Value::from(literal).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn joined(open: &str, items: impl Iterator<Item = Text>, close: &str) -> Text {
    let mut out = Text::from(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(",");
        }
        out.push(item);
    }
    out.and(close)
}

impl<T: Into<Text>> From<T> for Json {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::text::{Input, text};

    #[test]
    fn literals_are_escaped_and_inputs_stay() {
        let value = Json::Map(vec![
            ("name", text!["a \"b\" in ", Input::Region].into()),
            ("list", Json::List(vec![Json::Number(1), "\n".into()])),
        ]);
        assert_eq!(value.to_text(), text![r#"{"name":"a \"b\" in "#, Input::Region, r#"","list":[1,"\n"]}"#]);
    }
}
