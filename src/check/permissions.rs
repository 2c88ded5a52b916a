//! Rules about what code locations and tasks may do in AWS.

use super::{Rule, Subject, measure};
use crate::diagnostic::{Diagnostics, Severity};
use crate::plan::iam::Role;
use crate::spec::compute::Permission;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[entries, managed, sizes];

/// Managed policies of a role: what AWS grants by default, and at most
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const MANAGED: (usize, usize) = (10, 20);
/// Characters of a role's inline policies together, from the same page.
const INLINE: usize = 10_240;

/// Each entry has one of the two forms, and what it says is IAM's grammar.
fn entries(subject: &Subject, found: &mut Diagnostics) {
    for (at, permission) in subject.owners().flat_map(|it| it.permissions()) {
        entry(permission, &at, found);
    }
}

fn entry(permission: &Permission, at: &SpecPath, found: &mut Diagnostics) {
    match (&permission.allow, &permission.on, &permission.managed) {
        (None, None, None) => found.permission_shape(at, "is empty"),
        (Some(_), None, None) => found.permission_shape(at, "says what is allowed, but not on what"),
        (None, Some(_), None) => found.permission_shape(at, "says on what, but not what is allowed"),
        (None, None, Some(_)) => {}
        (Some(actions), Some(resources), None) => statement(actions, resources, at, found),
        (_, _, Some(_)) => found.permission_shape(at, "has both forms"),
    }
}

fn statement(actions: &[String], resources: &[String], at: &SpecPath, found: &mut Diagnostics) {
    let everything = resources.iter().any(|it| it == "*");
    for (key, list) in [("allow", actions), ("on", resources)] {
        if list.is_empty() {
            found.wrong_count(&at.key(key), 0, (1, usize::MAX), "IAM refuses a statement without");
        }
    }
    for (index, text) in actions.iter().enumerate() {
        action(text, everything, &at.key("allow").index(index), found);
    }
    for (index, text) in resources.iter().enumerate() {
        resource(text, &at.key("on").index(index), found);
    }
}

/// Rights by which a role gains every other right: it passes a role, or writes itself a policy.
const ESCALATING: &[&str] = &["iam:PassRole", "iam:CreatePolicyVersion", "iam:AttachRolePolicy", "iam:PutRolePolicy"];

fn action(text: &str, everything: bool, at: &SpecPath, found: &mut Diagnostics) {
    if text == "*" || text == "*:*" {
        return found.unsafe_permission(
            at,
            "this allows everything",
            "name the services and operations that are needed",
        );
    }
    let Some((service, operation)) = text.split_once(':').filter(|(service, operation)| grammar(service, operation))
    else {
        let meant = text.split_once(['.', '/']).map(|(service, operation)| format!("{service}:{operation}"));
        let meant =
            meant.filter(|it| it.split_once(':').is_some_and(|(service, operation)| grammar(service, operation)));
        return found.bad_action(at, text, meant.as_deref());
    };
    let escalates = ESCALATING.iter().any(|it| matches(operation, it.trim_start_matches("iam:")));
    if service.eq_ignore_ascii_case("iam") && everything && escalates {
        let what = format!("`{text}` on `*` is worth every permission there is");
        found.unsafe_permission(at, &what, "name the roles in `on`, by their ARNs");
    } else if operation == "*" {
        let what = format!("`{text}` allows every operation of the service");
        found.wide_permission(at, &what, "name the operations that are needed");
    }
}

/// A service's prefix, and an operation with wildcards
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>).
fn grammar(service: &str, operation: &str) -> bool {
    let service_is_good = service.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    let good = |it: u8| it.is_ascii_alphanumeric() || it == b'*' || it == b'?';
    service_is_good && !service.is_empty() && !operation.is_empty() && operation.bytes().all(good)
}

/// Whether an operation with wildcards includes one; IAM does not look at case.
fn matches(pattern: &str, operation: &str) -> bool {
    let mut parts = pattern.split('*').map(str::to_ascii_lowercase);
    let mut rest = operation.to_ascii_lowercase();
    let beginning = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(&beginning) else { return false };
    rest = after.to_owned();
    let mut open = false;
    for part in parts {
        open = part.is_empty();
        let Some(found) = rest.find(&part) else { return false };
        rest = rest[found + part.len()..].to_owned();
    }
    open || rest.is_empty()
}

fn resource(text: &str, at: &SpecPath, found: &mut Diagnostics) {
    if text == "*" {
        let fix = "name the ARNs, unless the actions know no resources, such as `ec2:Describe…`";
        return found.wide_permission(at, "this allows the actions on everything in the account", fix);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if matches!(parts.as_slice(), ["arn", partition, service, _, _, resource]
        if !partition.is_empty() && !service.is_empty() && !resource.is_empty())
        && !text.contains(char::is_whitespace)
    {
        return;
    }
    let bucket = text.strip_prefix("s3://").map(|it| format!("arn:aws:s3:::{it}"));
    found.bad_resource(at, text, bucket.as_deref());
}

/// Managed policies of a role, each once and not too many.
fn managed(subject: &Subject, found: &mut Diagnostics) {
    for owner in subject.owners() {
        let at = owner.at.key("permissions");
        let all: Vec<(SpecPath, &str)> = owner
            .permissions()
            .filter_map(|(at, it)| Some((at.key("managed"), it.managed.as_ref()?.as_str())))
            .collect();
        for (position, (again, arn)) in all.iter().enumerate() {
            if let Some((first, _)) = all[..position].iter().find(|it| it.1 == *arn) {
                found.repeated_item(again, arn, first, None);
            }
        }
        if all.len() > MANAGED.0 {
            let severity = if all.len() > MANAGED.1 { Severity::Error } else { Severity::Warning };
            found.too_many_policies(&at, all.len(), severity);
        }
    }
}

/// The inline policies that permissions and secrets end up in.
fn sizes(subject: &Subject, found: &mut Diagnostics) {
    for owner in subject.planned() {
        let own = "put some of them into a managed policy and name it in `managed`";
        let secrets = "keep several values in one secret, as JSON: `name:json_key`";
        let size = |role: &Role| measure::policy(&role.statements, &subject.plan.deployment);
        // Where permissions are in two roles, the larger one says it all.
        let larger = owner.roles.iter().copied().max_by_key(|it| size(it)).map(|it| (it, "permissions", own));
        for (role, key, fix) in larger.into_iter().chain([(owner.execution_role, "secrets", secrets)]) {
            if size(role) > INLINE {
                found.policy_size(&owner.at.key(key), &role.name, size(role), INLINE, fix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_include_operations() {
        for pattern in ["*", "Pass*", "passrole", "P*e", "*Role", "*assR*"] {
            assert!(matches(pattern, "PassRole"), "{pattern}");
        }
        for pattern in ["Get*", "Pass", "*Policy", "P*x", "PassRole*s"] {
            assert!(!matches(pattern, "PassRole"), "{pattern}");
        }
    }
}
