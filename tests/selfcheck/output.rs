//! `output/` is a fresh render of `examples/`: reviewers read it, so it must be what the specs say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dagforge::blueprint::Blueprints;
use dagforge::output::{Comparison, Difference, MANIFEST};

use crate::specs::{compiled, root, specs};

/// What stands in `output/` beside the deployments.
const OWN: [&str; 1] = ["README.md"];

#[test]
fn output_is_a_fresh_render_of_the_examples() {
    let blueprints = Blueprints::embedded();
    let output = root().join("output");
    let mut differences = Vec::new();
    let mut deployments: BTreeSet<String> = OWN.map(str::to_owned).into();
    for spec in specs("examples") {
        for compiled in compiled(&spec, &blueprints) {
            let name = &compiled.plan.deployment.name;
            assert!(deployments.insert(name.clone()), "two examples render the deployment {name}");
            let folder = output.join(name);
            let mut comparison = Comparison::new(&folder).unwrap();
            let mut rendered = BTreeSet::from([MANIFEST.to_owned()]);
            for file in compiled.files(&compiled.targets(), &blueprints) {
                let file = file.unwrap();
                differences.extend(comparison.add(&file).unwrap().map(|it| shown(name, &it)));
                rendered.insert(file.path);
            }
            differences.extend(comparison.finish(|_| true).unwrap().iter().map(|it| shown(name, it)));
            differences.extend(below(&folder).difference(&rendered).map(|it| format!("foreign: {name}/{it}")));
        }
    }
    let folders = fs::read_dir(&output).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    differences.extend(folders.filter(|it| !deployments.contains(it)).map(|it| format!("no example renders: {it}")));
    assert!(
        differences.is_empty(),
        "output/ is not what examples/ render; `make output` writes it again\n\n{}",
        differences.join("\n")
    );
}

fn shown(deployment: &str, difference: &Difference) -> String {
    match difference {
        Difference::Missing(path) => format!("missing: {deployment}/{path}"),
        Difference::Extra(path) => format!("no longer rendered: {deployment}/{path}"),
        Difference::Mode(path) => format!("wrong mode: {deployment}/{path}"),
        Difference::Changed { path, diff } => format!("changed: {deployment}/{path}\n{diff}"),
    }
}

/// The paths of all files below a folder.
fn below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found
}
