//! Every finding there is, in print: `tests/broken/<code>.yaml` has one mistake, which gives that code and no other.
//!
//! A first line `# --env NAME` is an argument. `import/` has compose files, which are read as `dagforge init` reads them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dagforge::compile::examine_rendered;
use dagforge::diagnostic::{Diagnostics, Look, codes};
use dagforge::init::from_compose;
use dagforge::source::Source;

/// Mistakes that no text of a spec can have; `tests/cli.rs` and `tests/overlay.rs` make them when they run.
const NO_TEXT: [&str; 6] =
    ["broken-blueprint", "extra-content", "not-utf8", "too-large", "unknown-blueprint", "unused-blueprint"];

/// Everything that is found in a file, and its text.
fn findings(path: &Path) -> (Source, Diagnostics) {
    let name = path.file_name().unwrap().to_string_lossy();
    let source = Source::from_bytes(name, fs::read(path).unwrap()).expect("a text");
    if path.parent().is_some_and(|it| it.ends_with("import")) {
        let found = from_compose(&source).found;
        return (source, found);
    }
    let environment = source.text.lines().next().and_then(|it| it.strip_prefix("# --env ")).map(str::to_owned);
    let found = examine_rendered(&source, environment.as_deref());
    (source, found)
}

/// The broken specs, by the code that they are named after.
fn files() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let folders = [folder.clone(), folder.join("import")];
    let paths = folders.iter().flat_map(|it| fs::read_dir(it).unwrap()).map(|it| it.unwrap().path());
    let yaml = paths.filter(|it| it.extension().is_some_and(|it| it == "yaml"));
    let mut files: Vec<_> = yaml.map(|it| (it.file_stem().unwrap().to_string_lossy().into_owned(), it)).collect();
    files.sort();
    files
}

#[test]
fn findings_in_print() {
    insta::glob!("broken/*.yaml", |path| {
        let (source, found) = findings(path);
        insta::with_settings!({omit_expression => true}, {
            insta::assert_snapshot!(found.print(&source, Look::Plain));
        });
    });
}

#[test]
fn every_finding_at_once() {
    insta::glob!("broken/several/*.yaml", |path| {
        let (source, found) = findings(path);
        insta::with_settings!({omit_expression => true}, {
            insta::assert_snapshot!(found.print(&source, Look::Plain));
        });
    });
}

#[test]
fn findings_about_compose_files() {
    insta::glob!("broken/import/*.yaml", |path| {
        let (source, found) = findings(path);
        insta::with_settings!({omit_expression => true}, {
            insta::assert_snapshot!(found.print(&source, Look::Plain));
        });
    });
}

#[test]
fn every_code_has_a_broken_spec() {
    let all: BTreeSet<String> = codes().map(|it| it.name.to_owned()).collect();
    let written = files().into_iter().map(|it| it.0);
    let proven: BTreeSet<String> = written.chain(NO_TEXT.map(str::to_owned)).collect();
    assert_eq!(all, proven, "left: codes of the program, right: files in tests/broken");
}

#[test]
fn every_broken_spec_has_its_one_mistake() {
    for (code, path) in files() {
        let (_, found) = findings(&path);
        let codes: BTreeSet<&str> = found.iter().map(|it| it.code.name).collect();
        assert_eq!(codes, BTreeSet::from([code.as_str()]), "{}", path.display());
    }
}

#[test]
fn every_finding_has_a_line_of_help_or_says_all() {
    // These say in the message itself what to do.
    let plain = ["bad-value", "duplicate-key", "out-of-range", "too-large", "wrong-type"];
    for (code, path) in files() {
        let (_, found) = findings(&path);
        let helped = found.iter().all(|it| !it.help.is_empty());
        assert!(helped || plain.contains(&code.as_str()), "{code} gives no help");
    }
}
