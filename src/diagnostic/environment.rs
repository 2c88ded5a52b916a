//! Findings about environment variables of code locations. None repeats a value: it may be a secret.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    ENV_AND_SECRET = "env-and-secret": "ECS refuses a task definition in which a name is both a variable and a secret."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html";
    RESERVED_VARIABLE = "reserved-variable": "The variable is set by the deployment, by Dagster or by ECS. A second value \
        would point the container at another database, account or config."
        => "A rule of dagforge's own: these variables are what connects a container to its deployment.";
    CREDENTIAL = "credential": "A value that looks like a credential stands in the spec. It would be in Git, in the \
        rendered output and in the task definition, where everybody with read access to ECS sees it. A reference \
        below `secrets` reaches the container as the same environment variable."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, for the ids that begin a \
        key";
}

impl Diagnostics {
    /// A name in both maps.
    pub fn env_and_secret(&mut self, at: &SpecPath, name: &str) {
        let message = format!("`{name}` is in `env` and in `secrets`, which ECS refuses");
        self.error(ENV_AND_SECRET, Place::key(at), message).help("keep one of the two");
    }

    /// A name that is not the user's.
    pub fn reserved_variable(&mut self, at: &SpecPath, name: &str, reason: &str) {
        self.error(RESERVED_VARIABLE, Place::key(at), format!("`{name}` is not yours to set: {reason}"))
            .help("remove it");
    }

    /// A credential in plain sight.
    pub fn credential(&mut self, at: &SpecPath, name: &str, kind: &str) {
        self.error(CREDENTIAL, Place::key(at), format!("the value of `{name}` looks like {kind}"))
            .hide_line()
            .help(format!(
                "put it into Secrets Manager and refer to it: `secrets: {{{name}: \"acme/thing:json_key\"}}`"
            ))
            .help("it has been in this file, so replace it where it is used");
    }

    /// A credential that every resource would show.
    pub fn credential_in_tag(&mut self, at: &SpecPath, key: &str, kind: &str) {
        self.error(CREDENTIAL, Place::key(at), format!("the value of the tag `{key}` looks like {kind}"))
            .hide_line()
            .help("remove it: whoever may list resources reads their tags")
            .help("it has been in this file, so replace it where it is used");
    }
}
