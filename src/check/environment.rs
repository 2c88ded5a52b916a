//! Rules about environment variables of code locations and tasks.

use super::{Rule, Subject, credentials};
use crate::diagnostic::Diagnostics;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[twice, reserved, printable, literals];

/// Names that are not the user's, as a whole or by their beginning, and whose they are.
const RESERVED: &[(&str, Match, &str)] = &[
    ("DAGSTER_HOME", Match::Whole, "the instance comes with the command, not from a folder"),
    ("DAGSTER_POSTGRES_", Match::Beginning, "the deployment sets it from its database"),
    ("DAGSTER_CURRENT_IMAGE", Match::Whole, "the deployment sets it to the image that runs"),
    ("DAGSTER_CONTAINER_CONTEXT", Match::Whole, "the deployment sets it, and runs are launched by it"),
    ("DAGFORGE_", Match::Beginning, "names that begin so are the deployment's own"),
    ("AWS_REGION", Match::Whole, "ECS sets it; a client for another region is told so in code"),
    ("AWS_DEFAULT_REGION", Match::Whole, "the deployment sets it; a client for another region is told so in code"),
    ("AWS_ACCESS_KEY_ID", Match::Whole, CREDENTIALS),
    ("AWS_SECRET_ACCESS_KEY", Match::Whole, CREDENTIALS),
    ("AWS_SESSION_TOKEN", Match::Whole, CREDENTIALS),
    ("AWS_SECURITY_TOKEN", Match::Whole, CREDENTIALS),
    ("AWS_PROFILE", Match::Whole, CREDENTIALS),
    ("AWS_CONTAINER_CREDENTIALS_", Match::Beginning, CREDENTIALS),
    ("AWS_ROLE_ARN", Match::Whole, CREDENTIALS),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", Match::Whole, CREDENTIALS),
    ("AWS_EXECUTION_ENV", Match::Whole, "ECS sets it"),
    ("ECS_CONTAINER_METADATA_URI", Match::Beginning, "ECS sets it"),
];

const CREDENTIALS: &str = "credentials come from the task's role, which `permissions` extends";

enum Match {
    Whole,
    Beginning,
}

/// Whose a name is, when it is not the user's.
pub(crate) fn owner(name: &str) -> Option<&'static str> {
    let matches = |(text, how, _): &&(&str, Match, &str)| match how {
        Match::Whole => name == *text,
        Match::Beginning => name.starts_with(text),
    };
    RESERVED.iter().find(matches).map(|it| it.2)
}

/// ECS refuses a name that is both a variable and a secret.
fn twice(subject: &Subject, found: &mut Diagnostics) {
    for owner in subject.owners() {
        for (name, _) in owner.secrets().filter(|(name, _)| owner.env().any(|it| it.0 == name.as_str())) {
            found.env_and_secret(&owner.at.key("secrets").key(name.as_str()), name.as_str());
        }
    }
}

/// The deployment, Dagster and ECS have names of their own.
fn reserved(subject: &Subject, found: &mut Diagnostics) {
    for it in subject.owners() {
        let env = it.env().map(|(name, _)| ("env", name));
        let secrets = it.secrets().map(|(name, _)| ("secrets", name.as_str()));
        for (map, name) in env.chain(secrets) {
            if let Some(reason) = owner(name) {
                found.reserved_variable(&it.at.key(map).key(name), name, reason);
            }
        }
    }
}

/// No process can be given NUL, and no console shows the others: they come from a paste or a wrong escape.
fn printable(subject: &Subject, found: &mut Diagnostics) {
    for owner in subject.owners() {
        for (name, value) in owner.env() {
            let odd = value.chars().find(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'));
            if let Some(odd) = odd {
                let at = owner.at.key("env").key(name);
                let message = format!("the value of `{name}` has the control character U+{:04X}", u32::from(odd));
                found.bad_value(
                    &at,
                    &message,
                    &["remove it; binary values belong below `secrets`, as base64".to_owned()],
                );
            }
        }
    }
}

/// Values in plain sight.
fn literals(subject: &Subject, found: &mut Diagnostics) {
    for owner in subject.owners() {
        for (name, value) in owner.env() {
            if let Some(kind) = credentials::looks_like(name, value) {
                found.credential(&owner.at.key("env").key(name), name, kind);
            }
        }
    }
    for (key, value) in subject.spec.tags.iter().flatten() {
        if let Some(kind) = credentials::looks_like(key, value) {
            found.credential_in_tag(&SpecPath::from("tags").key(key), key, kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Spec, load};

    #[test]
    fn every_variable_that_the_plan_sets_is_reserved() {
        let text = "dagforge: 1\nname: acme\nregion: eu-central-1\ncode_locations: {sales: {module: m}}\n";
        let loaded = load::<Spec>(&crate::source::Source::new("dagforge.yaml", text), None).unwrap();
        let plan = super::super::outlook(&loaded.spec, None);
        let location = &plan.rooms.locations[0];
        let containers = location.server.as_ref().unwrap().task.containers.iter().chain(&location.run.containers);
        for variable in containers.flat_map(|it| it.environment.iter().chain(&it.secrets)) {
            assert!(owner(&variable.name).is_some(), "{}", variable.name);
        }
        assert!(owner("AWS_REGIONS").is_none() && owner("LOG_LEVEL").is_none());
    }
}
