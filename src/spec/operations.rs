//! `alarms:` and what `iam:` has, as written: what people who look after a deployment want of it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Arn;

/// Alarms of CloudWatch, and who hears of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alarms {
    /// ARN of the SNS topic that alarms are sent to; default one that is created.
    pub sns_topic: Option<Arn>,
    /// Addresses that subscribe to the created topic, each after a confirmation; default none.
    pub emails: Option<Vec<String>>,
    /// Which alarms there are; default all that there can be.
    pub on: Option<Vec<AlarmKind>>,
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// No daemon runs: no schedule, no sensor, no queued run starts.
    DaemonDown,
    /// A code location has no server.
    CodeLocationDown,
    /// The UI answers with errors.
    #[serde(rename = "web_5xx")]
    Web5xx,
    /// A webserver fails its health check.
    WebUnhealthy,
    /// The database is busy.
    DbCpu,
    /// The database runs out of storage.
    DbStorage,
    /// A run has failed.
    RunFailures,
}

/// What every IAM role of the deployment has in common.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Iam {
    /// ARN of the managed policy that bounds every role; default none.
    pub permissions_boundary: Option<Arn>,
    /// Path that every role's path begins with, between slashes; default `/dagforge/`.
    pub path: Option<String>,
}
