//! The same spec gives the same bytes, whoever renders it, when and where.

use std::path::{Path, PathBuf};
use std::process::Command;

use dagforge::blueprint::Blueprints;
use dagforge::output::print;
use tempfile::TempDir;

use crate::specs::{compiled, specs};

fn every_spec() -> Vec<PathBuf> {
    specs("examples").into_iter().chain(specs("tests/specs")).collect()
}

/// What `dagforge render all --stdout` prints, rendered in this process.
fn rendered_here(spec: &Path) -> String {
    let blueprints = Blueprints::embedded();
    let mut out = Vec::new();
    for compiled in compiled(spec, &blueprints) {
        for file in compiled.files(&compiled.targets(), &blueprints) {
            print(&mut out, &file.unwrap()).unwrap();
        }
    }
    String::from_utf8(out).unwrap()
}

/// The same by another process, in another folder, for another user in another place.
fn rendered_elsewhere(spec: &Path, folder: &Path, user: &str, zone: &str, language: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dagforge"));
    command.args(["render", "all", "--stdout"]).arg(spec).current_dir(folder).env_clear();
    command.envs([("USER", user), ("LOGNAME", user), ("TZ", zone), ("LANG", language), ("LC_ALL", language)]);
    command.env("HOME", folder).env("TMPDIR", folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_process_renders_the_same_twice() {
    for spec in every_spec() {
        assert_eq!(rendered_here(&spec), rendered_here(&spec), "{}", spec.display());
    }
}

#[test]
fn processes_render_the_same() {
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for spec in every_spec() {
        let expected = rendered_here(&spec);
        let first = rendered_elsewhere(&spec, here.path(), "ada", "Pacific/Kiritimati", "tr_TR.UTF-8");
        let second = rendered_elsewhere(&spec, there.path(), "grace", "America/Adak", "C");
        assert!(first == expected && second == expected, "{}", spec.display());
    }
}

/// Dates that are names: versions of the template format, of IAM's policy language and of a TLS policy.
const DATES: [&str; 3] = ["2010-09-09", "2012-10-17", "2021-06"];

#[test]
fn nothing_tells_where_and_when_it_was_rendered() {
    for spec in every_spec() {
        let text = rendered_here(&spec);
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{} names a folder of this machine", spec.display());
        for (at, _) in text.match_indices("20") {
            let rest = &text.as_bytes()[at..];
            let is_date = rest.len() > 6
                && rest[2..4].iter().chain(&rest[5..7]).all(u8::is_ascii_digit)
                && rest[4] == b'-'
                && (at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric());
            assert!(
                !is_date || DATES.iter().any(|date| text[at..].starts_with(date)),
                "{} has a date: {:?}",
                spec.display(),
                String::from_utf8_lossy(&rest[..10])
            );
        }
    }
}
