//! Rules about the workflow for GitHub Actions.

use super::network::repeated;
use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::people::deploy_role::workflow_environment;
use crate::spec::github::{DeployTarget, Github};
use crate::spec::operations::GithubTrust;
use crate::spec::path::SpecPath;
use crate::spec::scalar::RefName;

pub(super) const RULES: &[Rule] = &[state, expressions, role, trust];

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

fn trusted<'a>(subject: &'a Subject<'_>) -> Option<&'a GithubTrust> {
    Some(&subject.spec.iam.as_ref()?.deploy_role.as_ref()?.github)
}

/// A workflow that deploys does so as somebody, and one role of two is not used.
fn role(subject: &Subject, found: &mut Diagnostics) {
    let Some(github) = github(subject) else { return };
    let at = SpecPath::from("github");
    match (&github.role, trusted(subject)) {
        (None, None) => {
            found.no_deploy_role(&at, "give the ARN of one in `role`, or let one be created with `iam.deploy_role`");
        }
        (None, Some(_)) if subject.spec.account.is_none() => {
            found.no_deploy_role(&at, "set `account`: the ARN of the created role, which the workflow names, has it");
        }
        _ => {}
    }
}

/// Whoever is trusted is named once, the workflow is among them, and it releases with what the role has rights for.
fn trust(subject: &Subject, found: &mut Diagnostics) {
    let Some(trust) = trusted(subject) else { return };
    let at = SpecPath::from("iam.deploy_role");
    for (key, names) in [("branches", &trust.branches), ("environments", &trust.environments)] {
        repeated(&at.key("github").key(key), names.iter().flatten().map(RefName::as_str), found);
    }
    // Without a workflow nobody says which environment a job has; `environments: []` leaves the branches alone.
    if trust.environments.as_ref().is_some_and(Vec::is_empty) && trust.branches.iter().flatten().next().is_none() {
        let why = "nobody could take the role on: name a branch or an environment";
        found.wrong_count(&at.key("github").key("environments"), 0, (1, usize::MAX), why);
    }
    let Some(github) = github(subject).filter(|it| it.role.is_none()) else { return };
    if github.target == DeployTarget::Tf {
        return found.release_by_terraform(&at);
    }
    let own = workflow_environment(subject.spec, &subject.plan.deployment.name);
    let named = |names: &Vec<RefName>| names.iter().any(|it| it.as_str() == own);
    if trust.environments.as_ref().is_some_and(|it| !it.is_empty() && !named(it)) {
        found.untrusted_environment(&at.key("github").key("environments"), &own);
    }
}
