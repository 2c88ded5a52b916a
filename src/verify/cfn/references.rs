//! What a template's values refer to.

use std::collections::BTreeSet;

use crate::verify::yaml::Node;

/// One use of a logical id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference<'n> {
    pub id: &'n str,
    pub line: usize,
    /// Only a resource will do.
    pub resource: bool,
}

/// All references below a node; the `DependsOn` of a resource are among them.
pub(super) fn references<'n>(node: &'n Node<'_>, resource: bool) -> Vec<Reference<'n>> {
    let mut found = Vec::new();
    if let Some(depends_on) = node.get("DependsOn").filter(|_| resource) {
        let ids = depends_on.items().iter().chain([depends_on]).filter_map(|id| Some((id.text()?, id.line)));
        found.extend(ids.map(|(id, line)| Reference { id, line, resource: true }));
    }
    walk(node, &mut found);
    found
}

fn walk<'n>(node: &'n Node<'_>, found: &mut Vec<Reference<'n>>) {
    if let Some(tag) = node.tag {
        call(tag.trim_start_matches('!'), node, found);
    }
    node.items().iter().for_each(|item| walk(item, found));
    if let [(key, value)] = node.entries() {
        let name = key.text().unwrap_or_default();
        let function = name.strip_prefix("Fn::").or((name == "Ref").then_some(name));
        call(function.unwrap_or_default(), value, found);
    }
    node.entries().iter().for_each(|(_, value)| walk(value, found));
}

/// An intrinsic function, written as a tag or as the only key of a map.
fn call<'n>(name: &str, argument: &'n Node<'_>, found: &mut Vec<Reference<'n>>) {
    let first = argument.items().first().and_then(Node::text);
    let text = argument.text().or(first).unwrap_or_default();
    let line = argument.line;
    match name {
        "Ref" => found.push(Reference { id: text, line, resource: false }),
        "GetAtt" => {
            let id = text.split('.').next().unwrap_or_default();
            found.push(Reference { id, line, resource: true });
        }
        "Sub" => {
            let own: BTreeSet<&str> =
                argument.items().iter().flat_map(Node::entries).filter_map(|(key, _)| key.text()).collect();
            sub(text, line, &own, found);
        }
        _ => {}
    }
}

/// `${Id}` and `${Id.Attribute}`; `${!…}` is text.
fn sub<'n>(text: &'n str, line: usize, own: &BTreeSet<&str>, found: &mut Vec<Reference<'n>>) {
    for (at, _) in text.match_indices("${") {
        let rest = &text[at + 2..];
        if rest.starts_with('!') {
            continue;
        }
        let name = rest.split('}').next().unwrap_or_default().trim();
        if own.contains(name) {
            continue;
        }
        let (id, resource) = match name.split_once('.') {
            Some((id, _)) => (id, true),
            None => (name, false),
        };
        found.push(Reference { id, line, resource });
    }
}
