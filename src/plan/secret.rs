//! Secrets: what a container definition says, what its execution role must be allowed, and what is created empty.
//!
//! A secret that is created gets no value and no version, in either target: whatever a template or module wrote would be
//! written again one day, over the value that somebody filled in. Until it is filled, ECS refuses to start a container that
//! asks for it, and says why.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use super::deployment::Deployment;
use super::iam::arn;
use super::key::Key;
use super::task::{Variable, variable};
use super::text::{Text, owned_output, text};
use crate::spec::scalar::{CreatedSecret, EnvName, SecretRef, SecretSource};

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

/// The secrets of one code location or task.
pub struct Secrets {
    /// Variables of its containers.
    pub variables: Vec<Variable>,
    /// What its execution role may read: action and resource.
    pub grants: Vec<(String, Text)>,
    /// What is created for it.
    pub created: Vec<Created>,
}

/// A secret that is created without a value.
#[derive(Clone, Debug, Serialize)]
pub struct Created {
    /// Identifier, in snake case; also the name of the value that the layer publishes.
    pub id: String,
    /// Name in Secrets Manager.
    pub name: String,
    /// What the secret is for.
    pub description: String,
    /// What has to be filled in.
    pub value: String,
    /// ARN of its KMS key; none means the account's own for Secrets Manager.
    pub kms_key: Option<Text>,
}

impl Secrets {
    /// Resolves the secrets of one owner; `what` names it for people.
    pub fn resolve(
        deployment: &Deployment,
        owner: &Key,
        what: &str,
        secrets: Option<&IndexMap<EnvName, SecretSource>>,
    ) -> Self {
        Self::resolve_among(deployment, owner, what, secrets, &[secrets])
    }

    /// The same for one of an owner's containers: what is created under one name is one secret of the owner, with the
    /// keys that any of its containers asks for.
    pub fn resolve_among(
        deployment: &Deployment,
        owner: &Key,
        what: &str,
        secrets: Option<&IndexMap<EnvName, SecretSource>>,
        everybody: &[Option<&IndexMap<EnvName, SecretSource>>],
    ) -> Self {
        let mut all = Self { variables: Vec::new(), grants: Vec::new(), created: Vec::new() };
        let keys = keys(everybody);
        for (variable_name, source) in secrets.into_iter().flatten() {
            let Reference { value_from, resource, action } = match source {
                SecretSource::Existing(existing) => reference(existing),
                SecretSource::Created(created) => {
                    let name = created_name(variable_name, created);
                    let reference = created_reference(owner, &name, created);
                    let secret = Created {
                        id: created_id(&name),
                        description: format!("{name} of {what} ({}): created empty, filled by hand", deployment.name),
                        value: match keys.get(&name).map(Vec::as_slice) {
                            None | Some([]) => "the value itself".to_owned(),
                            Some(keys) => format!("JSON with the keys {}", keys.join(", ")),
                        },
                        name: format!("{}/{}/{name}", deployment.name, deployment.known_as(owner)),
                        kms_key: deployment.kms_key.clone(),
                    };
                    if all.created.iter().all(|it| it.name != secret.name) {
                        all.created.push(secret);
                    }
                    reference
                }
            };
            all.variables.push(variable(variable_name.as_str(), value_from));
            all.grants.push((action, resource));
        }
        all
    }
}

/// The JSON keys that variables want of each created secret, by its name.
fn keys<'a>(everybody: &[Option<&'a IndexMap<EnvName, SecretSource>>]) -> BTreeMap<String, Vec<&'a str>> {
    let mut keys: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (variable, source) in everybody.iter().copied().flatten().flatten() {
        if let SecretSource::Created(secret) = source {
            let known = keys.entry(created_name(variable, secret)).or_default();
            let key = secret.key.as_ref().map(|it| it.as_str()).filter(|it| !known.contains(it));
            known.extend(key);
        }
    }
    keys
}

/// The last part of a created secret's name: given, or the variable's in small letters. Underscores instead of hyphens
/// keep it from ending like the six characters that Secrets Manager appends.
pub fn created_name(variable: &EnvName, secret: &CreatedSecret) -> String {
    if let Some(name) = &secret.name {
        return name.as_str().to_owned();
    }
    let lower = variable.as_str().to_ascii_lowercase();
    let words: Vec<&str> = lower.split('_').filter(|it| !it.is_empty()).collect();
    if words.is_empty() { "value".to_owned() } else { words.join("_") }
}

/// The identifier of a created secret.
pub fn created_id(name: &str) -> String {
    format!("secret_{}", name.replace('-', "_"))
}

/// Its ARN is known once it is created, so the grant names it without wildcards.
fn created_reference(owner: &Key, name: &str, secret: &CreatedSecret) -> Reference {
    let arn = owned_output("registry", owner, &created_id(name));
    let key = secret.key.as_ref().map(|it| it.as_str());
    Reference { value_from: text![&arn, json_key(key)], resource: arn, action: GET_SECRET_VALUE.to_owned() }
}
