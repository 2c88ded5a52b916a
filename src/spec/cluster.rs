//! `cluster:` as written: the ECS cluster, made or used, and sessions in its containers.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::WordOr;
use super::scalar::{Arn, ClusterName, LogGroupName};

/// The ECS cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Name or ARN of a cluster in the deployment's account and region, of which nothing is changed; default a cluster of
    /// the deployment's own, under its name.
    pub existing: Option<ClusterName>,
    /// CloudWatch Container Insights of the created cluster: `disabled`, `enabled` or `enhanced`; default `enhanced`.
    pub insights: Option<Insights>,
    /// ECS Exec: sessions in the containers of services.
    pub exec: Option<Exec>,
}

/// Levels of CloudWatch Container Insights.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Insights {
    /// No metrics beyond the free ones.
    Disabled,
    /// Cluster and service metrics.
    Enabled,
    /// Task and container metrics too.
    Enhanced,
}

/// ECS Exec in what runs all the time: webservers, daemon and code servers. Their root file systems are then writable, as
/// the agent of a session needs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exec {
    /// Turn it on for every service; default false: `web.exec` decides for the webserver alone.
    pub enabled: Option<bool>,
    /// Log what is typed and shown: `true` (default, into a log group of the deployment's own), `false`, or into a log group
    /// that exists. Of an existing cluster it says what its owner has chosen, and `true` is the log of the container itself.
    pub log: Option<WordOr<bool, ExistingLogGroup>>,
    /// ARN of the KMS key that encrypts a session beside TLS, of an existing cluster that which its owner has chosen; default
    /// none.
    pub kms: Option<Arn>,
}

/// A log group that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingLogGroup {
    /// Name of the log group, in the deployment's account and region.
    pub existing: LogGroupName,
}
