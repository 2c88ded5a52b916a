//! Rules about the names of templates and files of the user's own. Whether they are sound is told when they are read.

use super::tasks::RESERVED;
use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::extra::{ExtraFile, key};
use crate::spec::extra::ExtraFile as Written;
use crate::spec::path::SpecPath;
use crate::spec::scalar::KeyName;

pub(super) const RULES: &[Rule] = &[names, clashes, taken];

/// The word of a layer that has no owner but the user.
const LAYER: &str = "extra";

/// A file's ending is its target's, and the rest can be a part of a stack's name.
fn names(subject: &Subject, found: &mut Diagnostics) {
    let Some(extra) = &subject.spec.extra else { return };
    let check = |target: &str, files: &Option<Vec<Written>>, endings: &[&str], found: &mut Diagnostics| {
        for (index, file) in files.iter().flatten().enumerate() {
            let at = SpecPath::from(LAYER).key(target).index(index);
            let path = file.path.as_str();
            let ending = path.rsplit('/').next().and_then(|it| it.split_once('.')).map_or("", |it| it.1);
            if !endings.contains(&ending) {
                let fix = format!("it ends in `.{}`", endings.join("` or `."));
                found.extra_name(&at, &format!("`{path}` has not the ending of such a file"), &fix);
            } else if key(path).is_none() {
                let message = format!("`{path}` has a name that no stack or file of the output can have");
                found.extra_name(
                    &at,
                    &message,
                    "small letters, digits and single hyphens, as in `extra/warehouse.yaml`",
                );
            }
        }
    };
    check("cfn", &extra.cfn, &["yaml", "yml"], found);
    check("tf", &extra.tf, &["tf"], found);
}

/// Two files of one target have two names.
fn clashes(subject: &Subject, found: &mut Diagnostics) {
    let extra = &subject.plan.extra;
    for files in [&extra.templates, &extra.modules] {
        for (index, file) in files.iter().enumerate() {
            if let Some(other) = files[..index].iter().find(|it| it.key == file.key) {
                let message = format!("`{}` is called like `{}`", file.source, other.source);
                found.extra_name(&file.at, &message, "rename one of the two files");
            }
        }
    }
}

/// `ops.sh deploy KEY` deploys one thing.
fn taken(subject: &Subject, found: &mut Diagnostics) {
    let spec = subject.spec;
    let keys = spec.code_locations.keys().chain(spec.tasks.iter().flat_map(|it| it.keys())).map(KeyName::as_str);
    let keys: Vec<&str> = keys.collect();
    let same = |file: &&ExtraFile| keys.contains(&file.key.as_str()) || RESERVED.contains(&file.key.as_str());
    for file in subject.plan.extra.templates.iter().filter(same) {
        let message = format!("`{}` is what a part of the deployment is called already", file.key);
        found.extra_name(&file.at, &message, "rename the file: its stack is called after it");
    }
    if let Some(first) = subject.plan.extra.templates.first().filter(|_| keys.contains(&LAYER)) {
        let message = format!("`{LAYER}` is the key of a code location or task, and what such templates are called");
        found.extra_name(&first.at, &message, "rename the code location or task");
    }
}
