//! What no operation may change: what keeps data, and how the database's password is made.

use std::collections::BTreeMap;

use super::hcl;
use crate::verify::yaml::{Kind, Node, read};

/// What a file says about keeping data, by the resource and the name of the property.
pub(super) type Facts = BTreeMap<String, String>;

/// Attributes and properties of a template.
const IN_TEMPLATES: [&str; 8] = [
    "Type",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "GenerateSecretString",
    "MasterUserPassword",
    "ManageMasterUserPassword",
    "DeletionProtection",
    "DeletionProtectionEnabled",
];

/// Arguments of a module.
const IN_MODULES: [&str; 14] = [
    "prevent_destroy",
    "deletion_protection",
    "enable_deletion_protection",
    "force_destroy",
    "force_delete",
    "skip_final_snapshot",
    "final_snapshot_identifier",
    "skip_destroy",
    "recovery_window_in_days",
    "password_wo",
    "password_wo_version",
    "secret_string_wo",
    "secret_string_wo_version",
    "manage_master_user_password",
];

/// The key of a load balancer's attribute, which is an item of a list.
const ATTRIBUTE: &str = "deletion_protection.enabled";

/// The facts of a template.
pub(super) fn of_template(text: &str) -> Facts {
    let mut facts = Facts::new();
    let Ok(root) = read(text) else { return facts };
    for (id, resource) in root.get("Resources").map(Node::entries).unwrap_or_default() {
        walk(resource, id.text().unwrap_or_default(), text, &mut facts);
    }
    facts
}

fn walk(node: &Node<'_>, id: &str, text: &str, facts: &mut Facts) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|it| walk(it, id, text, facts)),
        Kind::Map(entries) => {
            if node.get("Key").and_then(Node::text) == Some(ATTRIBUTE) {
                facts.insert(format!("`{ATTRIBUTE}` of `{id}`"), text[node.start..node.end].to_owned());
            }
            for (key, value) in entries {
                let name = key.text().unwrap_or_default();
                if IN_TEMPLATES.contains(&name) {
                    facts
                        .entry(format!("`{name}` of `{id}`"))
                        .or_insert_with(|| text[value.start..value.end].to_owned());
                }
                walk(value, id, text, facts);
            }
        }
        Kind::Null | Kind::Scalar(_) => {}
    }
}

/// The facts of a file of the module.
pub(super) fn of_module(text: &str) -> Facts {
    let arguments = hcl::arguments(text).into_iter().filter(|(_, name, _)| IN_MODULES.contains(name));
    arguments.map(|(address, name, value)| (format!("`{name}` of `{}`", address.join(".")), value.to_owned())).collect()
}

/// The first fact that two texts disagree on. What a new resource of a template says is nobody's yet.
pub(super) fn changed<'f>(before: &'f Facts, after: &'f Facts, new: Option<&str>) -> Option<&'f str> {
    let lost = before.iter().find(|(name, value)| after.get(*name) != Some(value));
    let owner = new.map(|it| format!(" of `{it}`"));
    let is_new = |name: &str| owner.as_ref().is_some_and(|it| name.ends_with(it.as_str()));
    let gained = after.iter().find(|(name, _)| !before.contains_key(*name) && !is_new(name));
    lost.or(gained).map(|(name, _)| name.as_str())
}
