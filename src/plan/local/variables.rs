//! Variables of the compose file: those that `.env` sets, and those that containers get.

use serde::Serialize;

use super::Around;
use crate::plan::shared;
use crate::plan::task::{Variable, sorted, variable};
use crate::plan::text::{Environment, Input, Text, Unset};
use crate::spec::scalar::SecretSource;

/// A variable that `.env` sets.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// Name.
    pub name: String,
    /// Value to begin with; empty where only the user knows it.
    pub value: String,
    /// What it is.
    pub meaning: String,
}

/// Folder of the project, from the compose file's: `output/<deployment>/compose` is three below it.
const PROJECT: &str = "../../..";
/// Base of the images that are built from a rendered Dockerfile.
const BASE_IMAGE: &str = "public.ecr.aws/docker/library/python:3.12-slim-bookworm";
/// Account that LocalStack plays.
const ACCOUNT: &str = "000000000000";
/// The one variable with Postgres' password.
const POSTGRES_PASSWORD: &str = "POSTGRES_PASSWORD";

/// A variable that compose puts in.
fn from_env(name: &str, unset: Unset) -> Text {
    Input::Environment(Environment { name: name.to_owned(), unset }).into()
}

/// The folder of the project.
pub(super) fn project() -> Text {
    from_env("PROJECT", Unset::Default(PROJECT.to_owned()))
}

/// The base of images.
pub(super) fn base_image() -> Text {
    from_env("BASE_IMAGE", Unset::Default(BASE_IMAGE.to_owned()))
}

/// The group that may use Docker's socket.
pub(super) fn docker_group() -> Text {
    from_env("DOCKER_GROUP", Unset::Default("0".to_owned()))
}

/// Postgres' password.
pub(super) fn password() -> Text {
    from_env(POSTGRES_PASSWORD, Unset::Refused)
}

/// A credential of one service. A key never holds two hyphens in a row, so no two have one name.
pub(super) fn secret(owner: &str, name: &str) -> Text {
    from_env(&secret_name(owner, name), Unset::RefusedUnlessEmpty)
}

fn secret_name(owner: &str, name: &str) -> String {
    format!("{}__{name}", owner.to_ascii_uppercase().replace('-', "_"))
}

impl Around<'_> {
    /// Variables that `.env` sets, in the order that a reader needs them.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let setting = |name: &str, value: &str, meaning: &str| Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            meaning: meaning.to_owned(),
        };
        let mut all = Vec::new();
        if self.deployment.account.is_none() {
            all.push(setting(
                "ACCOUNT",
                ACCOUNT,
                "AWS account of the registry and of the bucket names; any will do here",
            ));
        }
        if self.takes_revision() {
            all.push(setting("GITREV", "local", "tag of the images: a commit when they are built to be pushed"));
        }
        all.push(setting("PROJECT", PROJECT, "folder with the code of the pipelines, from this one"));
        all.push(setting("BASE_IMAGE", BASE_IMAGE, "base of the rendered Dockerfiles; pin it by its digest"));
        all.push(setting(POSTGRES_PASSWORD, "dagster", "password of the local Postgres, which keeps its first one"));
        if self.runs_in_docker() {
            let meaning = "group that owns /var/run/docker.sock, as stat -c %g prints it";
            all.push(setting("DOCKER_GROUP", "0", meaning));
        }
        all.extend(self.secrets());
        all
    }

    /// Some image ends in a revision that is given.
    fn takes_revision(&self) -> bool {
        self.deployment.gitrev.is_none()
    }

    fn secrets(&self) -> Vec<Setting> {
        let overridden = |name: &str| self.local.env.iter().flatten().any(|(it, _)| it.as_str() == name);
        let mut all = Vec::new();
        for (key, location) in &self.spec.code_locations {
            for (name, source) in location.secrets.iter().flatten().filter(|(name, _)| !overridden(name.as_str())) {
                let what = match source {
                    SecretSource::Existing(_) => "as the secret that the spec refers to",
                    SecretSource::Created(_) => "as the secret that the deployment creates",
                };
                let meaning = format!("{} of the code location {key}, {what}", name.as_str());
                all.push(Setting { name: secret_name(key.as_str(), name.as_str()), value: String::new(), meaning });
            }
        }
        for (service, name) in self.extra_secrets() {
            let meaning = format!("{name} of the service {service}");
            all.push(Setting { name: secret_name(service, name), value: String::new(), meaning });
        }
        all
    }

    /// What Dagster's instance reads, as in the deployment, and where AWS is.
    pub(super) fn instance_environment(&self) -> Vec<Variable> {
        let data = &self.rooms.data;
        let here = |it: Variable| match it.name.as_str() {
            "DAGFORGE_COMPUTE_LOGS_BUCKET" => variable(&it.name, self.bucket(&data.compute_logs_bucket)),
            "DAGSTER_POSTGRES_HOSTNAME" => variable(&it.name, super::POSTGRES),
            _ => it,
        };
        let mut all: Vec<Variable> =
            shared::instance_environment(data, self.deployment).into_iter().map(here).collect();
        all.push(variable("DAGSTER_POSTGRES_PASSWORD", password()));
        all.extend(self.aws());
        sorted(all)
    }

    /// LocalStack takes any credentials.
    fn aws(&self) -> [Variable; 3] {
        [
            variable("AWS_ENDPOINT_URL", format!("http://{}:{}", super::LOCALSTACK, super::core::LOCALSTACK_PORT)),
            variable("AWS_ACCESS_KEY_ID", "local"),
            variable("AWS_SECRET_ACCESS_KEY", "local"),
        ]
    }
}
