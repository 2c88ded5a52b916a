//! `local:` as written: the stack of the same deployment on one machine, for `docker compose`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::WordOr;
use super::keyed::Keyed;
use super::scalar::{EnvName, ImageRef};

/// The deployment on one machine: with this key, `render all` writes `compose/` too.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// Render `compose/`; default true, false turns it off in an environment.
    pub compose: Option<bool>,
    /// Where runs are executed: `default` (default) inside the code server of their location, `docker` in a container each.
    pub launcher: Option<Launcher>,
    /// Port of the UI on this machine; default 3000.
    pub port: Option<u16>,
    /// Port of the first code location on this machine, the others count on from it; default 4000.
    pub first_port: Option<u16>,
    /// Port of Postgres on this machine; default 5432.
    pub database_port: Option<u16>,
    /// Image of Postgres; default the official one with the major version of `database.create.engine`.
    pub database_image: Option<ImageRef>,
    /// Environment of every code location on this machine, over its own `env` and `secrets`; default none.
    pub env: Option<IndexMap<EnvName, String>>,
    /// Code and ports of the code locations, by their keys; default as each field says.
    pub code_locations: Option<Keyed<LocalLocation>>,
    /// Services beside Dagster's, by host name: an image that is known (`redis`, `valkey`, `postgres`), or one with a
    /// `health_check`. `localstack` plays S3 in any case and gets another image here; default none but that.
    pub extra_services: Option<Keyed<WordOr<ImageRef, ExtraService>>>,
}

/// Where runs are executed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Launcher {
    /// Dagster's DefaultRunLauncher: a process of the code server.
    Default,
    /// dagster-docker's DockerRunLauncher: a container for each run; webserver and daemon get Docker's socket.
    Docker,
}

/// Where the code of a code location is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalLocation {
    /// Folder with the code, from the folder of the project; default that folder itself.
    pub path: Option<String>,
    /// Your Dockerfile, from `path`; default none: the rendered one, which wants `pyproject.toml` and `uv.lock` in `path`.
    pub dockerfile: Option<String>,
    /// Where the image has the code, and `path` is mounted; default `working_directory`, else `/opt/dagster/app`.
    pub mount: Option<String>,
    /// Port on this machine and in the container; default the next one after `first_port`.
    pub port: Option<u16>,
}

/// A service beside Dagster's.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraService {
    /// Image of the service.
    pub image: ImageRef,
    /// Command, one item for each word; default the image's.
    pub command: Option<Vec<String>>,
    /// Environment; default none.
    pub env: Option<IndexMap<EnvName, String>>,
    /// Variables that `.env` sets, because their values are credentials; default none.
    pub secrets: Option<Vec<EnvName>>,
    /// Ports that this machine and the service have in common, or `{published, target}` where they differ; default that of a
    /// known image, else none.
    pub ports: Option<Vec<WordOr<u16, PortPair>>>,
    /// Folder in the container that outlives it, in a volume; default none.
    pub data: Option<String>,
    /// Command that succeeds in the container once the service is ready, one item for each word; default that of a known
    /// image.
    pub health_check: Option<Vec<String>>,
}

/// A port of this machine that leads to another one of a service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortPair {
    /// Port of this machine.
    pub published: u16,
    /// Port of the service.
    pub target: u16,
}
