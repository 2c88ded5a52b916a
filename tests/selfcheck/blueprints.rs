//! Blueprints are text with holes: what little logic they have stays little, and all of it is reached by some spec.

use std::collections::{BTreeMap, BTreeSet};

use dagforge::blueprint::Blueprints;

use crate::glob::{Listed, unlisted};
use crate::source::{self, Line, Tag, code, lines, tags};
use crate::specs::{compiled, specs};

const MAX_LINES: usize = 150;
/// Percent of a file's lines.
const MAX_CONTROL: usize = 20;
/// A short file may have so many lines of logic whatever its length: a part that is optional or repeated stands alone there.
const FEW_CONTROL: usize = 8;
const MAX_NESTING: usize = 2;

/// Blueprints with more logic than others.
const MORE_LOGIC: &[Listed] = &[
    ("*/_container.*", "one vocabulary for every container: most of its properties are optional"),
    ("*/_security.*", "little but loops over rules, whose other side is a group or an address range"),
    ("*/_role.*", "one vocabulary for every role: lists of statements, actions and resources"),
    ("tf/outputs.tf.j2", "an output for each thing that there may be"),
    ("ops/_facts.sh.j2", "little but tables: a loop for each"),
    ("*/_policy.*", "the same for policies, and lists of who has them"),
    ("dagster/dagster.yaml.j2", "little but the launcher, most of whose settings are optional"),
    ("compose/_service.*", "one vocabulary for every service: most of its properties are optional"),
];

/// Sides of a condition that no spec can reach.
const NEVER: &[Listed] = &[];

fn sources() -> BTreeMap<String, String> {
    let blueprints = Blueprints::embedded();
    let source = |name: &str| (name.to_owned(), blueprints.source(name).unwrap().to_owned());
    blueprints.names().map(source).collect()
}

/// Every rule over every blueprint; the places that break it.
fn broken(rule: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    sources().iter().flat_map(|(name, text)| rule(name, text)).collect()
}

#[test]
fn blueprints_are_short() {
    let problems = broken(|name, text| {
        let lines = text.lines().count();
        (lines > MAX_LINES).then(|| format!("{name}: {lines} lines, more than {MAX_LINES}")).into_iter().collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn blueprints_are_mostly_text() {
    let found = broken(|name, text| {
        let (all, control) = (text.lines().count(), text.lines().filter(|it| control(it)).count());
        let much = control > FEW_CONTROL && control * 100 > all * MAX_CONTROL;
        much.then(|| name.to_owned()).into_iter().collect()
    });
    let problems = unlisted("more logic than text", found.iter(), MORE_LOGIC);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A line that decides or repeats; what brings in another file or names something does neither.
fn control(line: &str) -> bool {
    tags(line).iter().any(|tag| matches!(tag.word(), "if" | "elif" | "else" | "endif" | "for" | "endfor"))
}

#[test]
fn logic_is_at_most_two_deep() {
    let problems = broken(|name, text| {
        let deep = lines(text).into_iter().filter(|line| line.depth > MAX_NESTING);
        deep.map(|Line { number, text, .. }| format!("{name}:{number}: {text}")).collect()
    });
    assert!(problems.is_empty(), "more than {MAX_NESTING} deep:\n{}", problems.join("\n"));
}

#[test]
fn control_tags_have_a_line_of_their_own() {
    let problems = broken(|name, text| {
        let shared = text.lines().enumerate().filter(|(_, line)| control(line) && tags(line).len() != 1);
        let crowded = shared.chain(text.lines().enumerate().filter(|(_, line)| {
            control(line) && !(line.trim_start().starts_with("{%") && line.trim_end().ends_with("%}"))
        }));
        crowded.map(|(at, line)| format!("{name}:{}: {line}", at + 1)).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What a blueprint may not do: it would be a decision, or a way around the literal writer.
#[test]
fn blueprints_decide_nothing() {
    let problems = broken(|name, text| {
        let each = text.lines().enumerate().flat_map(|(at, line)| tags(line).into_iter().map(move |tag| (at + 1, tag)));
        each.flat_map(|(line, tag)| misused(&tag).into_iter().map(move |it| format!("{name}:{line}: {it}"))).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

const KEYWORDS: [&str; 16] = [
    "call", "elif", "else", "endcall", "endfor", "endif", "endmacro", "endraw", "for", "from", "if", "import",
    "include", "macro", "raw", "set",
];

fn misused(tag: &Tag<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let code = code(tag.text);
    if tag.control && !KEYWORDS.contains(&tag.word()) {
        problems.push(format!("`{}` is no tag of a blueprint", tag.word()));
    }
    if tag.text.starts_with(['-', '+']) || tag.text.ends_with(['-', '+']) {
        problems.push("blanks are trimmed by lines of tags alone".to_owned());
    }
    let operators = if tag.word() == "set" { code.replacen('=', "", 1) } else { code.clone() };
    let arithmetic = ["=", "!", "<", ">", "+", "-", "*", "/", "%"];
    problems
        .extend(arithmetic.iter().filter(|it| operators.contains(**it)).map(|it| format!("`{it}` decides something")));
    let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let forbidden = ["and", "or", "is", "in", "not", "if", "else", "range", "dict"];
    let allowed = |word: &str| match tag.word() {
        // `is none` and `is not none`: zero is present.
        "if" | "elif" => matches!(word, "if" | "is" | "not"),
        "else" => word == "else",
        "for" => word == "in",
        _ => false,
    };
    problems.extend(
        words.iter().filter(|it| forbidden.contains(*it) && !allowed(it)).map(|it| format!("`{it}` decides something")),
    );
    let filters =
        code.split('|').skip(1).map(|it| it.trim().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
    problems.extend(filters.filter(|it| !["pascal", "snake"].contains(it)).map(|it| format!("the filter `{it}`")));
    problems
}

#[test]
fn raw_text_stands_around_dynamic_references_and_githubs_expressions_alone() {
    let raw = broken(|name, text| {
        let lines = text.lines().filter(|line| line.contains("{% raw"));
        lines.map(|line| format!("{name}: {}", line.trim())).collect()
    });
    insta::assert_snapshot!(raw.join("\n"));
}

/// Names that exist in AWS are plan fields: only identifiers of a target are joined in a blueprint.
#[test]
fn only_identifiers_are_joined() {
    let joined = broken(|name, text| {
        let each = text.lines().flat_map(tags).filter(|tag| code(tag.text).contains('~'));
        each.map(|tag| format!("{name}: {}", tag.text.trim())).collect()
    });
    insta::assert_snapshot!(joined.join("\n"));
}

/// Each side of each condition, each loop, each macro and each file prints a mark of its own, which some output then has.
#[test]
fn every_branch_is_reached_by_some_spec() {
    let mut marks: BTreeSet<String> = BTreeSet::new();
    let marked = sources().into_iter().map(|(name, text)| {
        let (text, mine) = source::marked(&name, &text);
        marks.extend(mine);
        (name, text)
    });
    let blueprints = Blueprints::shadowed_by("marked", marked.collect()).unwrap();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    for spec in specs("examples").into_iter().chain(specs("tests/specs")) {
        for compiled in compiled(&spec, &blueprints) {
            for file in compiled.files(&compiled.targets(), &blueprints) {
                let file = file.unwrap_or_else(|error| panic!("{error}"));
                reached.extend(source::found(&file.text));
            }
        }
    }
    let problems = unlisted("reached by no spec", marks.difference(&reached), NEVER);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
