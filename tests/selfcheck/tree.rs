//! Rendered text read into one kind of tree by parsers that are not ours.

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use hcl_edit::structure::{Body, Structure};
use hcl_edit::template::{Element, StringTemplate};
use serde_yaml::Value as Yaml;

/// A value of a template or a module.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A string; what is known at deploy time stands in it between [`OPEN`] and [`CLOSE`].
    Text(String),
    /// A number, a boolean or nothing.
    Word(String),
    /// A list.
    List(Vec<Tree>),
    /// A map, or the body of a block, in order.
    Map(Vec<(Tree, Tree)>),
    /// Anything that is evaluated at deploy time: a tag, a function, an operator.
    Call(String, Vec<Tree>),
}

/// Begins the name of a deploy-time value inside a text; no text that anybody writes holds it.
pub const OPEN: char = '\u{f0000}';
/// Ends it.
pub const CLOSE: char = '\u{f0001}';

fn deploy_time(name: &str) -> String {
    format!("{OPEN}{}{CLOSE}", name.trim())
}

/// Reads YAML or HCL, as the path says.
pub fn read(path: &str, text: &str) -> Tree {
    if path.ends_with(".tf") {
        return body(&hcl_edit::parser::parse_body(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}")));
    }
    yaml(&serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}")))
}

impl Tree {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[(Tree, Tree)] {
        match self {
            Tree::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Tree] {
        match self {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same tree with every text changed.
    pub fn map(&self, change: &impl Fn(&str) -> String) -> Tree {
        match self {
            Tree::Text(text) => Tree::Text(change(text)),
            Tree::Word(word) => Tree::Word(word.clone()),
            Tree::List(items) => Tree::List(items.iter().map(|it| it.map(change)).collect()),
            Tree::Map(entries) => Tree::Map(entries.iter().map(|(k, v)| (k.map(change), v.map(change))).collect()),
            Tree::Call(name, of) => Tree::Call(name.clone(), of.iter().map(|it| it.map(change)).collect()),
        }
    }

    /// Where two trees differ first, and how.
    pub fn difference(&self, other: &Tree) -> Option<String> {
        let pairs = |left: &[Tree], right: &[Tree]| {
            let each = left.iter().zip(right).enumerate();
            each.filter_map(|(at, (left, right))| Some(format!("[{at}]{}", left.difference(right)?))).next()
        };
        match (self, other) {
            _ if self == other => None,
            (Tree::List(left), Tree::List(right)) if left.len() == right.len() => pairs(left, right),
            (Tree::Call(name, left), Tree::Call(other, right)) if name == other && left.len() == right.len() => {
                pairs(left, right).map(|it| format!(" {name}{it}"))
            }
            (Tree::Map(left), Tree::Map(right)) if left.len() == right.len() => {
                let each = left.iter().zip(right).map(|((key, left), (other, right))| match key.difference(other) {
                    Some(it) => Some(format!(" key{it}")),
                    None => left.difference(right).map(|it| format!(".{}{it}", key.text().unwrap_or("…"))),
                });
                each.flatten().next()
            }
            _ => Some(format!(": expected {self:?}, found {other:?}")),
        }
    }
}

fn yaml(value: &Yaml) -> Tree {
    match value {
        Yaml::Null => Tree::Word("null".to_owned()),
        Yaml::Bool(word) => Tree::Word(word.to_string()),
        Yaml::Number(number) => Tree::Word(number.to_string()),
        Yaml::String(text) => Tree::Text(text.clone()),
        Yaml::Sequence(items) => Tree::List(items.iter().map(yaml).collect()),
        Yaml::Mapping(entries) => Tree::Map(entries.iter().map(|(key, value)| (yaml(key), yaml(value))).collect()),
        Yaml::Tagged(tagged) => match (tagged.tag.to_string().as_str(), yaml(&tagged.value)) {
            ("!Ref", Tree::Text(name)) => Tree::Text(deploy_time(&name)),
            ("!Sub", Tree::Text(text)) => Tree::Text(sub(&text)),
            (tag, value) => Tree::Call(tag.to_owned(), vec![value]),
        },
    }
}

/// `Fn::Sub` as CloudFormation documents it: `${Name}` is replaced, `${!Literal}` becomes `${Literal}`.
fn sub(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        result.push_str(&rest[..at]);
        rest = &rest[at + 2..];
        if let Some(literal) = rest.strip_prefix('!') {
            result.push_str("${");
            rest = literal;
        } else {
            let end = rest.find('}').unwrap_or_else(|| panic!("a `${{` without an end in {text}"));
            result.push_str(&deploy_time(&rest[..end]));
            rest = &rest[end + 1..];
        }
    }
    result + rest
}

fn body(body: &Body) -> Tree {
    let entry = |structure: &Structure| match structure {
        Structure::Attribute(attribute) => {
            (Tree::Text(attribute.key.to_string().trim().to_owned()), hcl(&attribute.value))
        }
        Structure::Block(block) => {
            let labels = block.labels.iter().map(|it| it.as_str().to_owned());
            let words: Vec<String> = [block.ident.as_str().to_owned()].into_iter().chain(labels).collect();
            (Tree::Text(words.join(" ")), self::body(&block.body))
        }
    };
    Tree::Map(body.iter().map(entry).collect())
}

fn hcl(expression: &Expression) -> Tree {
    match expression {
        Expression::Null(_) => Tree::Word("null".to_owned()),
        Expression::Bool(word) => Tree::Word(word.value().to_string()),
        Expression::Number(number) => Tree::Word(number.value().to_string()),
        Expression::String(text) => Tree::Text(text.value().clone()),
        Expression::StringTemplate(template) => Tree::Text(hcl_template(template)),
        Expression::Array(items) => Tree::List(items.iter().map(hcl).collect()),
        Expression::Object(object) => {
            let key = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => Tree::Text(name.as_str().to_owned()),
                ObjectKey::Expression(key) => hcl(key),
            };
            Tree::Map(object.iter().map(|(name, value)| (key(name), hcl(value.expr()))).collect())
        }
        Expression::Parenthesis(inner) => hcl(inner.inner()),
        Expression::Variable(_) | Expression::Traversal(_) => Tree::Text(deploy_time(&expression.to_string())),
        Expression::FuncCall(call) => hcl_call(call),
        Expression::Conditional(it) => {
            Tree::Call("?".to_owned(), [&it.cond_expr, &it.true_expr, &it.false_expr].map(hcl).to_vec())
        }
        Expression::UnaryOp(it) => Tree::Call(it.operator.value().to_string(), vec![hcl(&it.expr)]),
        Expression::BinaryOp(it) => {
            Tree::Call(it.operator.value().to_string(), [&it.lhs_expr, &it.rhs_expr].map(hcl).to_vec())
        }
        Expression::ForExpr(it) => {
            let parts = [Some(&it.intro.collection_expr), it.key_expr.as_ref(), Some(&it.value_expr)];
            let condition = it.cond.as_ref().map(|it| &it.expr);
            Tree::Call("for".to_owned(), parts.into_iter().chain([condition]).flatten().map(hcl).collect())
        }
        Expression::HeredocTemplate(_) => panic!("no blueprint writes a heredoc: {expression}"),
    }
}

/// `join` of texts is how a long text is written; any other function is left to Terraform.
fn hcl_call(call: &FuncCall) -> Tree {
    let name = call.name.name.as_str();
    let of: Vec<Tree> = call.args.iter().map(hcl).collect();
    if let ("join", [Tree::Text(separator), Tree::List(items)]) = (name, of.as_slice())
        && let Some(items) = items.iter().map(Tree::text).collect::<Option<Vec<_>>>()
    {
        return Tree::Text(items.join(separator));
    }
    Tree::Call(name.to_owned(), of)
}

fn hcl_template(template: &StringTemplate) -> String {
    let element = |element: &Element| match element {
        Element::Literal(text) => text.to_string(),
        Element::Interpolation(inner) => deploy_time(&inner.expr.to_string()),
        Element::Directive(_) => panic!("a directive in {template:?}"),
    };
    template.iter().map(element).collect()
}
