//! Rules about the workflow for GitHub Actions.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::github::{DeployTarget, Github};
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[state, expressions];

fn github<'a>(subject: &'a Subject<'_>) -> Option<&'a Github> {
    subject.spec.github.as_ref()
}

/// A runner is gone after its job, and with it everything that Terraform wrote there.
fn state(subject: &Subject, found: &mut Diagnostics) {
    let remote = subject.plan.terraform.backend.is_some();
    if github(subject).is_some_and(|it| it.target == DeployTarget::Tf) && !remote {
        found.forgotten_state(&SpecPath::from("github").key("target"));
    }
}

/// GitHub replaces an expression before any shell sees the command, and has no way to write one that stays.
fn expressions(subject: &Subject, found: &mut Diagnostics) {
    let checks = github(subject).and_then(|it| it.checks.as_ref()).into_iter().flatten();
    for (index, _) in checks.enumerate().filter(|(_, it)| it.contains("${{")) {
        found.workflow_expression(&SpecPath::from("github").key("checks").index(index));
    }
}
