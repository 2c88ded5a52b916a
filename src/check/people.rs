//! Rules about groups of people: what they name exists, and every right has something to be a right to.

use std::collections::BTreeMap;

use super::network::repeated;
use super::{Rule, Subject, measure};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::in_process;
use crate::plan::people::{Parts, Rooms};
use crate::plan::{Key, Plan};
use crate::spec::access::{Allow, Core, Group};
use crate::spec::path::SpecPath;
use crate::spec::scalar::{GroupName, KeyName, PrincipalName};

pub(super) const RULES: &[Rule] = &[names, lists, words, sizes, attachments, owners, clashes];

/// Characters of a managed policy (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const MANAGED: usize = 6_144;
/// Characters of a role's inline policies together, from the same page.
const INLINE: usize = 10_240;
/// Managed policies of a role or user: what AWS grants by default, and at most; of a group there are never more. The same page.
const ATTACHED: (usize, usize) = (10, 20);
const ATTACHED_TO_GROUP: (usize, usize) = (10, 10);

/// Every group with its path.
fn groups<'a>(subject: &'a Subject) -> impl Iterator<Item = (SpecPath, &'a KeyName, &'a Group)> {
    let at = SpecPath::from("access");
    subject.spec.access.iter().flatten().map(move |(key, it)| (at.key(key.as_str()), key, it))
}

/// What a group of the plan names.
fn parts<'a>(plan: &'a Plan, group: &Group) -> Parts<'a> {
    let rooms = &plan.rooms;
    Parts::of(
        group,
        Rooms { platform: &rooms.platform, ui: &rooms.ui, locations: &rooms.locations, tasks: &rooms.tasks },
    )
}

/// Code locations and tasks that there are, and that have something of their own.
fn names(subject: &Subject, found: &mut Diagnostics) {
    let locations: Vec<&str> = subject.spec.code_locations.keys().map(KeyName::as_str).collect();
    let tasks: Vec<&str> = subject.spec.tasks.iter().flatten().map(|(key, _)| key.as_str()).collect();
    let shared = in_process::keys(subject.spec);
    for (at, _, group) in groups(subject) {
        for (index, key) in group.locations.iter().flatten().enumerate() {
            let place = at.key("locations").index(index);
            if !locations.contains(&key.as_str()) {
                let meant = nearest(key.as_str(), locations.iter().copied());
                found.unknown_location(&place, key.as_str(), meant, &locations);
            } else if shared.iter().any(|it| it.as_str() == key.as_str()) {
                found.shared_process(&place, key.as_str());
            }
        }
        let unknown = |it: &(usize, &KeyName)| !tasks.contains(&it.1.as_str());
        for (index, key) in group.tasks.iter().flatten().enumerate().filter(unknown) {
            let meant = nearest(key.as_str(), tasks.iter().copied());
            found.unknown_task(&at.key("tasks").index(index), key.as_str(), meant, &tasks);
        }
    }
}

/// Every list is a set.
fn lists(subject: &Subject, found: &mut Diagnostics) {
    for (at, _, group) in groups(subject) {
        let mut check = |key: &str, items: Vec<&str>| repeated(&at.key(key), items, found);
        let keys = |keys: &'_ Option<Vec<KeyName>>| keys.iter().flatten().map(|it| it.to_string()).collect::<Vec<_>>();
        let (locations, tasks) = (keys(&group.locations), keys(&group.tasks));
        check("locations", locations.iter().map(String::as_str).collect());
        check("tasks", tasks.iter().map(String::as_str).collect());
        check("core", group.core.iter().flatten().map(|it| core(*it)).collect());
        check("allow", group.allow.iter().map(|it| word(*it)).collect());
        check("roles", group.roles.iter().flatten().map(PrincipalName::as_str).collect());
        check("groups", group.groups.iter().flatten().map(GroupName::as_str).collect());
        check("users", group.users.iter().flatten().map(PrincipalName::as_str).collect());
    }
}

fn core(part: Core) -> &'static str {
    match part {
        Core::Webserver => "webserver",
        Core::Daemon => "daemon",
    }
}

fn word(allow: Allow) -> &'static str {
    match allow {
        Allow::Logs => "logs",
        Allow::Exec => "exec",
        Allow::Restart => "restart",
        Allow::Run => "run",
    }
}

/// What is asked for applies to something.
fn words(subject: &Subject, found: &mut Diagnostics) {
    for (at, _, group) in groups(subject) {
        let parts = parts(&subject.plan, group);
        let listed = |count: usize| count > 0;
        let named = listed(group.locations.iter().flatten().count())
            || listed(group.tasks.iter().flatten().count())
            || listed(group.core.iter().flatten().count());
        if !named {
            found.names_nothing(&at);
            continue;
        }
        // What is unknown has a finding already.
        if parts.log_groups.is_empty() {
            continue;
        }
        for (index, allow) in group.allow.iter().enumerate() {
            let (because, fix) = match allow {
                Allow::Exec if parts.entered().next().is_none() => {
                    ("ECS Exec is off for everything that the group names", exec_help(&subject.plan))
                }
                Allow::Restart if parts.services.is_empty() => {
                    ("nothing that the group names is a service", "remove it, or name code locations or `core`")
                }
                Allow::Run if parts.tasks.is_empty() => ("the group names no task", "remove it, or name `tasks`"),
                _ => continue,
            };
            found.nothing_to_allow(&at.key("allow").index(index), because, fix);
        }
    }
}

/// Where ECS Exec is on.
fn exec_help(plan: &Plan) -> &'static str {
    if plan.rooms.ui.webserver.service.execute_command {
        "it is on for the webserver: name `core: [webserver]`, or remove it"
    } else {
        "remove it"
    }
}

/// The policies fit.
fn sizes(subject: &Subject, found: &mut Diagnostics) {
    let deploy_role = subject.plan.rooms.access.as_ref().and_then(|it| it.deploy_role.as_ref());
    if let Some(role) = deploy_role {
        let size = measure::policy(&role.statements, &subject.plan.deployment);
        if size > INLINE {
            let fix =
                "its stacks are too many for one role: release some of the code locations in a deployment of their own";
            found.policy_size(&SpecPath::from("iam.deploy_role"), &role.name, size, INLINE, fix);
        }
    }
    for policy in subject.plan.rooms.access.iter().flat_map(|it| &it.policies) {
        let size = measure::policy(&policy.statements, &subject.plan.deployment);
        if size > MANAGED {
            let at = SpecPath::from("access").key(policy.key.as_str());
            found.managed_policy_size(&at, &policy.name, size, MANAGED);
        }
    }
}

/// Nobody gets more policies than IAM attaches.
fn attachments(subject: &Subject, found: &mut Diagnostics) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, _, group) in groups(subject) {
        let roles = group.roles.iter().flatten().map(|it| ("roles", it.as_str(), ATTACHED));
        let users = group.users.iter().flatten().map(|it| ("users", it.as_str(), ATTACHED));
        let named = group.groups.iter().flatten().map(|it| ("groups", it.as_str(), ATTACHED_TO_GROUP));
        for (key, name, limits) in roles.chain(users).chain(named) {
            let count = counts.entry((key, name)).or_default();
            *count += 1;
            if *count > limits.0 {
                found.too_many_groups(&at.key(key), &format!("`{name}`"), *count, limits);
            }
        }
    }
}

/// Roles that belong to IAM Identity Center or to a service.
fn owners(subject: &Subject, found: &mut Diagnostics) {
    for (at, _, group) in groups(subject) {
        for (index, role) in group.roles.iter().flatten().enumerate() {
            let fix = match role.as_str() {
                it if it.starts_with("AWSReservedSSO_") => {
                    "leave it out, and name the policy in the permission set, as a customer managed policy"
                }
                it if it.starts_with("AWSServiceRoleFor") => "leave it out: people do not act as a service",
                _ => continue,
            };
            found.unmodifiable_role(&at.key("roles").index(index), role.as_str(), fix);
        }
    }
}

/// Logical ids run all words together.
fn clashes(subject: &Subject, found: &mut Diagnostics) {
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    for (at, key, _) in groups(subject) {
        let id = Key::from(key).pascal();
        let other = ids.entry(id).or_insert(key.as_str());
        if *other != key.as_str() {
            found.policy_clash(&at, key.as_str(), other);
        }
    }
}
