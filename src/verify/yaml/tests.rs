//! What this reader accepts, the general parser reads the same way.

use proptest::prelude::*;
use serde_yaml::Value;

use super::*;

const SAMPLE: &str = include_str!("sample.yaml");

/// The general parser resolves plain scalars; we keep their text.
fn same(node: &Node<'_>, value: &Value) -> bool {
    let value = match (node.tag, value) {
        (Some(tag), Value::Tagged(tagged)) if tagged.tag == tag => &tagged.value,
        (None, value) => value,
        _ => return false,
    };
    match (&node.kind, value) {
        (Kind::Null, Value::Null) => true,
        (Kind::Null, Value::String(text)) => node.tag.is_some() && text.is_empty(),
        (Kind::Scalar(text), Value::String(other)) => text == other,
        (Kind::Scalar(text), other) => serde_yaml::from_str::<Value>(text).is_ok_and(|it| it == *other),
        (Kind::List(items), Value::Sequence(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| same(item, other))
        }
        (Kind::Map(entries), Value::Mapping(others)) => {
            entries.len() == others.len()
                && entries
                    .iter()
                    .zip(others)
                    .all(|((key, value), (other_key, other))| same(key, other_key) && same(value, other))
        }
        _ => false,
    }
}

fn assert_agrees(text: &str) {
    let Ok(node) = read(text) else { return };
    match serde_yaml::from_str::<Value>(text) {
        Ok(value) => assert!(same(&node, &value), "{text}\n{node:#?}\n{value:#?}"),
        Err(error) => panic!("read what the general parser refuses: {error}\n{text}"),
    }
}

#[test]
fn the_sample_is_read_and_means_the_same() {
    read(SAMPLE).unwrap_or_else(|error| panic!("line {}: {}", error.line, error.reason));
    assert_agrees(SAMPLE);
}

#[test]
fn refuses_with_a_line() {
    for (text, line, reason) in [
        ("a: 1\na: 2\n", 2, "`a` stands here a second time"),
        ("a:\n  b: {c: 1, c: 2}\n", 2, "`c` stands here a second time"),
        ("a: 1\n  b: 2\n", 2, "indented more than what it stands beside"),
        ("a:\n    b: 1\n  c: 1\n", 3, "indented more than what it stands beside"),
        ("a: \"b\" c\n", 1, "a line end belongs behind this value"),
        ("a: \"b\n", 1, "a quote is never closed"),
        ("a: [b\n", 2, "a bracket is never closed"),
        ("a: [b c: d]\n", 1, "a comma or the closing bracket belongs here"),
        ("a: b: c\n", 1, "a second key on one line"),
        ("a: &x 1\nb: *x\n", 1, "anchors and aliases are not read"),
        ("a\nb: 1\n", 2, "this belongs to nothing above it"),
        ("a: \"\\q\"\n", 1, "an unknown escape"),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!((error.line, error.reason.as_str()), (line, reason), "{text}");
    }
    assert!(read(&"[".repeat(100_000)).is_err());
    assert!(read(&"- ".repeat(100_000)).is_err());
}

/// The sample with a few places changed.
fn changed() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "", " ", "  ", "\n", "\n  ", ":", ": ", "- ", "-", "#", " #", "\"", "'", "[", "]", "{", "}", ",", ", ", "!",
        "!Ref ", "|", ">", "|-", "\\", "a", "a: b", "0", "\t", "~", "null", "&", "*", "?", "%", "@", "`", "---", "...",
        "é", "\u{2028}", "\u{85}", "\u{feff}",
    ]);
    let place = (any::<proptest::sample::Index>(), 0..4usize, piece);
    let window = (any::<proptest::sample::Index>(), 1..30usize);
    (window, proptest::collection::vec(place, 0..5)).prop_map(|((from, lines), places)| {
        let all: Vec<&str> = SAMPLE.split_inclusive('\n').collect();
        let from = from.index(all.len());
        let mut chars: Vec<char> = all[from..(from + lines).min(all.len())].concat().chars().collect();
        for (at, removed, piece) in places {
            let at = at.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_means_the_same(text in changed()) {
        assert_agrees(&text);
    }
}
