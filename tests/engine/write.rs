//! What reaches the disk, and what stays as it is.

use std::fs;
use std::path::Path;

use dagforge::output::{Comparison, Difference, MANIFEST, OutputError, Stage, Summary, print, read_blueprints};
use dagforge::render::File;
use tempfile::TempDir;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn write(folder: &Path, files: &[File]) -> Result<Summary, OutputError> {
    write_owned(folder, files, |_| true)
}

fn write_owned(folder: &Path, files: &[File], owned: fn(&str) -> bool) -> Result<Summary, OutputError> {
    let mut stage = Stage::new(folder)?;
    files.iter().try_for_each(|file| stage.add(file))?;
    stage.commit(owned)
}

fn compare(folder: &Path, files: &[File]) -> Vec<Difference> {
    let mut comparison = Comparison::new(folder).unwrap();
    let mut found: Vec<Difference> = files.iter().filter_map(|file| comparison.add(file).unwrap()).collect();
    found.extend(comparison.finish(|_| true).unwrap());
    found
}

/// Every file below a folder with its text; temporary folders of an unfinished run would show.
fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                found.push((name, fs::read_to_string(path).unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}

fn names(folder: &Path) -> Vec<String> {
    tree(folder).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn writes_changes_and_removes() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("output/acme");
    let first = [file("plan.json", "{}\n"), file("cfn/a.yaml", "a: 1\n"), file("cfn/old/b.yaml", "b: 1\n")];
    let summary = write(&folder, &first).unwrap();
    assert_eq!(summary.written, ["plan.json", "cfn/a.yaml", "cfn/old/b.yaml"]);
    assert_eq!(compare(&folder, &first), []);
    fs::write(folder.join("cfn/mine.yaml"), "mine\n").unwrap();

    let second = [file("plan.json", "{}\n"), file("cfn/a.yaml", "a: 2\n")];
    let summary = write(&folder, &second).unwrap();
    let expected = Summary { written: vec!["cfn/a.yaml".into()], removed: vec!["cfn/old/b.yaml".into()], unchanged: 1 };
    assert_eq!(summary, expected);
    assert_eq!(
        names(root.path()),
        ["output/acme/.dagforge-files", "output/acme/cfn/a.yaml", "output/acme/cfn/mine.yaml", "output/acme/plan.json"]
    );
    insta::assert_snapshot!(fs::read_to_string(folder.join(MANIFEST)).unwrap(), @r#"
    # The files that dagforge wrote here; it removes those that it no longer renders.
    cfn/a.yaml
    plan.json
    "#);
    assert_eq!(write(&folder, &second).unwrap(), Summary { unchanged: 2, ..Summary::default() });
}

#[test]
fn a_run_for_one_target_leaves_the_others() {
    let root = TempDir::new().unwrap();
    let both = [file("cfn/a.yaml", "a: 1\n"), file("tf/a.tf", "a = 1\n"), file("tf/b.tf", "b = 1\n")];
    write(root.path(), &both).unwrap();
    let summary = write_owned(root.path(), &both[1..2], |path| path.starts_with("tf/")).unwrap();
    assert_eq!(summary.removed, ["tf/b.tf"]);
    assert_eq!(names(root.path()), [".dagforge-files", "cfn/a.yaml", "tf/a.tf"]);
}

#[test]
fn a_dropped_stage_changes_nothing() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("acme");
    write(&folder, &[file("a", "1\n")]).unwrap();
    let before = tree(root.path());
    let mut stage = Stage::new(&folder).unwrap();
    stage.add(&file("a", "2\n")).unwrap();
    stage.add(&file("b/c", "2\n")).unwrap();
    drop(stage);
    assert_eq!(tree(root.path()), before);
}

#[test]
fn nobody_elses_file_is_overwritten() {
    let root = TempDir::new().unwrap();
    fs::write(root.path().join("a"), "mine\n").unwrap();
    fs::write(root.path().join("b"), "same\n").unwrap();
    let error = write(root.path(), &[file("a", "ours\n"), file("b", "same\n"), file("c", "new\n")]).unwrap_err();
    assert!(error.to_string().contains("will not overwrite"), "{error}");
    assert_eq!(names(root.path()), ["a", "b"]);
    // What is there already, byte for byte, may as well be ours.
    write(root.path(), &[file("b", "same\n")]).unwrap();
    write(root.path(), &[file("b", "new\n")]).unwrap();
}

#[test]
fn paths_stay_below_the_folder() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("acme");
    for path in ["../a", "/a", "a/../../b", "", "a\\b", "./a"] {
        let error = write(&folder, &[file(path, "x")]).unwrap_err();
        assert!(matches!(error, OutputError::Outside(_)), "{path}: {error}");
    }
    let error = write(&folder, &[file("a", "x"), file("a", "y")]).unwrap_err();
    assert!(matches!(error, OutputError::Twice(_)), "{error}");
    // Neither does a list that somebody edited reach beyond it.
    let outside = root.path().join("precious");
    fs::write(&outside, "x").unwrap();
    write(&folder, &[file("a", "x\n")]).unwrap();
    fs::write(folder.join(MANIFEST), "../precious\n/etc/hostname\na\n").unwrap();
    write(&folder, &[file("a", "x\n")]).unwrap();
    assert!(outside.exists());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let root = TempDir::new().unwrap();
    let (folder, elsewhere) = (root.path().join("acme"), root.path().join("elsewhere"));
    fs::create_dir_all(&elsewhere).unwrap();
    write(&folder, &[file("cfn/a", "1\n"), file("b", "1\n")]).unwrap();
    fs::remove_dir_all(folder.join("cfn")).unwrap();
    symlink(&elsewhere, folder.join("cfn")).unwrap();
    fs::write(elsewhere.join("a"), "precious\n").unwrap();
    let error = write(&folder, &[file("cfn/a", "2\n")]).unwrap_err();
    assert!(error.to_string().ends_with("a symbolic link stands there"), "{error}");
    // Not to remove a stale file either.
    write(&folder, &[file("b", "1\n")]).unwrap();
    assert_eq!(fs::read_to_string(elsewhere.join("a")).unwrap(), "precious\n");
    // A link in place of a file is left alone too.
    fs::remove_file(folder.join("b")).unwrap();
    symlink(elsewhere.join("a"), folder.join("b")).unwrap();
    assert!(write(&folder, &[file("b", "2\n")]).is_err());
    assert_eq!(fs::read_to_string(elsewhere.join("a")).unwrap(), "precious\n");
    // But whoever makes the deployment's own folder a link means it.
    symlink(&folder, root.path().join("link")).unwrap();
    write(&root.path().join("link"), &[file("c", "1\n")]).unwrap();
    assert!(folder.join("c").exists());
}

#[cfg(unix)]
#[test]
fn scripts_can_be_run() {
    use std::os::unix::fs::PermissionsExt;
    let root = TempDir::new().unwrap();
    let files = [file("ops.sh", "#!/bin/sh\n"), file("a", "x\n")];
    write(root.path(), &files).unwrap();
    let mode = |name: &str| fs::metadata(root.path().join(name)).unwrap().permissions().mode() & 0o111;
    assert_ne!(mode("ops.sh"), 0);
    assert_eq!(mode("a"), 0);
    fs::set_permissions(root.path().join("ops.sh"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(compare(root.path(), &files), [Difference::Mode("ops.sh".to_owned())]);
    assert_eq!(write(root.path(), &files).unwrap().written, ["ops.sh"]);
    assert_eq!(compare(root.path(), &files), []);
}

#[test]
fn what_cannot_be_written_is_an_error_that_loses_nothing() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("acme");
    write(&folder, &[file("a", "1\n"), file("b", "1\n")]).unwrap();
    fs::remove_file(folder.join("b")).unwrap();
    fs::create_dir(folder.join("b")).unwrap();
    let before = tree(root.path());
    let error = write(&folder, &[file("a", "2\n"), file("b", "2\n")]).unwrap_err();
    assert!(error.to_string().ends_with("a folder stands there"), "{error}");
    assert_eq!(tree(root.path()), before);
    let blocked = root.path().join("file");
    fs::write(&blocked, "x").unwrap();
    assert!(write(&blocked, &[file("a", "1\n")]).is_err());
    assert!(write(&blocked.join("acme"), &[file("a", "1\n")]).is_err());
}

#[test]
fn check_tells_what_a_run_would_change() {
    let root = TempDir::new().unwrap();
    let text = |from: u32| (from..from + 12).map(|line| format!("line {line}\n")).collect::<String>();
    write(root.path(), &[file("same", "x\n"), file("changed", &text(0)), file("extra", "x\n")]).unwrap();
    let before = tree(root.path());
    let found = compare(root.path(), &[file("same", "x\n"), file("changed", &text(1)), file("missing", "x\n")]);
    let [Difference::Changed { path, diff }, missing, extra] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(path, "changed");
    insta::assert_snapshot!(diff, @r#"
    --- a/changed
    +++ b/changed
    @@ -1,4 +1,3 @@
    -line 0
     line 1
     line 2
     line 3
    @@ -10,3 +9,4 @@
     line 9
     line 10
     line 11
    +line 12
    "#);
    assert_eq!(*missing, Difference::Missing("missing".to_owned()));
    assert_eq!(*extra, Difference::Extra("extra".to_owned()));
    assert_eq!(tree(root.path()), before);
    // The list alone may be what is missing.
    fs::remove_file(root.path().join(MANIFEST)).unwrap();
    let found = compare(root.path(), &[file("same", "x\n")]);
    assert!(matches!(found.as_slice(), [Difference::Changed { path, .. }] if path == MANIFEST), "{found:?}");
}

#[test]
fn a_list_with_a_merge_conflict_counts_both_sides() {
    let root = TempDir::new().unwrap();
    write(root.path(), &[file("a", "1\n"), file("b", "1\n")]).unwrap();
    fs::write(root.path().join(MANIFEST), "# x\n<<<<<<< one\na\n=======\nb\n>>>>>>> two\n").unwrap();
    let summary = write(root.path(), &[file("a", "2\n")]).unwrap();
    assert_eq!((summary.written, summary.removed), (vec!["a".to_owned()], vec!["b".to_owned()]));
    assert_eq!(compare(root.path(), &[file("a", "2\n")]), []);
}

#[test]
fn prints_below_a_line_with_the_path() {
    let mut out = Vec::new();
    print(&mut out, &file("cfn/a.yaml", "a: 1\n")).unwrap();
    print(&mut out, &file("tf/a.tf", "a = 1\n")).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
    ==> cfn/a.yaml <==
    a: 1

    ==> tf/a.tf <==
    a = 1
    "#);
}

#[test]
fn blueprints_are_read_from_a_folder() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            file("cfn/a.yaml.j2", "a\n"),
            file("tf/sub/b.tf.j2", "b\n"),
            file("README.md", "x\n"),
            file(".git/HEAD", "x\n"),
            file("n.txt", "x"),
        ],
    )
    .unwrap();
    let found: Vec<(String, String)> = read_blueprints(root.path()).unwrap().into_iter().collect();
    assert_eq!(
        found,
        [("cfn/a.yaml.j2", "a\n"), ("n.txt", ""), ("tf/sub/b.tf.j2", "b\n")]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
    );
    assert!(read_blueprints(&root.path().join("nowhere")).is_err());
}
