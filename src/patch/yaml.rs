//! Operations on a template, done on its text: what is not changed stays as it is, comments included.

mod write;

use serde_json::{Map, Value};

use super::trouble::{Edited, Trouble, index, indexes, line_end, line_start, spliced, whole_lines};
use crate::spec::overrides::OperationKind;
use crate::verify::yaml::{Kind, Node, read};

/// Does one operation. The text is one that can be read, and so is what comes out.
pub(super) fn edit(text: &str, kind: OperationKind, steps: &[String], value: &Value) -> Edited {
    let root = read(text).map_err(|it| Trouble::Unfit(it.reason))?;
    let Some((last, above)) = steps.split_last() else {
        return Err(Trouble::Unfit("a template cannot be replaced as a whole".to_owned()));
    };
    let container = find(&root, above)?;
    let place = Place { text, above, last, container, kind, value };
    match &container.kind {
        Kind::Map(entries) => place.in_map(entries),
        Kind::List(items) => place.in_list(items),
        // An empty value that nobody wrote down has no keys either.
        _ => Err(Trouble::Missing { step: above.len(), near: Vec::new() }),
    }
}

/// The value at a path.
fn find<'n, 'a>(root: &'n Node<'a>, steps: &[String]) -> Result<&'n Node<'a>, Trouble> {
    let mut node = root;
    for (at, step) in steps.iter().enumerate() {
        let missing = |near| Trouble::Missing { step: at, near };
        node = match &node.kind {
            Kind::List(items) => {
                let found = index(step, items.len()).and_then(|it| items.get(it));
                found.ok_or_else(|| missing(indexes(items.len())))?
            }
            _ => node.get(step).ok_or_else(|| missing(names(node.entries())))?,
        };
    }
    Ok(node)
}

fn names(entries: &[(Node<'_>, Node<'_>)]) -> Vec<String> {
    entries.iter().filter_map(|(key, _)| key.text().map(str::to_owned)).collect()
}

/// Where an operation is done.
struct Place<'o, 'a> {
    text: &'o str,
    above: &'o [String],
    last: &'o str,
    container: &'o Node<'a>,
    kind: OperationKind,
    value: &'o Value,
}

impl Place<'_, '_> {
    fn in_map(&self, entries: &[(Node<'_>, Node<'_>)]) -> Edited {
        let position = entries.iter().position(|(key, _)| key.text() == Some(self.last));
        let Some(position) = position else {
            return match self.kind {
                OperationKind::Add => self.new_key(entries),
                _ => Err(Trouble::Missing { step: self.above.len(), near: names(entries) }),
            };
        };
        let (key, old) = &entries[position];
        let end = old.end.max(key.end + 1);
        match self.kind {
            OperationKind::Test => self.test(old),
            OperationKind::Remove if entries.len() == 1 => self.emptied(Value::Object(Map::new())),
            OperationKind::Remove => {
                let next = entries.get(position + 1).map(|(key, _)| key.start);
                let before = position.checked_sub(1).map(|it| entries[it].1.end);
                Ok(self.removed(key.start, end, before, next))
            }
            OperationKind::Add | OperationKind::Replace => {
                let name = &self.text[key.start..key.end];
                let new = match self.flows() {
                    true => format!("{name}: {}", write::flow(self.value)?),
                    false => format!("{name}:{}", write::behind_key(self.value, self.column(key.start))?),
                };
                Ok(spliced(self.text, key.start, end, &new))
            }
        }
    }

    fn in_list(&self, items: &[Node<'_>]) -> Edited {
        let count = items.len();
        let adds = self.kind == OperationKind::Add;
        if adds && (self.last == "-" || index(self.last, count + 1) == Some(count)) {
            return self.appended(items);
        }
        let Some(position) = index(self.last, count) else {
            let mut near = indexes(count);
            near.extend(adds.then(|| "-".to_owned()));
            return Err(Trouble::Missing { step: self.above.len(), near });
        };
        let old = &items[position];
        match self.kind {
            OperationKind::Test => self.test(old),
            OperationKind::Add => self.inserted(old),
            OperationKind::Replace => {
                let new = match self.flows() {
                    true => write::flow(self.value)?,
                    false => write::item(self.value, self.column(self.dash(old)?) + 2)?,
                };
                Ok(spliced(self.text, old.start, old.end, &new))
            }
            OperationKind::Remove if count == 1 => self.emptied(Value::Array(Vec::new())),
            OperationKind::Remove => {
                let before = position.checked_sub(1).map(|it| items[it].end);
                let next = items.get(position + 1).map(|it| it.start);
                let start = if self.flows() { old.start } else { self.dash(old)? };
                Ok(self.removed(start, old.end, before, next))
            }
        }
    }

    fn test(&self, there: &Node<'_>) -> Edited {
        if write::same(there, self.value) { Ok(self.text.to_owned()) } else { Err(Trouble::Test(write::said(there))) }
    }

    /// Whether the container is written in brackets.
    fn flows(&self) -> bool {
        let written = &self.text[self.container.start..self.container.end];
        let behind_tag = self.container.tag.map_or(written, |tag| written[tag.len()..].trim_start());
        behind_tag.starts_with(['[', '{'])
    }

    fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at)
    }

    /// The dash before an item of a list in lines.
    fn dash(&self, item: &Node<'_>) -> Result<usize, Trouble> {
        let dash = self.text[..item.start].trim_end_matches([' ', '\n']).strip_suffix('-').map(str::len);
        let own_line = |at: &usize| self.text[line_start(self.text, *at)..*at].bytes().all(|it| it == b' ');
        dash.filter(own_line).ok_or_else(|| Trouble::Unfit("a list inside a list is replaced as a whole".to_owned()))
    }

    /// Puts a value where the container stands; one that is empty has no place for anything.
    fn emptied(&self, value: Value) -> Edited {
        edit(self.text, OperationKind::Replace, self.above, &value)
    }

    fn new_key(&self, entries: &[(Node<'_>, Node<'_>)]) -> Edited {
        let Some((first, _)) = entries.first() else {
            return self.emptied(Value::Object([(self.last.to_owned(), self.value.clone())].into_iter().collect()));
        };
        let name = write::key(self.last)?;
        if self.flows() {
            let end = entries.last().map_or(first.end, |(_, value)| value.end);
            return Ok(spliced(self.text, end, end, &format!(", {name}: {}", write::flow(self.value)?)));
        }
        let column = self.column(first.start);
        let end = line_end(self.text, self.container.end);
        let new = format!("\n{:column$}{name}:{}", "", write::behind_key(self.value, column)?);
        Ok(spliced(self.text, end, end, &new))
    }

    fn appended(&self, items: &[Node<'_>]) -> Edited {
        let Some(last) = items.last() else {
            return self.emptied(Value::Array(vec![self.value.clone()]));
        };
        if self.flows() {
            return Ok(spliced(self.text, last.end, last.end, &format!(", {}", write::flow(self.value)?)));
        }
        let column = self.column(self.dash(last)?);
        let end = line_end(self.text, last.end);
        let new = format!("\n{:column$}- {}", "", write::item(self.value, column + 2)?);
        Ok(spliced(self.text, end, end, &new))
    }

    /// Before another item.
    fn inserted(&self, next: &Node<'_>) -> Edited {
        if self.flows() {
            let new = format!("{}, ", write::flow(self.value)?);
            return Ok(spliced(self.text, next.start, next.start, &new));
        }
        let dash = self.dash(next)?;
        let column = self.column(dash);
        let new = format!("- {}\n{:column$}", write::item(self.value, column + 2)?, "");
        Ok(spliced(self.text, dash, dash, &new))
    }

    /// Without an entry or item that is not the only one. One that shares its line with a dash leaves it to the next.
    fn removed(&self, start: usize, end: usize, before: Option<usize>, next: Option<usize>) -> String {
        let shares = self.text[line_start(self.text, start)..start].bytes().any(|it| it != b' ');
        match (self.flows(), before, next) {
            (true, Some(before), _) => spliced(self.text, before, end, ""),
            (_, _, Some(next)) if shares || self.flows() => spliced(self.text, start, next, ""),
            _ => {
                let (first, behind) = whole_lines(self.text, start, end);
                spliced(self.text, first, behind, "")
            }
        }
    }
}

#[cfg(test)]
mod tests;
