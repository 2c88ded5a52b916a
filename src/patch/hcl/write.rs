//! Values as Terraform's language writes them.

use serde_json::{Map, Value};

use crate::blueprint::{Mode, literal, value_of};
use crate::patch::trouble::{Edited, Trouble};

/// The only key of a map that refers to something of the module, called as in CloudFormation.
const REF: &str = "Ref";

/// A name of an argument, or a key of an object: in quotes where it is no identifier.
pub(super) fn name(name: &str) -> Edited {
    let word = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
    let plain = name.bytes().next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_') && name.bytes().all(word);
    if plain { Ok(name.to_owned()) } else { scalar(&Value::String(name.to_owned())) }
}

/// A map that is no reference is a block where it stands in a list.
pub(super) fn is_block(value: &Value) -> bool {
    value.as_object().is_some_and(|it| reference(it).is_none())
}

fn reference(map: &Map<String, Value>) -> Option<&str> {
    map.get(REF).filter(|_| map.len() == 1).and_then(Value::as_str)
}

/// An expression. Maps stand in lines, as do lists with maps.
pub(super) fn expression(value: &Value) -> Edited {
    match value {
        Value::Object(map) => match reference(map) {
            Some(address) => traversal(address),
            None if map.is_empty() => Ok("{}".to_owned()),
            None => {
                let entries = map.iter().map(|(key, value)| Ok(format!("{} = {}", name(key)?, expression(value)?)));
                let entries = entries.collect::<Result<Vec<_>, _>>()?;
                Ok(match entries.as_slice() {
                    [only] if !only.contains('\n') => format!("{{ {only} }}"),
                    entries => format!("{{\n{}\n}}", entries.join("\n")),
                })
            }
        },
        Value::Array(list) => {
            let items = list.iter().map(expression).collect::<Result<Vec<_>, _>>()?;
            match list.iter().any(is_block) {
                true => Ok(format!("[\n{},\n]", items.join(",\n"))),
                false => Ok(format!("[{}]", items.join(", "))),
            }
        }
        value => scalar(value),
    }
}

fn scalar(value: &Value) -> Edited {
    literal(Mode::Terraform, &value_of(value)).map_err(Trouble::Value)
}

/// `aws_lb.ui.arn`, `local.vpc_id`, `aws_subnet.private[0].id`: names and indexes, nothing that computes.
fn traversal(address: &str) -> Edited {
    let word = |it: &str| {
        it.bytes().next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_')
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'))
    };
    let step = |it: &str| match it.split_once('[') {
        None => word(it),
        Some((name, rest)) => {
            let index = rest.strip_suffix(']').unwrap_or_default();
            word(name) && !index.is_empty() && index.bytes().all(|it| it.is_ascii_digit())
        }
    };
    if address.contains('.') && address.split('.').all(step) {
        return Ok(address.to_owned());
    }
    Err(Trouble::Value(format!("`{address}` is no reference such as `aws_lb.ui.arn` or `local.vpc_id`")))
}

/// A block for each map of a list.
pub(super) fn blocks(kind: &str, value: &Value) -> Edited {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let blocks = list.iter().map(|it| Ok(format!("{kind} {{\n{}\n}}", body(it)?)));
    Ok(blocks.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
}

/// What stands between the braces of a block: arguments, then the blocks that lists of maps are.
pub(super) fn body(value: &Value) -> Edited {
    let Some(map) = value.as_object() else {
        return Err(Trouble::Value("a block is a map of its arguments".to_owned()));
    };
    let nested = |it: &Value| it.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_block));
    let arguments = map.iter().filter(|(_, it)| !nested(it));
    let arguments = arguments.map(|(key, value)| Ok(format!("{} = {}", name(key)?, expression(value)?)));
    let arguments = arguments.collect::<Result<Vec<_>, _>>()?.join("\n");
    let inner = map.iter().filter(|(_, it)| nested(it)).map(|(key, value)| blocks(key, value));
    let mut parts = inner.collect::<Result<Vec<_>, _>>()?;
    parts.insert(0, arguments);
    parts.retain(|it| !it.is_empty());
    Ok(parts.join("\n\n"))
}
