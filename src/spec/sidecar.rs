//! `code_locations.*.sidecars` as written: containers beside a code location's server and its runs.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{EnvName, ImageRef, SecretSource};
use super::storage::Side;

/// A container beside Dagster's own in the tasks of a code location, such as a collector of telemetry. It shares their
/// network, `localhost` included, and their role, but no files. A local stack has none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    /// Its image, with a tag or digest.
    pub image: ImageRef,
    /// Where it runs: beside the `server`, the `run`, or both; default both.
    pub on: Option<Vec<Side>>,
    /// Its end ends the server's task too; default false. A run ends when Dagster's own container does, so beside runs
    /// nothing else can be essential.
    pub essential: Option<bool>,
    /// What the container runs, word by word; default what its image does.
    #[schemars(length(min = 1))]
    pub command: Option<Vec<String>>,
    /// Replaces the image's entry point; default the image's own.
    #[schemars(length(min = 1))]
    pub entry_point: Option<Vec<String>>,
    /// `uid:gid` that it runs as; default the image's own user.
    pub user: Option<String>,
    /// Environment of the container; default none but the region's.
    pub env: Option<IndexMap<EnvName, String>>,
    /// Secrets of the container, by environment variable: `name`, `name:json_key` or an ARN in Secrets Manager,
    /// `{ssm: /path}`, or `{create: true}` for one that is created empty; default none.
    pub secrets: Option<IndexMap<EnvName, SecretSource>>,
    /// Ports that it listens on, at `localhost` of its task; default none. No security group lets anybody else in.
    pub ports: Option<Vec<u16>>,
    /// Tells when it is ready: Dagster's container waits for that. Default none: it waits until the sidecar has started.
    pub health_check: Option<SidecarHealth>,
    /// CPU units of the server's task that are set aside for it; default none.
    pub cpu: Option<u32>,
    /// Memory of the server's task that it may use, in MiB; default whatever is free.
    pub memory: Option<u32>,
    /// Seconds between the signal to stop and its end, at most 120; default 30. It is told after Dagster's container ended.
    pub stop_timeout: Option<u32>,
    /// Leave the root file system writable; default false (read-only, `/tmp` writable).
    pub writable_root: Option<bool>,
}

/// A health check that ECS runs inside the sidecar.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SidecarHealth {
    /// The program and its arguments; it ends with 0 when all is well.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// Seconds between checks, 5 to 300; default 10.
    pub interval: Option<u32>,
    /// Seconds that a check may take, 2 to 60; default 5.
    pub timeout: Option<u32>,
    /// Failures in a row that make it unhealthy, 1 to 10; default 3.
    pub retries: Option<u32>,
    /// Seconds after the start in which failures do not count, 0 to 300; default 0.
    pub start_period: Option<u32>,
}
