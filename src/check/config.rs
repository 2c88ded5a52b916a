//! Rules about the delivery of dagster.yaml and workspace.yaml.

use super::{Rule, Subject};
use crate::blueprint::Blueprints;
use crate::compile::compile;
use crate::diagnostic::Diagnostics;
use crate::plan::config::is_inline;
use crate::render::{Rooms, Target, render};
use crate::verify::MAX_BYTES;

pub(super) const RULES: &[Rule] = &[superfluous, inline_size];

/// Without a bucket there is nothing to say about one.
fn superfluous(subject: &Subject, found: &mut Diagnostics) {
    let Some(config) = subject.spec.config.as_ref().filter(|_| is_inline(subject.spec)) else { return };
    for (at, given) in [("config.bucket", config.bucket.is_some()), ("config.prefix", config.prefix.is_some())] {
        if given {
            found.no_effect(&at.into(), "the config is in the task definitions", "remove it, or write `delivery: s3`");
        }
    }
}

/// Files in task definitions are files in templates, which are smaller than what ECS takes. How large a template becomes is
/// known when it is rendered, so this rule renders: it comes last, and looks at what all others accept.
fn inline_size(subject: &Subject, found: &mut Diagnostics) {
    if !is_inline(subject.spec) || found.has_errors() {
        return;
    }
    let blueprints = Blueprints::embedded();
    let Ok(compiled) = compile(subject.spec, subject.environment, &blueprints) else { return };
    let rooms = Rooms::of(&compiled.plan);
    // A template beyond the limit for another reason is no fault of the config's.
    let files = render(&compiled.plan, &rooms, Target::Cfn, &blueprints).flatten();
    let with_config = files.filter(|it| it.text.contains("DAGFORGE_WORKSPACE_YAML"));
    for file in with_config.filter(|it| it.text.len() > MAX_BYTES) {
        found.config_size(&"config.delivery".into(), &file.path, file.text.len(), MAX_BYTES);
    }
}
