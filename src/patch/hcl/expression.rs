//! Operations inside a value: an object or a list that is written out.

use serde_json::Value;

use super::write;
use crate::patch::trouble::{Edited, Trouble, index, indexes, spliced};
use crate::spec::overrides::OperationKind;
use crate::verify::hcl::{At, Token, tokens};

/// An entry of an object, or an item of a list.
struct Entry {
    /// The key of an object's entry.
    key: String,
    start: usize,
    /// Where the value begins, and where the entry ends.
    value: usize,
    end: usize,
}

/// What a collection is written as.
struct Collection {
    object: bool,
    entries: Vec<Entry>,
}

/// Whether two expressions differ only in their layout.
pub(super) fn same(left: &str, right: &str) -> bool {
    let signs = |text: &str| {
        let all = tokens(text).map(|all| all.iter().map(|it| format!("{:?}", written(it, text))).collect::<Vec<_>>());
        all.unwrap_or_default().into_iter().filter(|it| it != "None").collect::<Vec<_>>()
    };
    // A comma before a closing bracket means nothing.
    let plain = |text: &str| {
        let all = signs(text);
        let closes = |at: usize| all.get(at + 1).is_some_and(|it| it == "Some(\"]\")" || it == "Some(\"}\")");
        (0..all.len())
            .filter(|at| !(all[*at] == "Some(\",\")" && closes(*at)))
            .map(|at| all[at].clone())
            .collect::<Vec<_>>()
    };
    plain(left) == plain(right)
}

fn written<'t>(token: &At<'_>, text: &'t str) -> Option<&'t str> {
    (token.token != Token::End).then(|| &text[token.start..token.end])
}

/// Does one operation on what stands at `steps[at..]` of an expression.
pub(super) fn edit(text: &str, kind: OperationKind, steps: &[String], at: usize, value: &Value) -> Edited {
    let missing = |near: Vec<String>| Trouble::Missing { step: at, near };
    let collection = read(text).ok_or_else(|| missing(Vec::new()))?;
    let (step, last) = (steps[at].as_str(), at + 1 == steps.len());
    let entries = &collection.entries;
    let found = match collection.object {
        true => entries.iter().position(|it| it.key == step),
        false => index(step, entries.len()),
    };
    let names = || match collection.object {
        true => entries.iter().map(|it| it.key.clone()).collect(),
        false => indexes(entries.len()),
    };
    let adds = last && kind == OperationKind::Add;
    let at_end = collection.object || step == "-" || index(step, entries.len() + 1) == Some(entries.len());
    let Some(position) = found else {
        return if adds && at_end { added(text, &collection, step, value) } else { Err(missing(names())) };
    };
    let entry = &entries[position];
    let inner = &text[entry.value..entry.end];
    if !last {
        return Ok(spliced(text, entry.value, entry.end, &edit(inner, kind, steps, at + 1, value)?));
    }
    match kind {
        OperationKind::Test if same(inner, &write::expression(value)?) => Ok(text.to_owned()),
        OperationKind::Test => Err(Trouble::Test(format!("`{inner}`"))),
        OperationKind::Remove => Ok(removed(text, &collection, position)),
        OperationKind::Add if !collection.object => {
            Ok(spliced(text, entry.start, entry.start, &format!("{}, ", write::expression(value)?)))
        }
        OperationKind::Add | OperationKind::Replace => {
            Ok(spliced(text, entry.value, entry.end, &write::expression(value)?))
        }
    }
}

fn added(text: &str, collection: &Collection, key: &str, value: &Value) -> Edited {
    let value = write::expression(value)?;
    let entry = if collection.object { format!("{} = {value}", write::name(key)?) } else { value };
    let lines = text.starts_with("{\n") || text.starts_with("[\n");
    Ok(match (collection.entries.last(), collection.object) {
        (None, true) => format!("{{ {entry} }}"),
        (None, false) => format!("[{entry}]"),
        (Some(last), true) if lines => spliced(text, last.end, last.end, &format!("\n{entry}")),
        (Some(last), false) if lines => spliced(text, last.end, last.end, &format!(",\n{entry}")),
        (Some(last), _) => spliced(text, last.end, last.end, &format!(", {entry}")),
    })
}

fn removed(text: &str, collection: &Collection, position: usize) -> String {
    let entries = &collection.entries;
    match (position.checked_sub(1), entries.get(position + 1)) {
        (_, Some(next)) => spliced(text, entries[position].start, next.start, ""),
        (Some(before), None) => spliced(text, entries[before].end, entries[position].end, ""),
        (None, None) => if collection.object { "{}" } else { "[]" }.to_owned(),
    }
}

/// The entries of an expression in braces or brackets; none for a call, an operation or a `for`.
fn read(text: &str) -> Option<Collection> {
    let tokens = tokens(text).ok()?;
    let tokens: &[At<'_>] = &tokens;
    let object = match tokens.first()?.token {
        Token::Sign(b'{') => true,
        Token::Sign(b'[') => false,
        _ => return None,
    };
    let close = closing(tokens)?;
    if close + 1 != tokens.len() || tokens.get(1)?.token == Token::Name("for") {
        return None;
    }
    let mut entries = Vec::new();
    let mut depth = 0usize;
    let mut begin = 1;
    for idx in 1..=close {
        match tokens[idx].token {
            Token::Sign(b'{' | b'[' | b'(' | b'$') => depth += 1,
            Token::Sign(b'}' | b']' | b')') if idx < close => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = idx == close
            || depth == 0 && (tokens[idx].token == Token::Sign(b',') || object && tokens[idx].token == Token::End);
        if ends {
            entries.extend(entry(&tokens[begin..idx], object));
            begin = idx + 1;
        }
    }
    Some(Collection { object, entries })
}

/// The index of the bracket that closes the first token.
fn closing(tokens: &[At<'_>]) -> Option<usize> {
    let mut depth = 0usize;
    tokens.iter().position(|it| {
        match it.token {
            Token::Sign(b'{' | b'[' | b'(' | b'$') => depth += 1,
            Token::Sign(b'}' | b']' | b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

fn entry(tokens: &[At<'_>], object: bool) -> Option<Entry> {
    let first = tokens.iter().position(|it| it.token != Token::End)?;
    let last = tokens.iter().rposition(|it| it.token != Token::End)?;
    let tokens = &tokens[first..=last];
    let (start, end) = (tokens.first()?.start, tokens.last()?.end);
    if !object {
        return Some(Entry { key: String::new(), start, value: start, end });
    }
    let key = match tokens.first()?.token {
        Token::Name(key) | Token::Text(key) => key.to_owned(),
        _ => String::new(),
    };
    let sign = tokens.iter().position(|it| matches!(it.token, Token::Sign(b'=' | b':')))?;
    Some(Entry { key, start, value: tokens.get(sign + 1)?.start, end })
}
