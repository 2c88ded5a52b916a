//! References to secrets: what a container definition says, and what its execution role must be allowed.

use super::iam::arn;
use super::text::Text;
use crate::spec::scalar::SecretRef;

/// Action that ECS needs for a secret of Secrets Manager.
pub const GET_SECRET_VALUE: &str = "secretsmanager:GetSecretValue";
/// Action that ECS needs for a parameter of Systems Manager.
pub const GET_PARAMETERS: &str = "ssm:GetParameters";

/// A secret as a container and its execution role see it.
pub struct Reference {
    /// `valueFrom` of the container definition.
    pub value_from: Text,
    /// Resource of the execution role's statement.
    pub resource: Text,
    /// Action of the execution role's statement.
    pub action: String,
}

/// Resolves a reference of the spec. A name without the six random characters that Secrets Manager appends is
/// matched by exactly six wildcards, so that no other secret's name can match.
pub fn reference(secret: &SecretRef) -> Reference {
    match secret {
        SecretRef::Named { name, key } => Reference {
            value_from: arn("secretsmanager", format!("secret:{name}{}", json_key(key.as_deref()))),
            resource: arn("secretsmanager", format!("secret:{name}-??????")),
            action: GET_SECRET_VALUE.to_owned(),
        },
        SecretRef::Arn { arn, key } if arn.service() == "ssm" => {
            debug_assert!(key.is_none(), "a parameter has no JSON keys");
            Reference {
                value_from: arn.as_str().into(),
                resource: arn.as_str().into(),
                action: GET_PARAMETERS.to_owned(),
            }
        }
        SecretRef::Arn { arn, key } => Reference {
            value_from: format!("{}{}", arn.as_str(), json_key(key.as_deref())).into(),
            resource: arn.as_str().into(),
            action: GET_SECRET_VALUE.to_owned(),
        },
        SecretRef::Ssm { path } => {
            let parameter = arn("ssm", format!("parameter/{}", path.trim_start_matches('/')));
            Reference { value_from: parameter.clone(), resource: parameter, action: GET_PARAMETERS.to_owned() }
        }
    }
}

/// ECS writes `<arn>:<json key>:<version stage>:<version id>`; the last two stay empty for the current version.
fn json_key(key: Option<&str>) -> String {
    key.map(|key| format!(":{key}::")).unwrap_or_default()
}
