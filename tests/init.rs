//! `dagforge init`: what it writes is accepted by `check`, it asks nothing, and it overwrites nothing.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dagforge::blueprint::Blueprints;
use dagforge::check::check_all;
use dagforge::compile::compile;
use dagforge::diagnostic::Look;
use dagforge::init::{STARTER, from_compose};
use dagforge::source::Source;
use dagforge::spec::{Loaded, Spec, load_all};
use dagforge::verify::Reader;
use tempfile::TempDir;

fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dagforge"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

#[track_caller]
fn ends(output: &Output, code: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(said), "`{said}` is not in: {stderr}");
    assert!(output.stdout.is_empty() && !stderr.contains("panicked"), "{stderr}");
}

fn compose_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compose").join(name)
}

/// The deployments of a spec without any finding.
fn sound(text: &str) -> Vec<Loaded<Spec>> {
    let source = Source::new("dagforge.yaml", text);
    let loaded =
        load_all::<Spec>(&source, None).unwrap_or_else(|it| panic!("{text}\n{}", it.print(&source, Look::Plain)));
    let found = check_all(&loaded);
    assert!(found.is_empty(), "{text}\n{}", found.print(&source, Look::Plain));
    loaded
}

/// Everything that it renders is read back without a problem.
fn renders(loaded: &Loaded<Spec>) {
    let blueprints = Blueprints::embedded();
    let compiled = compile(&loaded.spec, loaded.origin.environment(), &blueprints).unwrap();
    let mut reader = Reader::default();
    for file in compiled.files(&compiled.targets(), &blueprints) {
        reader.read(&file.unwrap());
    }
    assert_eq!(reader.problems(), []);
}

#[test]
fn the_starter_is_accepted_at_once() {
    let folder = TempDir::new().unwrap();
    ends(&run(&["init"], folder.path()), 0, "dagforge.yaml: written");
    assert_eq!(fs::read_to_string(folder.path().join("dagforge.yaml")).unwrap(), STARTER);
    ends(&run(&["check"], folder.path()), 0, "1 deployment, no error");
    ends(&run(&["render", "all"], folder.path()), 0, "my-dagster");
    sound(STARTER);
}

#[test]
fn every_key_in_its_comments_is_accepted_too() {
    let uncomment = |line: &str| {
        let margin = line.len() - line.trim_start().len();
        let key = line.trim_start().strip_prefix('#').filter(|it| !it.is_empty() && !it.starts_with("# "));
        // Prose has a blank after the `#`, a key has none; below a key stand two blanks or more.
        match key.filter(|it| !it.starts_with(' ') || it.starts_with("  ")) {
            Some(key) => format!("{}{key}\n", &line[..margin]),
            None => format!("{line}\n"),
        }
    };
    let text: String = STARTER.lines().map(uncomment).collect();
    for key in ["env:", "secrets:", "permissions:", "run:", "account:", "network:", "web:", "environments:", "local:"] {
        assert!(text.lines().any(|it| it.trim_start().starts_with(key)), "{key} is not in\n{text}");
    }
    let deployments = sound(&text);
    assert_eq!(deployments.len(), 2);
    deployments.iter().for_each(renders);
}

#[test]
fn what_exists_is_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), "mine").unwrap();
    ends(&run(&["init"], folder.path()), 2, "`dagforge.yaml` exists already");
    let compose = compose_file("course.yaml");
    ends(&run(&["init", "--from", compose.to_str().unwrap()], folder.path()), 2, "exists already");
    assert_eq!(fs::read_to_string(folder.path().join("dagforge.yaml")).unwrap(), "mine");
    ends(&run(&["init", "other.yaml"], folder.path()), 0, "other.yaml: written");
    ends(&run(&["init", "no/such/folder.yaml"], folder.path()), 2, "no/such/folder.yaml");
}

#[test]
fn a_compose_file_becomes_a_spec() {
    let folder = TempDir::new().unwrap();
    let compose = compose_file("course.yaml");
    let output = run(&["init", "--from", compose.to_str().unwrap()], folder.path());
    ends(&output, 0, "warning[fill-in]");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("8f14e45"), "a credential is shown: {said}");
    let text = fs::read_to_string(folder.path().join("dagforge.yaml")).unwrap();
    assert!(!text.contains("8f14e45"), "a credential is copied: {text}");
    ends(&run(&["check"], folder.path()), 0, "no error");
    ends(&run(&["render", "compose"], folder.path()), 0, "course-stack");
    sound(&text).iter().for_each(renders);
}

#[test]
fn the_spec_says_what_the_compose_file_said() {
    let source = Source::new("compose.yaml", fs::read_to_string(compose_file("course.yaml")).unwrap());
    let imported = from_compose(&source);
    insta::with_settings!({omit_expression => true}, {
        insta::assert_snapshot!("spec", imported.spec.unwrap());
        insta::assert_snapshot!("findings", imported.found.print(&source, Look::Plain));
    });
}

#[test]
fn without_a_code_server_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    for (text, said) in [
        ("services: {web: {image: \"nginx:1.27\"}}\n", "error[no-code-server]"),
        ("", "error[no-code-server]"),
        ("a: [\n", "error[bad-value]"),
        ("a: &a [*a]\n", "error["),
        ("services: [a]\n", "error[no-code-server]"),
        ("services: {a: null, b: 5, c: {command: {x: 1}}}\n", "error[no-code-server]"),
    ] {
        fs::write(folder.path().join("compose.yaml"), text).unwrap();
        ends(&run(&["init", "--from", "compose.yaml"], folder.path()), 1, said);
    }
    fs::write(folder.path().join("compose.yaml"), [0xff, 0xfe]).unwrap();
    ends(&run(&["init", "--from", "compose.yaml"], folder.path()), 1, "error[not-utf8]");
    ends(&run(&["init", "--from", "nowhere.yaml"], folder.path()), 2, "cannot read nowhere.yaml");
    assert!(!folder.path().join("dagforge.yaml").exists());
}

/// Names and values that look like something else, in every place that the spec copies.
#[test]
fn odd_texts_stay_what_they_are() {
    let odd = [
        "on",
        "null",
        "2012-10-17",
        "1e3",
        "a: b",
        "# x",
        "- x",
        "'",
        "\"",
        "{{ plan }}",
        "é 😀",
        "x\\y",
        "a\nb",
        "!Ref X",
        "%x",
        "~",
    ];
    for (index, text) in odd.iter().enumerate() {
        let compose = serde_json::json!({"name": text, "services": {
            format!("s{index} {text}"): {
                "command": ["dagster", "api", "grpc", "-p", "4000", "-m", "acme", "-d", format!("/opt/{text}")],
                "environment": {"VALUE": text},
                "build": {"context": text},
            },
            "cache": {"image": "redis:7", "command": ["redis-server", text], "environment": {"VALUE": text}},
        }});
        let source = Source::new("compose.yaml", compose.to_string());
        let spec = from_compose(&source).spec.expect(text);
        let loaded = &sound(&spec)[0].spec;
        let (_, location) = loaded.code_locations.first().unwrap();
        assert_eq!(location.env.as_ref().unwrap().values().next().unwrap(), text);
        assert_eq!(location.working_directory.as_deref(), Some(format!("/opt/{text}").as_str()));
    }
}
