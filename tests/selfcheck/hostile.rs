//! Any text of the plan may be anything: both targets still say it, and nothing else.
//!
//! The plan is rendered once with a mark in place of each literal text and read by parsers that are not ours, which tells where
//! every text goes. Then it is rendered with hostile texts; what is read back must be the same tree with the marks replaced.
//! What is written as an identifier cannot be any text; the spec and `plan::Key` see to that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use dagforge::blueprint::{BlueprintError, Blueprints};
use dagforge::plan::Plan;
use dagforge::render::{File, Rooms, Target, render};
use dagforge::verify::Reader;
use minijinja::context;

use crate::glob::{Listed, matches};
use crate::replaced::{Replaced, replaced};
use crate::specs::{compiled, root};
use crate::tree::{Tree, read};

/// Texts that are no literals in the output.
const IDENTIFIERS: &[Listed] = &[
    ("access.policies[].key", "logical ids and names"),
    ("data.database.created.secret.key", "inside a dynamic reference, which cannot quote it"),
    ("*.created_secrets[].id", "logical ids and names"),
    ("*.route.id", "logical ids and names"),
    ("data.buckets[].id", "logical ids and names"),
    ("data.file_systems[].created.group_output", "logical ids and names"),
    ("data.file_systems[].created.mount_targets[].number", "logical ids and names"),
    ("data.file_systems[].id", "logical ids and names"),
    ("locations[].access_points[].id", "logical ids and names"),
    ("locations[].key", "a part of Terraform's names"),
    ("network.created.*_endpoints[].id", "logical ids and names"),
    ("ui.load_balancer.https.records[].id", "logical ids and names"),
    ("platform.security.*[].id", "logical ids and names"),
    ("tasks[].key", "a part of Terraform's names"),
];

/// Keys of maps, which YAML keeps on one line: each is a word of AWS's that the plan writes itself.
const KEYS: &[&str] =
    &["access.deploy_role.*_key", "*.condition.key", "*.condition.operator", "data.database.created.parameters[].name"];

/// Where stacks find each other's values; no two are the same.
const PUBLISHED: &str = "layers[].publishes.*.path";

/// Texts that some way of writing gets wrong, in families. Each leaf gets one of a family, its neighbour the next; keys of one
/// map are two or three leaves apart, so a family has a number of members that neither divides.
pub const FAMILIES: &[(&str, &[&str])] = &[
    ("quotes", &["\"", "it's \"quoted\"", "`x` '' \"\" \\\"", "ends with \\", "C:\\new\\table \\u0041 \\x41"]),
    ("CloudFormation", &["${AWS::Region}", "$${x}", "${!x}", "!Ref Vpc", "!Sub \"${x}\"", "a$", "${"]),
    ("Terraform", &["%{ if true }x%{ endif }", "%%{x}", "$${x} $$${x}", "local.x", "a%", "a$", "%{"]),
    ("blueprints", &["{{ plan }}", "{% if x %}", "{# x #}", "{{", "%}", "}}", "#}"]),
    (
        "other languages",
        &[
            "#{x}",
            "# x",
            "a # x",
            "// x",
            "/* x */",
            "$(x)",
            "<<EOT\nx\nEOT",
            "|",
            ">",
            "&a",
            "*a",
            "- x",
            "\u{1b}[31m",
        ],
    ),
    ("YAML", &["a: b", "[a, b]", "{a: b}", "? x", ": x", "---", "...", "%YAML 1.1", "@x", "<<", ", x", "x: [", "'"]),
    (
        "words",
        &[
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "Yes",
            "NO",
            "On",
            "true",
            "True",
            "FALSE",
            "null",
            "Null",
            "~",
            ".inf",
            ".nan",
            "0",
            "012",
            "0o17",
            "0x1F",
            "0b1",
            "1_000",
            "1e3",
            "1.",
            ".5",
            "+1",
            "-0",
            "=",
            "22:22",
            "1:2:3",
            "190:20:30.15",
            "2012-10-17",
            "2001-12-14t21:59:43.10-05:00",
            "12e03",
        ],
    ),
    ("blanks", &[" ", "  leading", "trailing  ", "\t", "tab\there", "\u{a0}", "a\u{200b}b"]),
    (
        "lines",
        &[
            "a\nb",
            "\n",
            "a\r\nb",
            "\r",
            "a\n  b\n",
            "\n\n a\n\n",
            "a\n \\\n b",
            "a\n# b\n",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{2029}",
        ],
    ),
    (
        "long lines",
        &[
            "set -eu\n  first \"line\"\n${x} %{y}\n\n\\ last \\\n",
            "one line of a script that goes on\nand on\n",
            "a script without an end of its last line\n\tand on",
            "\n\n  begins with blank lines, which some readers fold\n",
            "ends with what begins an expression\nand goes on $",
        ],
    ),
    ("Unicode", &["é 日本語 😀", "👩‍👩‍👧", "\u{feff}x", "\u{202e}abc", "\u{ffff}", "\u{10ffff}", "\u{1}\u{7f}\u{9f}"]),
    (
        "mixed",
        &[
            "mixed \" ' \\ ${x} %{y} \n\t é 😀 #{z} {{ w }} \u{2028}",
            "\n\"${\\\n%{'\u{feff}\n",
            "join(\"\\n\", [",
            "])",
            "\"}, {\"a\": \"b",
        ],
    ),
];

fn every_spec() -> impl Iterator<Item = PathBuf> {
    [
        "examples/minimal.yaml",
        "tests/specs/existing.yaml",
        "tests/specs/closed.yaml",
        "tests/specs/full.yaml",
        "tests/specs/locations.yaml",
    ]
    .into_iter()
    .map(|it| root().join(it))
}

/// One deployment of each of those specs.
fn plans(blueprints: &Blueprints) -> Vec<Plan> {
    every_spec().map(|spec| compiled(&spec, blueprints).remove(0).plan).collect()
}

fn is_identifier(path: &str) -> bool {
    IDENTIFIERS.iter().any(|(pattern, _)| matches(pattern, path))
}

/// Everything that is rendered from a plan with other texts: both targets, and the config files.
fn rendered(plan: &Replaced, blueprints: &Blueprints) -> Result<Vec<File>, BlueprintError> {
    let rooms = Rooms::of_value(plan.value.clone());
    let targets = [Target::Cfn, Target::Tf].into_iter();
    let mut files = targets.flat_map(|it| render(&plan.plan, &rooms, it, blueprints)).collect::<Result<Vec<_>, _>>()?;
    let instance = plan.value.get_attr("instance").unwrap();
    for name in ["dagster.yaml", "workspace.yaml"] {
        let text = blueprints.render(&format!("dagster/{name}.j2"), context! { instance => instance.clone() })?.text;
        files.push(File { path: format!("config/{name}"), text });
    }
    Ok(files)
}

/// Rendered, checked as `dagforge render` does, and read.
fn trees(plan: &Replaced, blueprints: &Blueprints) -> Vec<(String, Tree)> {
    let files = rendered(plan, blueprints).unwrap_or_else(|error| panic!("{error}"));
    let mut reader = Reader::default();
    files.iter().for_each(|file| reader.read(file));
    // Hostile texts are longer than what they replace.
    let problems = reader.problems().into_iter().filter(|it| !it.message.contains("a template body holds"));
    let problems: Vec<String> = problems.map(|it| format!("{}:{:?}: {}", it.file, it.line, it.message)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    files.into_iter().map(|file| (file.path.clone(), read(&file.path, &file.text))).collect()
}

/// A mark that no other text holds.
pub fn mark(slot: usize) -> String {
    format!("m{slot:06}m")
}

/// The text with its marks replaced.
pub fn unmarked(text: &str, texts: &BTreeMap<String, String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('m') {
        result.push_str(&rest[..at]);
        match rest.get(at..at + 8).and_then(|mark| texts.get(mark)) {
            Some(text) => {
                result.push_str(text);
                rest = &rest[at + 8..];
            }
            None => {
                result.push('m');
                rest = &rest[at + 1..];
            }
        }
    }
    result + rest
}

#[test]
fn every_text_reads_back_from_both_targets() {
    let blueprints = Blueprints::embedded();
    for plan in plans(&blueprints) {
        let marked = replaced(&plan, |path, slot| (!is_identifier(path)).then(|| mark(slot)));
        let expected = trees(&marked, &blueprints);
        for (family, texts) in FAMILIES {
            let text = |slot: usize| {
                let text = texts[slot % texts.len()];
                let path = &marked.slots[slot];
                if matches(PUBLISHED, path) {
                    format!("{text}{slot}")
                } else if KEYS.iter().any(|key| matches(key, path)) {
                    text.replace('\n', "¶")
                } else {
                    text.to_owned()
                }
            };
            let of_mark = (0..marked.slots.len()).map(|slot| (mark(slot), text(slot))).collect();
            let hostile = replaced(&plan, |path, slot| (!is_identifier(path)).then(|| text(slot)));
            for ((path, marks), (_, found)) in expected.iter().zip(trees(&hostile, &blueprints)) {
                let expected = marks.map(&|text| unmarked(text, &of_mark));
                if let Some(difference) = expected.difference(&found) {
                    panic!("{}: {family}: {path}{difference}", plan.deployment.name);
                }
            }
        }
    }
}

#[test]
fn identifiers_are_texts_of_the_plan() {
    let blueprints = Blueprints::embedded();
    let paths: BTreeSet<String> =
        plans(&blueprints).iter().flat_map(|plan| replaced(plan, |_, _| None).slots).collect();
    let spare = IDENTIFIERS.iter().filter(|(pattern, _)| !paths.iter().any(|path| matches(pattern, path)));
    let spare: Vec<&str> = spare.map(|(pattern, _)| *pattern).collect();
    assert!(spare.is_empty(), "no text of the plan: {spare:?}");
}

/// CloudFormation looks `{{resolve:…}}` up wherever it stands and knows no way to write it.
#[test]
fn a_dynamic_reference_in_a_text_is_refused() {
    let blueprints = Blueprints::embedded();
    let mut tried = BTreeSet::new();
    for plan in plans(&blueprints) {
        let marked = replaced(&plan, |path, slot| (!is_identifier(path)).then(|| mark(slot)));
        let templates = rendered(&marked, &blueprints)
            .unwrap()
            .into_iter()
            .filter(|it| it.path.starts_with("cfn/") && it.path.ends_with(".yaml"));
        let templates: String = templates.map(|it| it.text).collect();
        for (slot, path) in marked.slots.iter().enumerate() {
            if templates.contains(&mark(slot)) && tried.insert(path.clone()) {
                let hostile = replaced(&plan, |_, other| (other == slot).then(|| "{{resolve:ssm:x}}".to_owned()));
                let error = rendered(&hostile, &blueprints).expect_err(path);
                assert!(error.message.contains("`{{resolve:` inside this text would be evaluated"), "{path}: {error}");
            }
        }
    }
    assert!(tried.len() > 100, "{tried:?}");
}
