//! Specs of the repository, compiled the way the command line does it.

use std::fs;
use std::path::{Path, PathBuf};

use dagforge::blueprint::Blueprints;
use dagforge::check::check_all;
use dagforge::compile::{Compiled, compile};
use dagforge::diagnostic::Look;
use dagforge::source::Source;
use dagforge::spec::{Spec, load_all};

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The specs below a folder, sorted.
pub fn specs(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    found.sort();
    assert!(!found.is_empty(), "no spec below {folder}");
    found
}

/// Every deployment of a spec; one that has a finding fails the test.
pub fn compiled(path: &Path, blueprints: &Blueprints) -> Vec<Compiled> {
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let beside = |it: &str| fs::read_to_string(path.parent()?.join(it)).ok();
    compiled_beside(&name, &fs::read_to_string(path).unwrap(), blueprints, beside)
}

/// The same for a spec that stands in no file.
pub fn compiled_text(name: &str, text: &str, blueprints: &Blueprints) -> Vec<Compiled> {
    compiled_beside(name, text, blueprints, |_| None)
}

fn compiled_beside(
    name: &str,
    text: &str,
    blueprints: &Blueprints,
    beside: impl Fn(&str) -> Option<String>,
) -> Vec<Compiled> {
    let source = Source::new(name, text);
    let mut loaded =
        load_all::<Spec>(&source, None).unwrap_or_else(|found| panic!("{}", found.print(&source, Look::Plain)));
    loaded.iter_mut().filter_map(|it| it.spec.extra.as_mut()).for_each(|it| it.bring(&beside));
    let found = check_all(&loaded);
    assert!(!found.has_errors(), "{}", found.print(&source, Look::Plain));
    let each = loaded.iter().map(|deployment| {
        compile(&deployment.spec, deployment.origin.environment(), blueprints)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    });
    each.collect()
}
