//! `tasks:` as written: containers that run to their end and are no Dagster runs, such as a dbt project.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::build::Build;
use super::choice::WordOr;
use super::compute::Permission;
use super::keyed::Keyed;
use super::scalar::{
    EnvName, GitRev, ImageRef, KeyName, PackageKey, RepositoryName, ScheduleExpression, SecretSource, TimeZone,
};

/// All tasks, by key. A key is either a code location's or a task's.
pub type Tasks = Keyed<Task>;

/// A container that runs to its end on Fargate, such as a dbt project: started by a schedule, by the runs of code
/// locations, or by hand.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Where its image comes from; default a repository of its own, which is created. An image with tag or digest is used
    /// as it is; `{repository: …}` and `{of: …}` add the revision.
    pub image: Option<WordOr<ImageRef, OtherImage>>,
    /// What the container runs, word by word.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// An archive in the code bucket, `packages/sales.tar.gz`, that is unpacked to `/opt/package` before the command
    /// starts there; default none. `{gitrev}` in it stands for the revision. The image must have sh, tar and gzip.
    pub package: Option<PackageKey>,
    /// Where the image is built from, if its repository is its own; default the folder that holds `output/`.
    pub build: Option<Build>,
    /// Environment of the container; default none but the region's.
    pub env: Option<IndexMap<EnvName, String>>,
    /// Secrets of the container, by environment variable: `name`, `name:json_key` or an ARN in Secrets Manager,
    /// `{ssm: /path}`, or `{create: true}` for one that is created empty; default none. No other task and no code location
    /// can read a secret that is created here.
    pub secrets: Option<IndexMap<EnvName, SecretSource>>,
    /// What the container may do in AWS; default nothing but read its package.
    pub permissions: Option<Vec<Permission>>,
    /// CPU units of the task; default 512.
    pub cpu: Option<u32>,
    /// Memory of the task in MiB; default 1024.
    pub memory: Option<u32>,
    /// Ephemeral storage in GiB, 21 to 200; default is Fargate's 20.
    pub ephemeral_gib: Option<u32>,
    /// When EventBridge Scheduler starts it: `cron(0 3 * * ? *)`, `rate(6 hours)`, or with a time zone;
    /// default never.
    pub schedule: Option<WordOr<ScheduleExpression, Schedule>>,
    /// Code locations whose runs may start it: they get exactly that right, and an environment variable
    /// `DAGFORGE_TASK_<KEY>` with the request; default none.
    pub trigger_from: Option<Vec<KeyName>>,
    /// Revision of this task alone, written into its image reference; default that of the deployment.
    pub gitrev: Option<GitRev>,
    /// Leave the root file system writable; default false (read-only, `/tmp` writable).
    pub writable_root: Option<bool>,
}

/// An image from a repository that is not the task's own.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum OtherImage {
    /// A repository that exists: `acme/dbt` in ECR of this account and region, `ghcr.io/acme/dbt` anywhere else.
    Repository(RepositoryName),
    /// The image of the code location or task with this key, at its revision.
    Of(KeyName),
}

/// A schedule with its time zone.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// `cron(…)` or `rate(…)`.
    pub expression: ScheduleExpression,
    /// Time zone of `cron(…)`; default UTC.
    pub timezone: Option<TimeZone>,
}
