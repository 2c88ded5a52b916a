//! Operations on a file of the module, done on its text: what is not changed stays as it is, comments included.

mod body;
mod expression;
mod write;

use serde_json::Value;

use self::body::{Block, Body, Item, parse};
use super::trouble::{Edited, Trouble, index, indexes, line_end, spliced, whole_lines};
use crate::spec::overrides::OperationKind;

/// The addresses of a file's blocks, as the steps that lead to them.
pub(super) fn addresses(text: &str) -> Vec<Vec<String>> {
    let Ok(root) = parse(text) else { return Vec::new() };
    root.blocks().map(Block::address).collect()
}

/// Every block with the arguments that stand anywhere in it, as `guard` wants them: address, name and written value.
pub(super) fn arguments(text: &str) -> Vec<(Vec<String>, &str, &str)> {
    let Ok(root) = parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    for block in root.blocks() {
        block.body.each_argument(&mut |name, value| found.push((block.address(), name, &text[value.0..value.1])));
    }
    found
}

/// Does one operation in the block that the first `address` steps name.
pub(super) fn edit(text: &str, kind: OperationKind, steps: &[String], address: usize, value: &Value) -> Edited {
    let root = parse(text).map_err(|it| Trouble::Unfit(it.to_owned()))?;
    let block = root.blocks().find(|it| it.address() == steps[..address]);
    let block = block.ok_or(Trouble::Missing { step: 0, near: Vec::new() })?;
    let place = Place { text, kind, value };
    if steps.len() > address {
        return place.in_body(&block.body, steps, address);
    }
    match kind {
        OperationKind::Remove => Ok(place.without(&[block])),
        _ => Err(Trouble::Unfit(
            "a whole block can only be removed; a new one belongs into a file of your own beside the rendered ones"
                .to_owned(),
        )),
    }
}

struct Place<'o> {
    text: &'o str,
    kind: OperationKind,
    value: &'o Value,
}

impl Place<'_> {
    fn in_body(&self, body: &Body<'_>, steps: &[String], at: usize) -> Edited {
        let name = steps[at].as_str();
        let last = at + 1 == steps.len();
        if let Some(value) = body.argument(name) {
            return if last { self.argument(body, name, value) } else { self.in_value(value, steps, at + 1) };
        }
        let blocks: Vec<&Block<'_>> = body.blocks().filter(|it| it.kind == name).collect();
        if blocks.is_empty() {
            return match self.kind {
                OperationKind::Add if last => self.added(body, name),
                _ => Err(Trouble::Missing { step: at, near: body.names() }),
            };
        }
        if last {
            return self.all_blocks(name, &blocks);
        }
        self.one_block(body, &blocks, steps, at + 1)
    }

    /// The operation is on every block of a name.
    fn all_blocks(&self, name: &str, blocks: &[&Block<'_>]) -> Edited {
        match (self.kind, self.value, blocks) {
            (OperationKind::Remove, ..) => Ok(self.without(blocks)),
            (OperationKind::Test, Value::Array(list), _) => self.test(
                list.len() == blocks.len() && blocks.iter().zip(list).all(|(it, value)| self.same(it, value)),
                blocks,
            ),
            (OperationKind::Test, value, [block]) => self.test(self.same(block, value), blocks),
            (OperationKind::Test, ..) => self.test(false, blocks),
            (_, Value::Object(_), [block]) => self.refilled(block),
            (_, Value::Array(list), [first, ..]) if list.iter().all(Value::is_object) && !list.is_empty() => {
                let new = write::blocks(name, self.value)?;
                let without = self.without(&blocks[1..]);
                Ok(spliced(&without, first.start, first.end, &new))
            }
            _ => Err(Trouble::Unfit(format!("`{name}` is {} blocks: its value is a list of maps", blocks.len()))),
        }
    }

    /// The operation is on one block of a name, or within it; the step that tells which may be left out where there is one.
    fn one_block(&self, body: &Body<'_>, blocks: &[&Block<'_>], steps: &[String], at: usize) -> Edited {
        let step = steps[at].as_str();
        let last = at + 1 == steps.len();
        if step == "-" && last && self.kind == OperationKind::Add {
            return self.new_blocks(body, blocks[0].kind, &Value::Array(vec![self.value.clone()]));
        }
        match (index(step, blocks.len()).map(|it| blocks[it]), blocks) {
            (Some(block), _) if !last => self.in_body(&block.body, steps, at + 1),
            (Some(block), _) => match self.kind {
                OperationKind::Remove => Ok(self.without(&[block])),
                OperationKind::Test => self.test(self.same(block, self.value), &[block]),
                OperationKind::Replace => self.refilled(block),
                OperationKind::Add => {
                    let new = write::blocks(block.kind, &Value::Array(vec![self.value.clone()]))?;
                    Ok(spliced(self.text, block.start, block.start, &format!("{new}\n\n")))
                }
            },
            (None, [block]) if !step.bytes().all(|it| it.is_ascii_digit()) => self.in_body(&block.body, steps, at),
            _ => Err(Trouble::Missing { step: at, near: indexes(blocks.len()) }),
        }
    }

    fn argument(&self, body: &Body<'_>, name: &str, value: (usize, usize)) -> Edited {
        match self.kind {
            OperationKind::Test => {
                let there = &self.text[value.0..value.1];
                match expression::same(there, &write::expression(self.value)?) {
                    true => Ok(self.text.to_owned()),
                    false => Err(Trouble::Test(format!("`{there}`"))),
                }
            }
            OperationKind::Remove => {
                let start = body.start_of(name).unwrap_or(value.0);
                let (first, behind) = whole_lines(self.text, start, value.1);
                Ok(spliced(self.text, first, behind, ""))
            }
            OperationKind::Add | OperationKind::Replace => {
                Ok(spliced(self.text, value.0, value.1, &write::expression(self.value)?))
            }
        }
    }

    fn in_value(&self, value: (usize, usize), steps: &[String], at: usize) -> Edited {
        let written = &self.text[value.0..value.1];
        let new = expression::edit(written, self.kind, steps, at, self.value)?;
        Ok(spliced(self.text, value.0, value.1, &new))
    }

    /// An argument behind those that are there, or blocks at the end.
    fn added(&self, body: &Body<'_>, name: &str) -> Edited {
        let blocks = self.value.as_array().is_some_and(|it| !it.is_empty() && it.iter().all(write::is_block));
        if blocks {
            return self.new_blocks(body, name, self.value);
        }
        let argument = format!("{} = {}", write::name(name)?, write::expression(self.value)?);
        let last = body.items.iter().rev().find_map(|it| match it {
            Item::Argument { value, .. } => Some(line_end(self.text, value.1)),
            Item::Block(_) => None,
        });
        Ok(match last {
            Some(end) => spliced(self.text, end, end, &format!("\n\n{argument}")),
            None => spliced(self.text, body.start, body.start, &format!("\n{argument}\n")),
        })
    }

    fn new_blocks(&self, body: &Body<'_>, name: &str, value: &Value) -> Edited {
        let new = write::blocks(name, value)?;
        Ok(spliced(self.text, body.end, body.end, &format!("\n\n{new}\n")))
    }

    fn refilled(&self, block: &Block<'_>) -> Edited {
        let new = write::body(self.value)?;
        Ok(spliced(self.text, block.body.start, block.body.end, &format!("\n{new}\n")))
    }

    /// Without these blocks, the last first, so that the places of the others still hold.
    fn without(&self, blocks: &[&Block<'_>]) -> String {
        blocks.iter().rev().fold(self.text.to_owned(), |text, block| {
            let (first, behind) = whole_lines(&text, block.start, block.end);
            spliced(&text, first, behind, "")
        })
    }

    fn same(&self, block: &Block<'_>, value: &Value) -> bool {
        let written = write::body(value).ok();
        let Some(map) = value.as_object().filter(|_| written.is_some()) else { return false };
        let equal = |(name, value): (&String, &Value)| match block.body.argument(name) {
            Some(there) => write::expression(value).is_ok_and(|it| expression::same(&self.text[there.0..there.1], &it)),
            None => {
                let inner: Vec<_> = block.body.blocks().filter(|it| it.kind == name).collect();
                let list = value.as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(value));
                inner.len() == list.len() && inner.iter().zip(list).all(|(it, value)| self.same(it, value))
            }
        };
        block.body.names().len() == map.len() && map.iter().all(equal)
    }

    fn test(&self, holds: bool, blocks: &[&Block<'_>]) -> Edited {
        match (holds, blocks) {
            (true, _) => Ok(self.text.to_owned()),
            (false, [block]) => Err(Trouble::Test(format!("a block with {}", block.body.names().join(", ")))),
            _ => Err(Trouble::Test(format!("a list of {} blocks", blocks.len()))),
        }
    }
}

#[cfg(test)]
mod tests;
