//! The command line from outside: exit codes, and input and output that no file in the repository can be.
//!
//! 0 is success, 1 findings, 2 usage or input and output. A panic would be 101 or a signal.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const GOOD: &str = "dagforge: 1\nname: acme\nregion: eu-central-1\ncode_locations: {sales: {module: acme_sales}}\n";

fn dagforge(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dagforge"));
    command.args(arguments).current_dir(folder).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs with a spec of these bytes.
fn run(arguments: &[&str], spec: impl AsRef<[u8]>) -> Output {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), spec).unwrap();
    dagforge(arguments, folder.path()).output().unwrap()
}

#[track_caller]
fn ends(output: &Output, code: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(said), "`{said}` is not in: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn a_good_spec_has_no_findings() {
    let output = run(&["check"], GOOD);
    ends(&output, 0, "1 deployment, no error");
    assert!(output.stdout.is_empty());
}

#[test]
fn findings_are_1_and_warnings_alone_are_0() {
    ends(&run(&["check"], format!("{GOOD}web: {{cpu: 300}}\n")), 1, "error[fargate-size]");
    ends(&run(&["check"], format!("{GOOD}web: {{memroy: 300}}\n")), 1, "error[unknown-key]");
    ends(&run(&["check"], format!("{GOOD}discovery: {{ttl: 600}}\n")), 0, "warning[long-ttl]");
    ends(&run(&["check", "--env", "prod"], GOOD), 1, "error[no-environments]");
}

#[test]
fn nothing_is_rendered_from_a_broken_spec() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), format!("{GOOD}web: {{cpu: 300}}\n")).unwrap();
    ends(&dagforge(&["render", "all"], folder.path()).output().unwrap(), 1, "error[fargate-size]");
    assert!(!folder.path().join("output").exists());
}

#[test]
fn programs_get_one_json_object_a_line() {
    let spec = format!("{GOOD}web: {{cpu: 300, memory: 5}}\nlogs: {{retention_days: 2}}\n");
    let output = run(&["check", "--message-format", "json"], spec);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|it| serde_json::from_str(it).expect(it)).collect();
    let codes: Vec<_> = lines.iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["fargate-size", "retention-days"]);
    assert_eq!(lines[1]["path"], "logs.retention_days");
}

#[test]
fn usage_is_2() {
    ends(&run(&["chekc"], GOOD), 2, "unrecognized subcommand");
    ends(&run(&["render"], GOOD), 2, "required");
    ends(&run(&["render", "cfn", "--gitrev", "latest"], GOOD), 2, "`latest` is not a revision");
}

#[test]
fn a_spec_of_five_mebibytes_is_refused() {
    let spec = format!("{GOOD}# {}\n", "x".repeat(5 * 1024 * 1024));
    ends(&run(&["check"], spec), 1, "error[too-large]");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let mut spec = GOOD.as_bytes().to_vec();
    spec.extend(b"tags: {team: \"\xff\xfe\"}\n");
    ends(&run(&["check"], spec), 1, "error[not-utf8]");
    ends(&run(&["check"], [0x80; 64]), 1, "error[not-utf8]");
    ends(&run(&["check"], [0u8; 64]), 1, "error[");
}

#[test]
fn deep_nesting_ends_in_a_finding() {
    let maps: String = (0..500).map(|it| format!("{}a:\n", " ".repeat(it))).collect();
    for spec in [maps, "[".repeat(200_000), "{a: ".repeat(50_000), "- ".repeat(50_000), "? ".repeat(50_000)] {
        ends(&run(&["check"], &spec), 1, "error[");
    }
}

#[test]
fn what_cannot_be_read_is_2() {
    let folder = TempDir::new().unwrap();
    ends(&dagforge(&["check"], folder.path()).output().unwrap(), 2, "cannot read dagforge.yaml");
    ends(&dagforge(&["check", "."], folder.path()).output().unwrap(), 2, "cannot read .");
    ends(&run(&["plan", "--blueprints", "nowhere"], GOOD), 2, "nowhere");
}

#[test]
fn what_cannot_be_written_is_2() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), GOOD).unwrap();
    fs::write(folder.path().join("output"), "a file where the folder should be").unwrap();
    ends(&dagforge(&["render", "cfn"], folder.path()).output().unwrap(), 2, "output");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_2_and_a_closed_pipe_is_no_failure() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), GOOD).unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    ends(&dagforge(&["plan"], folder.path()).stdout(full).output().unwrap(), 2, "No space left");
    for arguments in [["plan"], ["schema"], ["check"]] {
        let mut child =
            dagforge(&arguments, folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
}

/// What `check` says about a spec with these files beside it.
fn beside(extra: &str, files: &[(&str, &str)]) -> Output {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("dagforge.yaml"), format!("{GOOD}extra: {extra}\n")).unwrap();
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    dagforge(&["render", "all"], folder.path()).output().unwrap()
}

const TEMPLATE: &str = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n";

#[test]
fn files_of_ones_own_are_read_back_at_their_own_lines() {
    let template = |more: &str| beside("{cfn: [own.yaml]}", &[("own.yaml", &format!("{TEMPLATE}{more}"))]);
    ends(&template(""), 0, "");
    for (more, said) in [
        ("    Properties:\n      TopicName: !Ref Nowhere\n", "own.yaml:5"),
        ("Parameters:\n  Size:\n    Type: String\nOutputs:\n  A:\n    Value: !Ref Size\n", "own.yaml:5"),
        ("  Topic: {}\n", "own.yaml:4"),
        (
            "Parameters:\n  A:\n    Type: AWS::SSM::Parameter::Value<String>\n    Default: /dagforge/acme/data/none\nOutputs:\n  A:\n    Value: !Ref A\n",
            "own.yaml:5",
        ),
    ] {
        let output = template(more);
        ends(&output, 1, "error[extra-content]");
        ends(&output, 1, said);
    }
    let module = |text: &str| beside("{tf: [own.tf]}", &[("own.tf", text)]);
    ends(&module("locals {\n  mine = local.cluster\n}\n"), 0, "");
    for (text, said) in [
        ("locals {\n  mine = local.nothing\n}\n", "own.tf:2"),
        ("resource \"aws_ecs_cluster\" \"main\" {\n}\n", "own.tf:1"),
        ("resource \"aws_sns_topic\" \"mine\" {\n", "own.tf:1"),
    ] {
        let output = module(text);
        ends(&output, 1, "error[extra-content]");
        ends(&output, 1, said);
    }
}
