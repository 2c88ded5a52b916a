//! A code location or task under another key is, to AWS, what it was: the same names in both targets, and a state that moves.

use std::collections::BTreeMap;

use dagforge::blueprint::Blueprints;
use dagforge::render::Target;

use crate::specs::compiled_text;

/// Everything about a code location and a task that has their key in its name. In Dagster it keeps its name, so that
/// workspace.yaml and the digest stay the same.
const BEFORE: &str = "
dagforge: 1
name: acme
region: eu-central-1
storage: {efs: {shared: {}}}
alarms: {emails: [oncall@acme.example]}
code_locations:
  first-key:
    module: acme.definitions
    location_name: first in Dagster
    volumes: {state: {mount: /mnt/state, efs: shared}}
    secrets: {TOKEN: {create: true}}
tasks:
  old-task:
    command: [dbt, build]
    schedule: rate(1 day)
    secrets: {TOKEN: {create: true}}
    trigger_from: [first-key]
";

fn files(text: &str) -> BTreeMap<String, String> {
    let blueprints = Blueprints::embedded();
    let compiled = compiled_text("renames.yaml", text, &blueprints);
    let targets = [Target::Cfn, Target::Tf];
    let files = compiled[0].files(&targets, &blueprints).map(Result::unwrap);
    let deployed = files.filter(|it| it.path.starts_with("cfn/") || it.path.starts_with("tf/"));
    deployed.map(|it| (it.path, it.text)).collect()
}

/// The spec with new keys, which were renamed in these steps.
fn renamed(renames: &str) -> BTreeMap<String, String> {
    let text = BEFORE.replace("first-key", "other-key").replace("old-task", "new-task");
    files(&format!("{text}renames: {renames}\n"))
}

/// A text with the old keys again, in every case that keys are written in.
fn with_old_keys(text: &str) -> String {
    let words = [
        ("other-key", "first-key"),
        ("other_key", "first_key"),
        ("OtherKey", "FirstKey"),
        ("new-task", "old-task"),
        ("new_task", "old_task"),
        ("NewTask", "OldTask"),
        ("NEW_TASK", "OLD_TASK"),
    ];
    words.iter().fold(text.to_owned(), |text, (new, old)| text.replace(new, old))
}

const ONCE: &str = "{code_locations: {first-key: other-key}, tasks: {old-task: new-task}}";

#[test]
fn nothing_changes_but_what_people_read() {
    let before = files(BEFORE);
    let mut after = renamed(ONCE);
    assert!(after.remove("tf/moved.tf").is_some());
    let after_as_before: BTreeMap<_, _> =
        after.iter().map(|(path, text)| (with_old_keys(path), with_old_keys(text))).collect();
    same(&before, &after_as_before);
    // Names in AWS have hyphens, as keys have: a new key with one is no name.
    let words = ["escription", "lookup(var.releases, ", "setsubtract(keys(var.releases)", "= local.repository_uri"];
    for (path, text) in &after {
        for line in text.lines().filter(|it| it.contains("other-key") || it.contains("new-task")) {
            assert!(words.iter().any(|word| line.contains(word)), "{path}: {line}");
        }
    }
}

fn same(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (path, text) in left {
        for (left, right) in text.lines().zip(right[path].lines()) {
            assert_eq!(left, right, "{path}");
        }
        assert_eq!(text.lines().count(), right[path].lines().count(), "{path}");
    }
}

/// Addresses from and to, as `moved.tf` has them.
fn moves(files: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let text = &files["tf/moved.tf"];
    let named = |word: &str| {
        let lines = text.lines().filter_map(|it| it.trim().strip_prefix(word)).filter_map(|it| it.split("= ").nth(1));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    named("from").into_iter().zip(named("to")).collect()
}

fn resources(files: &BTreeMap<String, String>, path: &str) -> Vec<String> {
    let headers = files[path].lines().filter_map(|it| it.strip_prefix("resource ")).map(str::to_owned);
    headers.map(|it| it.replace("\" \"", ".").trim_matches(['"', ' ', '{']).to_owned()).collect()
}

#[test]
fn every_address_with_the_key_moves() {
    let (before, after) = (files(BEFORE), renamed(ONCE));
    let moves = moves(&after);
    let mut left = Vec::new();
    for (old, new) in [("first_key", "other_key"), ("old_task", "new_task")] {
        let kind = if old == "first_key" { "location" } else { "task" };
        let old_addresses = resources(&before, &format!("tf/{kind}_{old}.tf"));
        let new_addresses = resources(&after, &format!("tf/{kind}_{new}.tf"));
        left.extend(old_addresses.into_iter().zip(new_addresses).filter(|(old, new)| old != new));
    }
    assert!(left.len() > 20);
    assert_eq!(moves, left);
}

#[test]
fn a_second_rename_goes_on_where_the_first_one_ended() {
    let twice = renamed("{code_locations: {zeroth: first-key, first-key: other-key}, tasks: {old-task: new-task}}");
    let moves = moves(&twice);
    let group = |from: &str, to: &str| {
        let address = |key: &str| format!("aws_cloudwatch_log_group.run_{key}");
        moves.contains(&(address(from), address(to)))
    };
    assert!(group("zeroth", "first_key") && group("first_key", "other_key"));
    assert!(twice["cfn/50-location-zeroth.yaml"].contains("\"/dagforge/acme/run/zeroth\""));
}
