//! Loading as a whole, on a small grammar that has one of everything.

#![allow(dead_code, reason = "what the grammar's types hold is compared by their debug form")]

use indexmap::IndexMap;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Document, load, load_all};
use crate::diagnostic::{Diagnostics, Look};
use crate::source::Source;
use crate::spec::choice::{CountOrList, WordOr};
use crate::spec::keyed::Keyed;
use crate::spec::scalar::{AccountId, Cidr, EnvName, GrammarVersion, Name, Port, Region, SecretRef};
use crate::spec::schema::schema;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Spec {
    dagforge: Option<GrammarVersion>,
    /// Name of the deployment; every AWS name starts with it.
    name: Name,
    /// AWS region, such as `eu-central-1`.
    region: Region,
    account: Option<AccountId>,
    tags: Option<IndexMap<String, String>>,
    network: Option<Network>,
    code_locations: Keyed<Location>,
}

impl Document for Spec {}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Network {
    vpc: Option<WordOr<Create, Existing>>,
    cidr: Option<Cidr>,
    azs: Option<CountOrList<String>>,
    nat: Option<Nat>,
    flow_logs: Option<bool>,
    #[schemars(length(min = 1, max = 3))]
    allow: Option<Vec<Cidr>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Create {
    /// A new one.
    Create,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Existing {
    id: String,
    private_subnets: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Nat {
    None,
    Single,
    PerAz,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Location {
    module: Option<String>,
    env: Option<IndexMap<EnvName, String>>,
    secrets: Option<IndexMap<EnvName, SecretRef>>,
    run: Option<Run>,
    serve: Option<Serve>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Run {
    cpu: Option<u32>,
    #[schemars(range(min = 21, max = 200))]
    ephemeral_gib: Option<u32>,
    port: Option<Port>,
}

/// One of two maps.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Serve {
    Grpc { replicas: u8 },
    External { host: String, port: u16 },
}

/// A snapshot without the expression, which would repeat the spec in quotes.
macro_rules! shown {
    ($text:expr $(,)?) => {
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!($text) })
    };
}

const GOOD: &str = "\
name: acme
region: eu-central-1
account: \"123456789012\"
tags: {team: data, \"cost center\": \"4711\"}
network:
  vpc: {id: vpc-1, private_subnets: [a, b]}
  azs: [eu-central-1a, eu-central-1b]
  nat: per_az
code_locations:
  sales: &sales
    module: acme.sales
    env: {LOG_LEVEL: info, QUOTED: \"on\", TIMES: !!str 22}
    secrets: {A: \"acme/db:password\", B: {ssm: /acme/key}}
    serve: {external: {host: h, port: 1}}
  ml: *sales
";

fn findings(text: &str, environment: Option<&str>) -> String {
    let source = Source::new("dagforge.yaml", text);
    match load_all::<Spec>(&source, environment) {
        Ok(_) => "fine\n".to_owned(),
        Err(found) => found.print(&source, Look::Plain),
    }
}

#[test]
fn a_good_spec_loads() {
    let source = Source::new("dagforge.yaml", GOOD);
    let loaded = load::<Spec>(&source, None).map_err(|it| it.print(&source, Look::Plain)).unwrap();
    assert_eq!(loaded.spec.code_locations.keys().map(|it| it.as_str()).collect::<Vec<_>>(), ["sales", "ml"]);
    let location = loaded.spec.code_locations.get("ml").unwrap();
    assert!(matches!(location.serve, Some(Serve::External { .. })));
    assert!(matches!(loaded.spec.network.unwrap().vpc, Some(WordOr::Other(_))));
}

#[test]
fn all_shape_findings_at_once() {
    shown!(findings(
        "\
nmae: acme
region: eu-centrl-1
account: 123456789012
cidr: 10.0.0.0/8
env: prod
tags:
  a: on
  b: 022
  c: yes
  d: \"yes\"
network:
  vpc: {ids: vpc-1}
  cidr: 10.0.1.0/16   # host bits
  azs: two
  nat: per-az
  flow_logs: yes
  allow: [10.0.0.0/8, 10.0.0.0/8, 10.0.0.0/8, 10.0.0.7]
code_locations:
  Sales:
    modul: x
    env: {1A: x, B: 5, C: 1.10, D: {}}
    secrets: {A: \"hunter2 is it\", B: {smm: /x}, C: {ssm: x}}
    run: {cpu: \"512\", ephemeral_gib: 10, port: 0}
  ml: {serve: {external: {host: 1}}, run: [1]}
  dbt:
",
        None
    ));
}

#[test]
fn misplaced_keys_are_shown_their_place_when_there_is_one() {
    let help = |text: &str| {
        let printed = findings(&format!("name: a\nregion: eu-central-1\n{text}"), None);
        printed.lines().find_map(|it| it.split_once("help: `")?.1.split('`').next().map(str::to_owned))
    };
    assert_eq!(help("code_locations: {}\ncidr: 10.0.0.0/8\n").as_deref(), Some("network.cidr"));
    assert_eq!(
        help("code_locations: {a: {ephemeral_gib: 30}}\n").as_deref(),
        Some("code_locations.a.run.ephemeral_gib")
    );
    assert_eq!(help("code_locations: {a: {replicas: 2}}\n").as_deref(), Some("code_locations.a.serve.grpc.replicas"));
    assert_eq!(help("code_locations: {}\nreplicas: 2\n"), None);
    assert_eq!(help("code_locations: {a: {port: 2}}\n"), None);
}

#[test]
fn yaml_findings() {
    let cases = [
        "",
        "# nothing\n",
        "a: 1\n\tb: 2\n",
        "a: [1, 2\nb: 3\n",
        "a: 'x\nb: 3\n",
        "a: b: c\n",
        "a: @x\n",
        "a:\n  b: 1\n c: 2\n",
        "a: *b\n",
        "a: &a [*a]\n",
        "name: x\nname: y\n\"name\": z\nregion: {a: 1, a: 2}\n",
        "a: &a {b: 1}\nc:\n  <<: *a\n",
        "a: !Ref x\nb: !Sub [1, 2]\n",
        "name: a\n---\nname: b\n",
        "%YAML 1.1\n---\nname: a\n",
        "[a, b]: c\n",
        "? {a: 1}\n: b\n",
        "a: .inf\n",
        "a: \"x\u{1}y\"\n",
        "- a\n- b\n",
        "just text\n",
    ];
    let mut out = String::new();
    for text in cases {
        out += &format!("{text:?}\n{}", findings(text, None));
    }
    shown!(out);
}

#[test]
fn findings_of_an_environment_are_placed_in_it() {
    let text = "\
name: acme
region: eu-central-1
code_locations:
  sales: {run: {cpu: x}}
environments:
  dev:
    network: {nat: non, azs: null}
    code_locations: {sales: {run: {ephemeral_gib: 5}}, ml: {modul: y}}
    regoin: null
  prod:
    region: null
    environments: {}
  Prod: 5
";
    shown!(findings(text, None));
}

#[test]
fn environments_are_asked_for_by_name() {
    let text =
        "name: acme\nregion: eu-central-1\ncode_locations: {}\nenvironments: {dev: {}, prod: {name: acme2}, empty: }\n";
    assert_eq!(findings(text, Some("dev")), "fine\n");
    assert_eq!(findings(text, Some("empty")), "fine\n");
    shown!(findings(text, Some("prd")));
    let source = Source::new("x", text);
    let all = load_all::<Spec>(&source, None).unwrap();
    assert_eq!(all.iter().map(|it| it.spec.name.as_str()).collect::<Vec<_>>(), ["acme", "acme2", "acme"]);
    assert_eq!(all[1].origin.environment(), Some("prod"));
    shown!(findings("name: acme\nregion: eu-central-1\ncode_locations: {}\n", Some("prod")));
}

#[test]
fn json_lines_say_the_same() {
    let source = Source::new("dagforge.yaml", "name: acme\nregion: eu-central-1\ncode_locations: {a: {modul: x}}\n");
    let found = load::<Spec>(&source, None).unwrap_err();
    shown!(found.placed(&source).json_lines());
}

#[test]
fn editors_see_environments_as_specs_without_duties() {
    shown!(serde_json::to_string_pretty(&schema::<Spec>()).unwrap());
}

#[test]
fn one_version_of_the_grammar() {
    shown!(findings("dagforge: 2\nname: acme\nregion: eu-central-1\ncode_locations: {}\n", None));
    shown!(findings("dagforge: \"1\"\nname: acme\nregion: eu-central-1\ncode_locations: {}\n", None));
}

/// A spec of 6,000 lines with 200 findings.
#[test]
fn every_finding_of_a_large_spec_is_placed() {
    let mut text = String::from("name: acme\nregion: eu-central-1\ncode_locations:\n");
    for index in 0..1200 {
        let cpu = if index % 6 == 0 { "many" } else { "512" };
        text += &format!("  l{index}:\n    module: acme.l{index}\n    env: {{A: b}}\n    run:\n      cpu: {cpu}\n");
    }
    let source = Source::new("dagforge.yaml", text);
    let found = load::<Spec>(&source, None).unwrap_err();
    assert_eq!(found.len(), 200);
    let printed = found.print(&source, Look::Plain);
    assert!(printed.contains("dagforge.yaml:8:12\n"), "{printed:.300}");
}

fn bounded(text: &str) -> Diagnostics {
    let source = Source::new("x", text);
    let found = load_all::<Spec>(&source, None).err().unwrap_or_default();
    let _ = found.print(&source, Look::Coloured);
    found
}

/// Each of these would take minutes or more if its cost were not bounded.
#[test]
fn hostile_texts_come_to_an_end() {
    let laughs: String = (0..20)
        .map(|it| format!("a{it}: &a{it} [{}]\n", vec![format!("*a{}", it - 1); 9].join(",")))
        .collect::<String>();
    let laughs = laughs.replace("*a-1", "x");
    let found = bounded(&laughs);
    assert!(found.iter().any(|it| ["too-many-values", "too-deep"].contains(&it.code.name)), "{found:?}");
    let block = format!("a: &a |\n  {}\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(100_000));
    assert!(bounded(&block).iter().any(|it| it.code.name == "too-many-values"));
    for text in [
        "[".repeat(20_000),
        "{a: ".repeat(20_000),
        "- ".repeat(20_000),
        "a:\n".repeat(20_000),
        (0..20_000).map(|it| format!("a{it}: {{}}\n")).collect(),
        format!("a: {}", "x".repeat(200_000)),
        format!("name: {}\n", "\"\\u00e4\"".repeat(1000)),
        format!("tags: [{}]", "[], ".repeat(10_000)),
    ] {
        bounded(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        bounded(&text);
    }

    #[test]
    fn no_change_of_a_spec_makes_it_panic(
        cuts in prop::collection::vec((0usize..GOOD.len(), 0usize..20, "[-\\[\\]{}:,&*!|>'\"#%@`?\\\\ \n\ta0~.ä<]{0,6}"), 1..6)
    ) {
        let mut text: Vec<char> = GOOD.chars().collect();
        for (at, remove, insert) in cuts {
            let at = at.min(text.len());
            let end = (at + remove).min(text.len());
            text.splice(at..end, insert.chars());
        }
        bounded(&text.into_iter().collect::<String>());
    }
}
