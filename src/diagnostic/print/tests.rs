//! How findings look at the edges: long lines, control characters, colour, other files, duplicates.

use super::*;
use crate::spec::path::SpecPath;

fn one(text: &str, path: &str, look: Look) -> String {
    let mut found = Diagnostics::default();
    found.bad_value(&path.into(), "this is wrong", &["do it right".to_owned()]);
    found.print(&Source::new("dagforge.yaml", text), look)
}

#[test]
fn the_caret_is_below_what_is_meant() {
    let printed = one("a: 1\nweb:\n\n  cpu:   512 # half\n", "web.cpu", Look::Plain);
    let expected = "\
error[bad-value]: this is wrong
 --> dagforge.yaml:4:10
  |
4 |   cpu:   512 # half
  |          ^^^
  = help: do it right

";
    assert_eq!(printed, expected);
}

#[test]
fn long_lines_are_cut_around_the_caret() {
    let text = format!("{{a: {}, b: here, c: {}}}", "x".repeat(5000), "y".repeat(5000));
    let printed = one(&text, "b", Look::Plain);
    assert!(
        printed.contains("1 | …") && printed.contains("b: here") && printed.lines().all(|it| it.chars().count() < 140)
    );
    let (excerpt, caret) = (printed.lines().nth(3).unwrap(), printed.lines().nth(4).unwrap());
    let at = caret.chars().position(|it| it == '^').unwrap();
    assert_eq!(excerpt.chars().skip(at).take(4).collect::<String>(), "here");
}

#[test]
fn a_long_value_is_underlined_as_far_as_it_is_shown() {
    let printed = one(&format!("a: {}", "x".repeat(5000)), "a", Look::Plain);
    assert!(printed.lines().all(|it| it.chars().count() < 140), "{printed}");
}

#[test]
fn nothing_from_a_spec_reaches_the_terminal_raw() {
    let mut found = Diagnostics::default();
    found.bad_value(&"a".into(), "`\u{1b}[31m` is \u{7}wrong", &[]);
    let printed = found.print(&Source::new("x\u{1b}.yaml", "a:\tb\r\n"), Look::Plain);
    assert!(printed.chars().all(|it| it == '\n' || !it.is_control()), "{printed:?}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let text = "web: {cpu: x}\n";
    let coloured = one(text, "web.cpu", Look::Coloured);
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, one(text, "web.cpu", Look::Plain));
}

#[test]
fn findings_come_in_the_order_of_the_text_and_once() {
    let source = Source::new("x", "a: &a {b: 1}\nc: *a\n");
    let mut found = Diagnostics::default();
    let place = Place::File { name: "cfn/10-network.yaml".into(), line: Some(7) };
    found.yaml_syntax(place, "elsewhere", None, None);
    for path in ["c.b", "a.b", "a.b", "zzz"] {
        found.bad_value(&path.into(), "wrong", &[]);
    }
    found.missing_key(&SpecPath::root(), "name", None);
    let printed = found.print(&source, Look::Plain);
    let places: Vec<&str> = printed.lines().filter_map(|it| it.trim_start().strip_prefix("--> ")).collect();
    assert_eq!(places, ["x", "x", "x:1:11", "cfn/10-network.yaml:7"]);
    assert_eq!(found.placed(&source).count(), (4, 0));
    assert_eq!(found.placed(&source).json_lines().lines().count(), 4);
}

#[test]
fn more_than_anybody_reads_is_not_kept() {
    let mut found = Diagnostics::default();
    for index in 0..10_000 {
        found.bad_value(&SpecPath::root().index(index), &format!("wrong {index}"), &[]);
    }
    assert!(found.is_full());
    let printed = found.print(&Source::new("x", ""), Look::Plain);
    assert!(printed.ends_with("there is more: these are the first findings\n"));
}
