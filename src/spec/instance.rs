//! `dagster:` and `instance:` as written: Dagster's version, and the parts of dagster.yaml that are the user's choice.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{DagsterVersion, FolderPath};

/// Dagster itself: its version in the core image and what the containers share.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dagster {
    /// Version of dagster and dagster-webserver; default `1.13.27`. dagster-aws and dagster-postgres follow it.
    pub version: Option<DagsterVersion>,
    /// User and group of every container but the init one, as `uid:gid`; default `1000:1000`.
    pub user: Option<String>,
    /// `DAGSTER_HOME` of webserver and daemon, where their config is mounted; default `/opt/dagster/config`.
    pub home: Option<FolderPath>,
}

/// Parts of dagster.yaml beyond what the deployment decides.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Retries of failed runs.
    pub run_retries: Option<RunRetries>,
    /// How long the records of schedule and sensor ticks are kept.
    pub retention: Option<Retention>,
    /// Dagster's usage telemetry.
    pub telemetry: Option<Telemetry>,
}

/// Retries of failed runs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRetries {
    /// Retry at all; default true.
    pub enabled: Option<bool>,
    /// Retries of a run that does not say otherwise; default 0.
    pub max_retries: Option<u32>,
    /// Retry when a step failed, not only when the run's task was lost; default false.
    pub retry_on_asset_or_op_failure: Option<bool>,
}

/// How long tick records are kept, in days; -1 keeps them for ever.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Ticks of schedules.
    pub schedule: Option<TickRetention>,
    /// Ticks of sensors.
    pub sensor: Option<TickRetention>,
}

/// Days to keep ticks, by what came of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TickRetention {
    /// Days to keep them, by outcome; -1 keeps them for ever.
    pub purge_after_days: PurgeAfterDays,
}

/// Days by outcome of a tick.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeAfterDays {
    /// Skipped ticks; default 7.
    pub skipped: Option<i32>,
    /// Failed ticks; default 30.
    pub failure: Option<i32>,
    /// Successful ticks; default -1, for ever.
    pub success: Option<i32>,
    /// Ticks that have only started; default -1, for ever.
    pub started: Option<i32>,
}

/// Dagster's usage telemetry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// Send it; default false.
    pub enabled: Option<bool>,
}
