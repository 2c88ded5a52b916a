//! `alarms:` and what `iam:` has, as written: what people who look after a deployment want of it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::WordOr;
use super::network::CreateWord;
use super::scalar::{Arn, GithubRepository, RefName};

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
    /// A role that releases: it pushes images, uploads config, and deploys new revisions of platform, code locations and
    /// tasks with CloudFormation, and changes nothing else; default none.
    pub deploy_role: Option<DeployRole>,
}

/// A role that releases, and who takes it on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployRole {
    /// Jobs of GitHub Actions.
    pub github: GithubTrust,
}

/// Jobs of GitHub Actions that take a role on through OIDC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GithubTrust {
    /// The repository, `acme/dagster`; where GitHub's subject claims have ids, with them: `acme@1234/dagster@5678`.
    pub repo: GithubRepository,
    /// Branches whose jobs may take it on, if they have no environment; default none.
    pub branches: Option<Vec<RefName>>,
    /// GitHub environments whose jobs may take it on; default that of the rendered workflow, or the deployment's name.
    pub environments: Option<Vec<RefName>>,
    /// GitHub's identity provider, of which an account has one: `create`, or `{arn: …}` where it exists; default `create`.
    pub provider: Option<WordOr<CreateWord, ExistingProvider>>,
}

/// An identity provider that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingProvider {
    /// Its ARN.
    pub arn: Arn,
}
