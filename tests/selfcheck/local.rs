//! Any text survives in the files of the local stack: YAML reads it back, and `docker compose` finds no variable in it.

use std::collections::BTreeMap;

use dagforge::blueprint::Blueprints;
use dagforge::render::{Rooms, Target, render};

use crate::glob::matches;
use crate::hostile::{FAMILIES, mark, unmarked};
use crate::replaced::{Replaced, replaced};
use crate::specs::{compiled, root};
use crate::tree::{Tree, read};

/// Keys of maps: no two are the same, and YAML keeps them on one line.
const KEYS: &[&str] = &[
    "local.services[].name",
    "local.services[].depends_on[]",
    "local.services[].environment[].name",
    "local.volumes[]",
    "local.launcher.docker.writable",
];

/// The YAML files of the stack. The others have no literals: what could end a line of theirs is refused.
fn trees(plan: &Replaced, blueprints: &Blueprints) -> BTreeMap<String, Tree> {
    let rooms = Rooms::of_value(plan.value.clone());
    let files = render(&plan.plan, &rooms, Target::Compose, blueprints).filter_map(Result::ok);
    let yaml = files.filter(|it| it.path.ends_with(".yaml"));
    yaml.map(|file| (file.path.clone(), read(&file.path, &file.text))).collect()
}

#[test]
fn every_text_reads_back_from_the_local_stack() {
    let blueprints = Blueprints::embedded();
    for spec in ["examples/course.yaml", "tests/specs/full.yaml"] {
        let plan = compiled(&root().join(spec), &blueprints).remove(0).plan;
        let marked = replaced(&plan, |_, slot| Some(mark(slot)));
        let expected = trees(&marked, &blueprints);
        assert_eq!(expected.len(), 3, "{spec}: compose.yaml, dagster.yaml, workspace.yaml");
        for (family, texts) in FAMILIES {
            let text = |slot: usize| {
                let text = texts[slot % texts.len()];
                let is_key = KEYS.iter().any(|key| matches(key, &marked.slots[slot]));
                if is_key { format!("{}{slot}", text.replace(['\n', '\r'], "¶")) } else { text.to_owned() }
            };
            let found = trees(&replaced(&plan, |_, slot| Some(text(slot))), &blueprints);
            for (path, marks) in &expected {
                let doubled =
                    |text: String| if path.ends_with("compose.yaml") { text.replace('$', "$$") } else { text };
                let of_mark = (0..marked.slots.len()).map(|slot| (mark(slot), doubled(text(slot)))).collect();
                let expected = marks.map(&|text| unmarked(text, &of_mark));
                let found = found.get(path).unwrap_or_else(|| panic!("{spec}: {family}: {path} is not rendered"));
                if let Some(difference) = expected.difference(found) {
                    panic!("{spec}: {family}: {path}{difference}");
                }
            }
        }
    }
}
