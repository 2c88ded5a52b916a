//! `images:`, `config:`, `database:`, `storage:` and `logs:` as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::WordOr;
use super::keyed::Keyed;
use super::network::CreateWord;
use super::scalar::{
    AccountId, Arn, BucketName, ImageRef, KeyPrefix, Region, RepositoryName, SecretRef, SecurityGroupId,
};
use super::storage::{DataBucket, FileSystem};

/// Image repositories and what is common to all images.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// `create` (default: a repository for every image), or a registry that has them under the same names, pushed by
    /// whoever it belongs to.
    pub registry: Option<WordOr<CreateWord, Registry>>,
    /// Scan images when they are pushed; default true.
    pub scan: Option<bool>,
    /// How many images the repositories keep.
    pub keep: Option<Keep>,
    /// CPU architecture of every image: `x86_64` (default) or `arm64`.
    pub arch: Option<Arch>,
    /// Image of the init container that fetches the config: any with sh, sed and the AWS CLI; default AWS's own,
    /// `public.ecr.aws/aws-cli/aws-cli:2.31.23`.
    pub init: Option<ImageRef>,
}

/// A registry that has the images: ECR in another account or region, or one of another kind.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Account of the ECR registry, whose repositories allow this one to pull; default the deployment's own.
    pub account: Option<AccountId>,
    /// Region of the ECR registry; default the deployment's own.
    pub region: Option<Region>,
    /// Host of another registry, and what the names of all its repositories begin with, such as `ghcr.io/acme`; default none.
    pub url: Option<RepositoryName>,
    /// Secret of Secrets Manager with a `username` and a `password` for that registry: its name or ARN; default none.
    pub credentials: Option<SecretRef>,
}

/// Retention of images. It counts images, not days: an image in use must not expire because nobody released for long.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// Newest images that each repository keeps, however old they are; default 500.
    pub tagged: Option<u32>,
    /// Days after which untagged images go; default 7.
    pub untagged_days: Option<u32>,
}

/// CPU architectures of Fargate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// 64-bit x86.
    X86_64,
    /// 64-bit ARM (Graviton).
    Arm64,
}

/// How dagster.yaml and workspace.yaml reach webserver and daemon.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `s3` (default, an init container fetches them from a bucket) or `inline` (it has them in its environment, and there
    /// is no bucket).
    pub delivery: Option<Delivery>,
    /// `create` (default), or the name of an existing bucket, which must be versioned.
    pub bucket: Option<WordOr<CreateWord, ExistingBucket>>,
    /// Prefix of the files in the bucket; default `config`.
    pub prefix: Option<KeyPrefix>,
}

/// How the config files are delivered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// From a bucket.
    S3,
    /// In the task definitions themselves.
    Inline,
}

/// A bucket that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingBucket {
    /// Name of the bucket.
    pub existing: BucketName,
}

/// Dagster's Postgres.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The RDS instance to make; this is the default, with every default below.
    pub create: Option<CreateDatabase>,
    /// A PostgreSQL database that exists, instead of `create`; default none.
    pub existing: Option<ExistingDatabase>,
    /// How Dagster signs in: `secret` (default, a generated password that nothing rotates), `iam` (tokens of fifteen minutes, no
    /// password), or `rds_managed` (RDS rotates the password, and a rule restarts what still has the old one).
    pub auth: Option<DatabaseAuth>,
    /// Days that automatic backups of the created database are kept, 1 to 35; default 14.
    pub backup_days: Option<u32>,
    /// `task` makes a task definition that brings the tables to a new version of Dagster; default `none`.
    pub migrate: Option<Migrate>,
}

/// How Dagster signs in to its database.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseAuth {
    /// A password from Secrets Manager that stays what it is.
    Secret,
    /// Tokens that IAM signs.
    Iam,
    /// A password that RDS keeps in Secrets Manager and rotates.
    RdsManaged,
}

/// What brings the tables to a new version of Dagster.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Migrate {
    /// A task definition that runs `dagster instance migrate` once and ends.
    Task,
    /// Nothing of the deployment's.
    None,
}

/// An RDS for PostgreSQL instance, or an Aurora cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDatabase {
    /// PostgreSQL version to begin with; default `"17.7"`. RDS keeps the minor version up to date.
    pub engine: Option<String>,
    /// Instance class; default `db.t4g.small`.
    pub class: Option<String>,
    /// Storage in GiB, 20 to 65536; default 20.
    pub storage_gib: Option<u32>,
    /// GiB that storage may grow to by itself; default 100.
    pub max_storage_gib: Option<u32>,
    /// A standby in a second zone; default false.
    pub multi_az: Option<bool>,
    /// Aurora Serverless v2 instead of an instance of a fixed class; default none.
    pub aurora: Option<Aurora>,
    /// Weekly half hour or more for what interrupts, in UTC; default `sun:03:00-sun:04:00`.
    pub maintenance_window: Option<String>,
    /// Daily half hour or more for backups, in UTC; default `01:00-02:00`.
    pub backup_window: Option<String>,
    /// ARN of the KMS key of storage, secret and Performance Insights; default `kms`, and without it the AWS managed keys.
    pub kms: Option<Arn>,
}

/// Capacity of Aurora Serverless v2, in steps of half a unit; one unit has 2 GiB of memory.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aurora {
    /// Units that are always there, 0.5 to 256; default 0.5. The daemon never lets the database sleep, so 0 would save nothing.
    pub min_acu: Option<f64>,
    /// Units that it may grow to, 1 to 256; default 4.
    pub max_acu: Option<f64>,
}

/// A PostgreSQL database that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingDatabase {
    /// Host name.
    pub host: String,
    /// Port; default 5432.
    pub port: Option<u16>,
    /// Database name; default `dagster`.
    pub name: Option<String>,
    /// User name; default `dagster`.
    pub user: Option<String>,
    /// Reference to the password: `name`, `name:json_key` or an ARN in Secrets Manager, or `{ssm: /path}`; default none, which
    /// only `auth: iam` can do without.
    pub password: Option<SecretRef>,
    /// With `auth: iam` the resource id of the instance or cluster, `db-…` or `cluster-…`; default none.
    pub resource_id: Option<String>,
    /// Security group of the database: it gets one ingress rule for each group of tasks.
    pub security_group: SecurityGroupId,
}

/// Buckets beside the config bucket.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// Compute logs of runs.
    pub compute_logs: Option<ComputeLogs>,
    /// The bucket with the packages of tasks: `create` (default, when a task has a `package`), or an existing one.
    pub code_bucket: Option<WordOr<CreateWord, ExistingBucket>>,
    /// The bucket that pipelines keep their data in: `create` (default, when a code location has an `s3_prefix`), the same
    /// with lifecycle rules, or an existing one.
    pub data_bucket: Option<WordOr<CreateWord, DataBucket>>,
    /// EFS file systems, by a key of your choice; default none.
    pub efs: Option<Keyed<FileSystem>>,
}

/// The bucket with stdout and stderr of every step.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComputeLogs {
    /// `create` (default), or the name of an existing bucket.
    pub bucket: Option<WordOr<CreateWord, ExistingBucket>>,
    /// Days that a created bucket keeps them; default 90.
    pub expire_days: Option<u32>,
}

/// Container logs in CloudWatch.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// Days to keep them, one of the values CloudWatch knows; default 365.
    pub retention_days: Option<u32>,
    /// ARN of the KMS key that encrypts them; its policy must let CloudWatch Logs use it; default `kms`, and without it CloudWatch's own key.
    pub kms: Option<Arn>,
    /// What a container does while CloudWatch takes no more: `non-blocking` (default) keeps 25 MiB of lines in memory and then
    /// loses the oldest, `blocking` makes the container wait and loses none.
    pub mode: Option<LogMode>,
}

/// What a container does while CloudWatch takes no more of its lines.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum LogMode {
    /// It goes on, and lines may be lost.
    NonBlocking,
    /// It waits whenever it writes.
    Blocking,
}
