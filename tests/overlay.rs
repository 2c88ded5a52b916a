//! Blueprints of one's own, from outside: listed, printed, copied, shadowing, and broken in every way.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dagforge::blueprint::embedded;
use tempfile::TempDir;

const SPEC: &str = "dagforge: 1\nname: acme\nregion: eu-central-1\ncode_locations: {sales: {module: acme_sales}}\n";

/// A folder with a spec and blueprints below `mine`.
fn folder(mine: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), SPEC).unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    for (path, text) in mine {
        let path = folder.path().join("mine").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn dagforge(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dagforge")).args(arguments).current_dir(folder).output().unwrap()
}

/// Standard output of what has to succeed.
fn said(arguments: &[&str], folder: &Path) -> String {
    let output = dagforge(arguments, folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of what has to end with this code.
fn refused(arguments: &[&str], folder: &Path, code: i32) -> String {
    let output = dagforge(arguments, folder);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    stderr
}

/// A built-in blueprint.
fn built_in(name: &str) -> &'static str {
    embedded::FILES.iter().find(|(path, _)| *path == name).expect(name).1
}

/// The findings about these blueprints.
fn flaws(mine: &[(&str, &str)]) -> String {
    let folder = folder(mine);
    let found = refused(&["render", "all", "--blueprints", "mine"], folder.path(), 1);
    assert!(!folder.path().join("output/acme").exists(), "something was written");
    found
}

#[test]
fn every_blueprint_is_listed_and_shown_as_it_is() {
    let folder = folder(&[("tf/_role.tf.j2", built_in("tf/_role.tf.j2"))]);
    let listed = said(&["blueprints", "list"], folder.path());
    let names: Vec<&str> = embedded::FILES.iter().map(|(path, _)| *path).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), names);
    assert_eq!(said(&["blueprints", "show", "cfn/template.yaml.j2"], folder.path()), built_in("cfn/template.yaml.j2"));
    let shadowed = said(&["blueprints", "list", "--blueprints", "mine"], folder.path());
    let lines: Vec<&str> = shadowed.lines().filter(|it| it.contains('\t')).collect();
    assert_eq!(lines, ["tf/_role.tf.j2\tmine/tf/_role.tf.j2"]);
}

#[test]
fn a_name_that_is_none_gets_the_nearest() {
    let folder = folder(&[]);
    for command in
        [vec!["blueprints", "show", "cfn/netwrok.yaml.j2"], vec!["blueprints", "eject", "cfn/netwrok.yaml.j2", "to"]]
    {
        let stderr = refused(&command, folder.path(), 2);
        assert!(stderr.contains("did you mean `cfn/network.yaml.j2`?"), "{stderr}");
    }
    let stderr = refused(&["blueprints", "eject", "cfn/network.yaml.j2"], folder.path(), 2);
    assert!(stderr.contains("the last word is the folder"), "{stderr}");
    assert!(!folder.path().join("to").exists());
}

#[test]
fn what_is_ejected_renders_the_same_below_a_header() {
    let folder = folder(&[]);
    let path = folder.path();
    let written = said(&["blueprints", "eject", "all"], path);
    assert_eq!(written.lines().count(), embedded::FILES.len());
    assert_eq!(said(&["blueprints", "eject", "all"], path), "", "nothing is written twice");
    said(&["render", "all", "--out", "plain"], path);
    said(&["render", "all", "--blueprints", "all", "--out", "own"], path);
    let mut compared = 0;
    for file in fs::read_to_string(path.join("plain/acme/.dagforge-files")).unwrap().lines() {
        // The list itself, the plan and JSON have no room for a header; a header changes the digest of the config.
        if file.starts_with('#') || file.ends_with(".json") || file == "README.md" {
            continue;
        }
        // The line that makes a script one stays the first.
        let read = |out: &str| {
            let text = fs::read_to_string(path.join(out).join("acme").join(file)).unwrap();
            text.strip_prefix("#!/usr/bin/env bash\n").unwrap_or(&text).to_owned()
        };
        let (plain, own) = (read("plain"), read("own"));
        let (header, rest) = own.split_at(own.find("\n").unwrap());
        assert_eq!(header, "# Made with blueprints that are not dagforge's own:", "{file}");
        let names = rest.trim_start().lines().take_while(|it| it.starts_with("#  ") && it.ends_with(".j2"));
        let body: Vec<&str> = rest.trim_start().lines().skip(names.clone().count()).collect();
        assert!(names.count() > 0, "{file}");
        let same = |line: &&str| !line.contains("config") && !line.contains("sha");
        let lines = |text: Vec<&str>| text.into_iter().filter(same).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(body), lines(plain.lines().collect()), "{file}");
        compared += 1;
    }
    assert!(compared > 12, "{compared} files");
    let script = fs::read_to_string(path.join("own/acme/ops/ops.sh")).unwrap();
    assert!(script.starts_with("#!/usr/bin/env bash\n# Made with"), "{script}");
    let runbook = fs::read_to_string(path.join("own/acme/README.md")).unwrap();
    assert!(runbook.starts_with("<!-- Made with blueprints"), "{runbook}");
}

#[test]
fn a_header_names_what_its_file_was_made_with_and_no_more() {
    let role = format!("{{# mine #}}\n{}", built_in("cfn/_role.yaml.j2"));
    let folder = folder(&[("cfn/_role.yaml.j2", &role), ("tf/versions.tf.j2", built_in("tf/versions.tf.j2"))]);
    said(&["render", "all", "--blueprints", "mine"], folder.path());
    let read = |file: &str| fs::read_to_string(folder.path().join("output/acme").join(file)).unwrap();
    let made = "# Made with blueprints that are not dagforge's own:\n";
    assert!(read("cfn/40-platform.yaml").starts_with(&format!("{made}#  cfn/_role.yaml.j2\n# Rendered")));
    assert!(read("tf/versions.tf").starts_with(&format!("{made}#  tf/versions.tf.j2\n")));
    for file in ["cfn/20-registry.yaml", "tf/platform.tf", "README.md", "config/dagster.yaml"] {
        assert!(!read(file).contains("Made with"), "{file}");
    }
}

#[test]
fn nothing_of_somebodys_is_overwritten() {
    let folder = folder(&[("cfn/_role.yaml.j2", "mine")]);
    let stderr = refused(&["blueprints", "eject", "mine"], folder.path(), 2);
    assert!(stderr.contains("`mine/cfn/_role.yaml.j2`; nothing was written"), "{stderr}");
    assert!(!folder.path().join("mine/tf").exists());
    assert_eq!(fs::read_to_string(folder.path().join("mine/cfn/_role.yaml.j2")).unwrap(), "mine");
}

#[test]
fn a_folder_that_is_not_there_is_said_once() {
    let folder = folder(&[]);
    for command in [vec!["plan", "--blueprints", "nowhere"], vec!["blueprints", "list", "--blueprints", "nowhere"]] {
        let stderr = refused(&command, folder.path(), 2);
        assert_eq!(stderr, "error: cannot read the folder `nowhere`: No such file or directory (os error 2)\n");
    }
}

#[test]
fn files_that_would_never_be_rendered_are_found() {
    insta::assert_snapshot!(flaws(&[
        ("cfn/netwrok.yaml.j2", "x"),
        ("registry.yaml", "x"),
        ("tf/_rol.tf.j2", "x"),
        ("tf/notes.md", "may stay"),
        (".gitignore", "may stay"),
    ]));
}

#[test]
fn a_part_of_ones_own_is_imported() {
    let with_part = format!("{{% include \"tf/_mine.tf.j2\" %}}\n{}", built_in("tf/versions.tf.j2"));
    let folder = folder(&[("tf/versions.tf.j2", &with_part), ("tf/_mine.tf.j2", "# of my own\n")]);
    said(&["render", "tf", "--blueprints", "mine"], folder.path());
    let text = fs::read_to_string(folder.path().join("output/acme/tf/versions.tf")).unwrap();
    assert!(text.contains("#  tf/_mine.tf.j2\n#  tf/versions.tf.j2\n# of my own\n"), "{text}");
}

#[test]
fn what_is_no_template_is_found_though_nothing_needs_it() {
    insta::assert_snapshot!(flaws(&[
        ("cfn/task.yaml.j2", "Resources:\n  Role: {{ task.role\n"),
        ("tf/task.tf.j2", "{% for x in y %}\n"),
    ]));
}

#[test]
fn a_value_that_the_plan_does_not_have_is_found() {
    insta::assert_snapshot!(flaws(&[("tf/versions.tf.j2", "# mine\nx = {{ plan.deployment.regoin }}\n")]));
}

#[test]
fn a_blueprint_that_is_not_there_is_found() {
    insta::assert_snapshot!(flaws(&[("tf/versions.tf.j2", "# mine\n{% include \"tf/_nothing.tf.j2\" %}\n")]));
}

#[test]
fn a_filter_that_is_not_there_is_found() {
    insta::assert_snapshot!(flaws(&[("dagster/workspace.yaml.j2", "load_from: {{ instance.servers|tojson }}\n")]));
}

#[test]
fn a_macro_that_a_built_in_blueprint_misses_is_found() {
    insta::assert_snapshot!(flaws(&[("tf/_log_group.tf.j2", "{% macro misspelt() %}{% endmacro %}\n")]));
}

#[test]
fn programs_get_the_place_in_a_broken_blueprint() {
    let folder = folder(&[("tf/versions.tf.j2", "# mine\nx = {{ plan.misspelt }}\n")]);
    let arguments = ["render", "tf", "--blueprints", "mine", "--message-format", "json"];
    let found: serde_json::Value = serde_json::from_str(&refused(&arguments, folder.path(), 1)).unwrap();
    assert_eq!(found["code"], "broken-blueprint");
    assert_eq!((&found["file"], &found["line"]), (&"mine/tf/versions.tf.j2".into(), &2.into()));
}
