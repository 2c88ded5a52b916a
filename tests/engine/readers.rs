//! Readers of the rendered languages, none of them our own, and the little evaluation that reading back needs.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;
use hcl_edit::template::{Element, StringTemplate};
use serde_yaml::Value as Yaml;

/// Names that deploy-time parts are given for the test.
pub type Known = BTreeMap<&'static str, &'static str>;

/// The value of the only key of a YAML document, with `!Ref` and `!Sub` evaluated.
pub fn yaml(text: &str, known: &Known) -> Vec<String> {
    let document: Yaml = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    yaml_strings(&document["x"], known)
}

fn yaml_strings(value: &Yaml, known: &Known) -> Vec<String> {
    match value {
        Yaml::String(text) => vec![text.clone()],
        Yaml::Sequence(items) => items.iter().flat_map(|item| yaml_strings(item, known)).collect(),
        Yaml::Tagged(tagged) => {
            let text = tagged.value.as_str().unwrap();
            vec![match tagged.tag.to_string().as_str() {
                "!Ref" => known[text].to_owned(),
                "!Sub" => sub(text, known),
                tag => panic!("unexpected tag {tag}"),
            }]
        }
        other => panic!("not a string: {other:?}"),
    }
}

/// `Fn::Sub` as CloudFormation documents it: `${Name}` is replaced, `${!Literal}` becomes `${Literal}`.
fn sub(text: &str, known: &Known) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        result.push_str(&rest[..at]);
        rest = &rest[at + 2..];
        if let Some(literal) = rest.strip_prefix('!') {
            result.push_str("${");
            rest = literal;
        } else {
            let end = rest.find('}').unwrap();
            result.push_str(known[&rest[..end]]);
            rest = &rest[end + 1..];
        }
    }
    result + rest
}

/// The value of the only attribute of an HCL body, with references, templates and `join` evaluated.
pub fn hcl(text: &str, known: &Known) -> Vec<String> {
    let body = hcl_edit::parser::parse_body(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let expression = &body.get_attribute("x").unwrap().value;
    hcl_strings(expression, known)
}

fn hcl_strings(expression: &Expression, known: &Known) -> Vec<String> {
    match expression {
        Expression::Array(items) => items.iter().flat_map(|item| hcl_strings(item, known)).collect(),
        Expression::FuncCall(call) if call.name.name.as_str() == "join" => {
            let mut args = call.args.iter();
            let separator = hcl_strings(args.next().unwrap(), known).concat();
            vec![hcl_strings(args.next().unwrap(), known).join(&separator)]
        }
        other => vec![hcl_string(other, known)],
    }
}

fn hcl_string(expression: &Expression, known: &Known) -> String {
    match expression {
        Expression::String(text) => text.value().clone(),
        Expression::StringTemplate(template) => hcl_template(template, known),
        Expression::Traversal(_) => known[expression.to_string().trim()].to_owned(),
        other => panic!("unexpected expression {other:?}"),
    }
}

fn hcl_template(template: &StringTemplate, known: &Known) -> String {
    template
        .iter()
        .map(|element| match element {
            Element::Literal(text) => text.to_string(),
            Element::Interpolation(inner) => hcl_string(&inner.expr, known),
            Element::Directive(_) => panic!("a directive in {template:?}"),
        })
        .collect()
}
