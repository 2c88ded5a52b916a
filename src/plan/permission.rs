//! `permissions:` of a code location or task, as statements and managed policies of its roles.

use super::iam::Statement;
use super::text::Text;
use crate::spec::compute::Permission;

/// The statements, in the order they are written.
pub fn statements(permissions: Option<&Vec<Permission>>) -> Vec<Statement> {
    let statements = permissions.into_iter().flatten().filter_map(|it| it.allow.as_ref().zip(it.on.as_ref()));
    let numbered = statements.enumerate().map(|(index, (actions, resources))| {
        let resources = resources.iter().map(String::as_str);
        Statement::allow(&format!("Permission{}", index + 1), actions.iter().map(String::as_str), resources)
    });
    numbered.collect()
}

/// ARNs of the managed policies.
pub fn managed(permissions: Option<&Vec<Permission>>) -> Vec<Text> {
    permissions.into_iter().flatten().filter_map(|it| it.managed.as_ref()).map(|it| it.as_str().into()).collect()
}
