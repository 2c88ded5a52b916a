//! Every value reads back as itself, in every language, by parsers that are not ours.

use std::collections::BTreeSet;

use dagforge::blueprint::{Blueprints, Rendered, value_of};
use dagforge::plan::Text;
use dagforge::plan::text::{Input, Output, Part, text};
use minijinja::{Value, context};
use proptest::prelude::*;
use serde::Serialize;

use crate::hostile::STRINGS;
use crate::readers::{self, Known};

const YAML: &str = "cfn/x.yaml.j2";
const HCL: &str = "tf/x.tf.j2";

fn blueprints() -> Blueprints {
    let files = [(YAML, "x: {{ x }}\n"), (HCL, "x = {{ x }}\n"), ("config/x.yaml.j2", "x: {{ x }}\n")]
        .into_iter()
        .chain([("ops/x.sh.j2", "printf '%s\\0' {{ x }}\n"), ("compose/compose.yaml.j2", "x: {{ x }}\n")]);
    Blueprints::of(files.map(|(path, text)| (path.into(), text.into())).collect(), BTreeSet::new())
}

fn render(blueprints: &Blueprints, name: &str, value: &impl Serialize) -> Rendered {
    let x = value_of(value);
    blueprints.render(name, context! { x }).unwrap_or_else(|error| panic!("{error}"))
}

fn known() -> Known {
    let names = [
        ("AWS::AccountId", "123456789012"),
        ("local.account_id", "123456789012"),
        ("AWS::Region", "eu-west-1"),
        ("local.region", "eu-west-1"),
        ("DatabaseHost", "db.internal"),
        ("local.database_host", "db.internal"),
        ("RepositoryUri", "repo/sales"),
        ("local.repository_uri_ml_ops", "repo/sales"),
        ("GitRev", "abc123"),
        ("var.gitrev", "abc123"),
        ("local.gitrev_ml_ops", "abc123"),
    ];
    names.into_iter().collect()
}

fn host() -> Output {
    Output { layer: "data".to_owned(), owner: None, name: "database_host".to_owned() }
}

/// Writes in each language and reads back; `expected` is what all of them must say.
fn assert_reads_back(blueprints: &Blueprints, value: &impl Serialize, expected: &[String]) {
    let known = known();
    let yaml = render(blueprints, YAML, value).text;
    assert_eq!(readers::yaml(&yaml, &known), expected, "{yaml}");
    let hcl = render(blueprints, HCL, value).text;
    assert_eq!(readers::hcl(&hcl, &known), expected, "{hcl}");
}

fn assert_string(blueprints: &Blueprints, string: &str) {
    assert_reads_back(blueprints, &string, &[string.to_owned()]);
    let list = ["before", string, "between", string];
    assert_reads_back(blueprints, &list, &list.map(str::to_owned));
    let plain = render(blueprints, "config/x.yaml.j2", &list).text;
    assert_eq!(readers::yaml(&plain, &Known::new()), list, "{plain}");
    let inside = text![string, Input::Account, string, host(), string];
    let value = format!("{string}123456789012{string}db.internal{string}");
    assert_reads_back(blueprints, &inside, std::slice::from_ref(&value));
    assert_reads_back(blueprints, &vec![Text::from(string), inside], &[string.to_owned(), value]);
}

#[test]
fn hostile_strings_read_back() {
    assert!(STRINGS.len() >= 56);
    let blueprints = blueprints();
    STRINGS.iter().for_each(|string| assert_string(&blueprints, string));
}

#[test]
fn every_pair_of_hostile_strings_reads_back() {
    let blueprints = blueprints();
    for first in STRINGS {
        let joined: Vec<String> = STRINGS.iter().map(|second| format!("{first}{second}")).collect();
        // A lookup may only come about by joining two halves, and then it is refused.
        let known = known();
        let yaml = render(&blueprints, YAML, &joined).text;
        assert_eq!(readers::yaml(&yaml, &known), joined, "{yaml}");
        let hcl = render(&blueprints, HCL, &joined).text;
        assert_eq!(readers::hcl(&hcl, &known), joined, "{hcl}");
    }
}

fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "[\\PC\\x01-\\x7f]{0,6}",
        proptest::sample::select(STRINGS).prop_map(str::to_owned),
        proptest::sample::select(vec!["$", "{", "}", "%", "!", "\\", "\"", "\n", " ", "#"]).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_reads_back(string in hostile_text().prop_filter("refused", |text| !text.contains("{{resolve:"))) {
        assert_string(&blueprints(), &string);
    }
}

#[test]
fn one_part_is_a_plain_reference() {
    let blueprints = blueprints();
    let owner = "ml-ops".parse().unwrap();
    let repository = Output { layer: "registry".to_owned(), owner: Some(owner), name: "repository_uri".to_owned() };
    for (text, yaml, hcl) in [
        (Text::from(Input::Account), "!Ref AWS::AccountId", "local.account_id"),
        (Text::from(Input::UrlSuffix), "!Ref AWS::URLSuffix", "local.url_suffix"),
        (Text::from(Input::GitRev(None)), "!Ref GitRev", "var.gitrev"),
        (Text::from(Input::GitRev(Some("ml-ops".parse().unwrap()))), "!Ref GitRev", "local.gitrev_ml_ops"),
        (Text::from(host()), "!Ref DatabaseHost", "local.database_host"),
        (Text::from(repository), "!Ref RepositoryUri", "local.repository_uri_ml_ops"),
        (text!["a", Input::Region], "!Sub \"a${AWS::Region}\"", "\"a${local.region}\""),
        (Text::by_target("a", text!["b", Input::Region]), "\"a\"", "\"b${local.region}\""),
    ] {
        assert_eq!(render(&blueprints, YAML, &text).text, format!("x: {yaml}\n"));
        assert_eq!(render(&blueprints, HCL, &text).text, format!("x = {hcl}\n"));
    }
}

#[test]
fn a_render_knows_what_it_used() {
    let blueprints = blueprints();
    let value = vec![text!["a", host(), Input::Region], Text::from(Input::GitRev(None)), Text::from("plain")];
    let rendered = render(&blueprints, YAML, &value);
    let expected = [Part::Input(Input::Region), Part::Input(Input::GitRev(None)), Part::Output(host())];
    assert_eq!(rendered.uses, BTreeSet::from(expected));
    let names = |rendered: &Rendered, published: bool| -> Vec<String> {
        let parameters = rendered.parameters(|_| published).unwrap();
        parameters.into_keys().collect()
    };
    assert_eq!(names(&rendered, false), ["DatabaseHost", "GitRev"]);
    assert_eq!(names(&rendered, true), ["GitRev"]);
    let another = Output { layer: "platform".to_owned(), ..host() };
    let both = render(&blueprints, YAML, &[Text::from(host()), Text::from(another)]);
    let error = both.parameters(|_| false).unwrap_err();
    assert_eq!(error.message, "`<platform.database_host>` and `<data.database_host>` are both named `DatabaseHost`");
    assert!(render(&blueprints, YAML, &"plain").uses.is_empty());
}

#[test]
fn long_strings_keep_their_lines() {
    let blueprints = Blueprints::of(
        [
            (YAML, "a:\n  Command:\n    - {{ x }}\n  Next: [\"-c\", {{ x }}]\n"),
            (HCL, "a {\ncommand = [\"-c\", {{ x }}]\nnext = 1\n}\n"),
        ]
        .map(|(path, text)| (path.into(), text.into()))
        .into(),
        BTreeSet::new(),
    );
    let script = text!["set -eu\n  fetch \"", host(), "\"\ndone\n"];
    insta::assert_snapshot!(render(&blueprints, YAML, &script).text, @r#"
    a:
      Command:
        - !Sub "set -eu\n\
            \  fetch \"${DatabaseHost}\"\n\
            done\n"
      Next: ["-c", !Sub "set -eu\n\
        \  fetch \"${DatabaseHost}\"\n\
        done\n"]
    "#);
    insta::assert_snapshot!(render(&blueprints, HCL, &script).text, @r#"
    a {
      command = ["-c", join("\n", [
        "set -eu",
        "  fetch \"${local.database_host}\"",
        "done\n",
      ])]
      next = 1
    }
    "#);
}

#[test]
fn numbers_and_booleans_are_bare() {
    let blueprints = blueprints();
    for (value, literal) in [
        (Value::from(1), "1"),
        (Value::from(-3), "-3"),
        (Value::from(1.5), "1.5"),
        (Value::from(2.0), "2.0"),
        (Value::from(true), "true"),
        (Value::from(u64::MAX), "18446744073709551615"),
        (Value::from(vec![1, 2]), "[1, 2]"),
        (Value::from(Vec::<u8>::new()), "[]"),
    ] {
        let text = |name| blueprints.render(name, context! { x => &value }).unwrap().text;
        assert_eq!(text(YAML), format!("x: {literal}\n"));
        assert_eq!(text(HCL), format!("x = {literal}\n"));
    }
}

#[test]
fn shell_words_survive_a_real_shell() {
    let blueprints = blueprints();
    let script = render(&blueprints, "ops/x.sh.j2", &STRINGS).text;
    let output = std::process::Command::new("sh").arg("-c").arg(&script).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let words: Vec<String> =
        output.stdout.split(|b| *b == 0).map(|word| String::from_utf8(word.to_vec()).unwrap()).collect();
    assert_eq!(words[..words.len() - 1], *STRINGS);
    let bucket = text!["it's-", Input::Account, "-", Input::Region];
    assert_eq!(
        render(&blueprints, "ops/x.sh.j2", &bucket).text,
        "printf '%s\\0' 'it'\\''s-'\"${account_id}\"'-'\"${region}\"\n"
    );
}

#[test]
fn compose_doubles_the_dollar() {
    let text = render(&blueprints(), "compose/compose.yaml.j2", &"${x} $y").text;
    assert_eq!(text, "x: \"$${x} $$y\"\n");
}
