//! The one expression type: text of which parts are known only at deploy time.
//!
//! Adjacent literals are always one part and empty ones are never kept, so two equal texts have equal parts, and a text that is
//! wholly literal has at most one.

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::key::Key;

/// Text that a target prints its own way: `!Sub` in CloudFormation, a template in Terraform.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    parts: Vec<Part>,
}

/// One piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Known now.
    Literal(String),
    /// Known to whoever deploys.
    Input(Input),
    /// Known once another layer is deployed.
    Output(Output),
    /// The rare value whose shape differs by target, such as an S3 key that carries a digest in one and a version id in the other.
    ByTarget {
        /// What CloudFormation prints.
        cfn: Text,
        /// What Terraform prints.
        tf: Text,
    },
}

/// A value that the deployment itself brings along.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// The account that is deployed into.
    Account,
    /// The region that is deployed into.
    Region,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    Partition,
    /// `amazonaws.com`, or its like in another partition.
    UrlSuffix,
    /// The revision of the code: everybody's, or one location's or task's own.
    GitRev(Option<Key>),
    /// The availability zone with this index, counted from zero among those of the region.
    Zone(usize),
    /// A variable of the shell or of `.env`, which only a compose file knows.
    Environment(Environment),
}

/// A variable that `docker compose` puts in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// What happens where nobody sets it.
    pub unset: Unset,
}

/// What `docker compose` does about a variable that nobody sets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unset {
    /// It refuses, and an empty value too.
    Refused,
    /// It refuses; an empty value is taken, which is enough to build images.
    RefusedUnlessEmpty,
    /// It takes this.
    Default(String),
}

/// A value that a layer publishes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Output {
    /// The layer's name, such as `data`.
    pub layer: String,
    /// Which one, where there is one layer for each location or task.
    pub owner: Option<Key>,
    /// What is published, in snake case, such as `database_host`.
    pub name: String,
}

impl Text {
    /// Text without any part.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends literal text, a part or another text.
    pub fn push(&mut self, more: impl Into<Text>) {
        for part in more.into().parts {
            match (self.parts.last_mut(), part) {
                (_, Part::Literal(text)) if text.is_empty() => {}
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => self.parts.push(part),
            }
        }
    }

    /// This text with more behind it.
    #[must_use]
    pub fn and(mut self, more: impl Into<Text>) -> Self {
        self.push(more);
        self
    }

    /// A value that looks different in each target.
    pub fn by_target(cfn: impl Into<Text>, tf: impl Into<Text>) -> Self {
        let (cfn, tf) = (cfn.into(), tf.into());
        if cfn == tf { cfn } else { Text { parts: vec![Part::ByTarget { cfn, tf }] } }
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The whole text, where nothing of it waits for a deployment.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

/// A value that a layer publishes, as text.
pub fn output(layer: &str, name: &str) -> Text {
    Output { layer: layer.to_owned(), owner: None, name: name.to_owned() }.into()
}

/// A value that the layer of one location publishes, as text.
pub fn owned_output(layer: &str, owner: &Key, name: &str) -> Text {
    Output { layer: layer.to_owned(), owner: Some(owner.clone()), name: name.to_owned() }.into()
}

/// Joins literal text, inputs, outputs and other texts into one [`Text`].
///
/// ```
/// use dagforge::plan::text::{text, Input};
/// let bucket = text!["acme-config-", Input::Account, "-", Input::Region];
/// assert_eq!(bucket.to_string(), "acme-config-<account>-<region>");
/// ```
#[macro_export]
macro_rules! text {
    ($($part:expr),* $(,)?) => {{
        let mut joined = $crate::plan::text::Text::new();
        $(joined.push($part);)*
        joined
    }};
}
pub use text;

impl From<Part> for Text {
    fn from(part: Part) -> Self {
        match part {
            Part::Literal(text) => text.into(),
            part => Text { parts: vec![part] },
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let parts = if text.is_empty() { Vec::new() } else { vec![Part::Literal(text)] };
        Text { parts }
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&Key> for Text {
    fn from(key: &Key) -> Self {
        key.as_str().into()
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<Input> for Text {
    fn from(input: Input) -> Self {
        Part::Input(input).into()
    }
}

impl From<Output> for Text {
    fn from(output: Output) -> Self {
        Part::Output(output).into()
    }
}

/// For people: the literal parts as they are, the others in angle brackets.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| part.fmt(f))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Literal(text) => f.write_str(text),
            Part::Input(Input::GitRev(Some(location))) => write!(f, "<gitrev of {location}>"),
            Part::Input(Input::Zone(index)) => write!(f, "<zone {index}>"),
            Part::Input(Input::Environment(variable)) => write!(f, "<{}>", variable.name),
            Part::Input(input) => write!(f, "<{}>", input.name()),
            Part::Output(output) => write!(f, "<{output}>"),
            Part::ByTarget { cfn, tf } => write!(f, "<cfn: {cfn}, tf: {tf}>"),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.layer)?;
        if let Some(owner) = &self.owner {
            write!(f, ".{owner}")?;
        }
        write!(f, ".{}", self.name)
    }
}

impl Input {
    /// The input's name in the resolved plan.
    pub fn name(&self) -> &'static str {
        match self {
            Input::Account => "account",
            Input::Region => "region",
            Input::Partition => "partition",
            Input::UrlSuffix => "url_suffix",
            Input::GitRev(_) => "gitrev",
            Input::Zone(_) => "zone",
            Input::Environment(_) => "environment",
        }
    }
}

/// A plain string where all is literal, else `{"join": […]}`.
///
/// Towards minijinja it goes as an object that only the literal writer can open: as a map it could be confused with a map of
/// the plan, and a blueprint could take it apart.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.as_literal() {
            return serializer.serialize_str(text);
        }
        if minijinja::value::serializing_for_value() {
            return minijinja::Value::from_object(self.clone()).serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("join", &self.parts)?;
        map.end()
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            Part::Literal(text) => return serializer.serialize_str(text),
            _ => serializer.serialize_map(None)?,
        };
        match self {
            Part::Literal(_) => {}
            Part::Input(input) => {
                map.serialize_entry("input", input.name())?;
                if let Input::GitRev(Some(location)) = input {
                    map.serialize_entry("location", location)?;
                }
                if let Input::Zone(index) = input {
                    map.serialize_entry("index", index)?;
                }
                if let Input::Environment(variable) = input {
                    map.serialize_entry("name", &variable.name)?;
                }
            }
            Part::Output(output) => map.serialize_entry("output", output)?,
            Part::ByTarget { cfn, tf } => map.serialize_entry("by_target", &ByTarget { cfn, tf })?,
        }
        map.end()
    }
}

#[derive(Serialize)]
struct ByTarget<'a> {
    cfn: &'a Text,
    tf: &'a Text,
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("layer", &self.layer)?;
        if let Some(owner) = &self.owner {
            map.serialize_entry("owner", owner)?;
        }
        map.serialize_entry("name", &self.name)?;
        map.end()
    }
}

/// Opaque to blueprints: no attribute, no iteration, no truth other than its presence.
impl minijinja::value::Object for Text {
    fn repr(self: &Arc<Self>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Output {
        Output { layer: "data".into(), owner: None, name: "database_host".into() }
    }

    #[test]
    fn literals_merge_and_empty_ones_vanish() {
        let joined = text!["a", "", "b", text!["c", Input::Account, ""], "d"];
        assert_eq!(
            joined.parts(),
            [Part::Literal("abc".into()), Part::Input(Input::Account), Part::Literal("d".into())]
        );
        assert_eq!(text!["a", "b"].as_literal(), Some("ab"));
        assert_eq!(Text::new().as_literal(), Some(""));
        assert_eq!(Text::by_target("a", "a"), Text::from("a"));
    }

    #[test]
    fn serialises_as_the_contract_says() {
        let owner = "sales".parse().unwrap();
        let repository = Output { layer: "registry".into(), owner: Some(owner), name: "repository_uri".into() };
        let key = Text::by_target("config/1", text!["config/", Input::Partition]);
        let all = text![repository, ":", Input::GitRev(Some("sales".parse().unwrap())), host(), key];
        assert_eq!(
            serde_json::to_value(&all).unwrap(),
            serde_json::json!({"join": [
                {"output": {"layer": "registry", "owner": "sales", "name": "repository_uri"}},
                ":",
                {"input": "gitrev", "location": "sales"},
                {"output": {"layer": "data", "name": "database_host"}},
                {"by_target": {"cfn": "config/1", "tf": {"join": ["config/", {"input": "partition"}]}}},
            ]})
        );
        assert_eq!(serde_json::to_string(&text!["plain"]).unwrap(), "\"plain\"");
    }
}
