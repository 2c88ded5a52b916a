//! `web:`, `daemon:`, `code_locations:` and `runs:` as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::build::Build;
use super::choice::WordOr;
use super::keyed::Keyed;
use super::location::{Serve, ServerMode};
use super::network::CreateWord;
use super::scalar::{
    Arn, Cidr, DomainName, EnvName, GitRev, HostedZoneId, ImageRef, KeyPrefix, PathPrefix, PythonModule, SecretSource,
    TlsPolicy,
};
use super::sidecar::Sidecar;
use super::storage::Volume;
use super::task::OtherImage;
use super::web::{Auth, Autoscale, ExistingListener, ExistingLogBucket, ReadOnlyCopy, Waf};

/// The Dagster webserver and the load balancer before it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// CPU units of the task; default 512.
    pub cpu: Option<u32>,
    /// Memory of the task in MiB; default 1024.
    pub memory: Option<u32>,
    /// How many webservers; default 1.
    pub replicas: Option<u32>,
    /// As many webservers as are needed, between two limits; default a fixed number, `replicas`.
    pub autoscale: Option<Autoscale>,
    /// Host name of the UI. With it: certificate, HTTPS, redirect and alias record; default none, which is plain HTTP.
    pub domain: Option<DomainName>,
    /// Route 53 hosted zone of `domain`; default none: then nobody writes the record, and a certificate must be given.
    pub zone: Option<Zone>,
    /// `create` (default with `domain`: ACM, validated by DNS in `zone`), or the ARN of an existing certificate.
    pub certificate: Option<WordOr<CreateWord, ExistingCertificate>>,
    /// Security policy of the HTTPS listener; default `ELBSecurityPolicy-TLS13-1-2-2021-06`, which is TLS 1.2 and 1.3 with
    /// forward secrecy.
    pub tls_policy: Option<TlsPolicy>,
    /// Who signs people in; default nobody, and then whoever reaches the UI may do everything. Needs HTTPS.
    pub auth: Option<Auth>,
    /// A listener of an existing load balancer; default a load balancer of the deployment's own.
    pub listener: Option<ExistingListener>,
    /// Path that the UI is found under, such as `/dagster`; default none.
    pub path_prefix: Option<PathPrefix>,
    /// A second webserver, under a name of its own, that changes nothing; default none.
    pub read_only_copy: Option<ReadOnlyCopy>,
    /// A web ACL of AWS WAF before the load balancer; default none.
    pub waf: Option<Waf>,
    /// Log every request: `true` creates a bucket, or name one; default false.
    pub access_logs: Option<WordOr<bool, ExistingLogBucket>>,
    /// `internal` (default) or `internet-facing`.
    pub scheme: Option<Scheme>,
    /// Address ranges that may reach the load balancer; default the VPC's own (of an existing VPC: `network.vpc.cidrs`).
    pub allow: Option<Vec<Cidr>>,
    /// Accept an internet-facing UI without login or without HTTPS; default false.
    pub allow_public: Option<bool>,
    /// Seconds that an idle connection stays open; default 600, because the UI's subscriptions are websockets.
    pub idle_timeout: Option<u32>,
    /// ECS Exec into the webserver; default true without `domain`, because the UI is then reached by port forwarding, and
    /// where `cluster.exec` turns it on for every service.
    pub exec: Option<bool>,
}

/// A Route 53 hosted zone that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Id of the hosted zone, `Z…`.
    pub id: HostedZoneId,
}

/// A certificate that exists in the deployment's region.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingCertificate {
    /// ARN of the ACM certificate.
    pub arn: Arn,
}

/// Where the load balancer can be reached from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// From inside the VPC and networks connected to it.
    Internal,
    /// From the internet, as far as `web.allow` goes.
    InternetFacing,
}

/// The Dagster daemon: always exactly one task.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Daemon {
    /// CPU units of the task; default 512.
    pub cpu: Option<u32>,
    /// Memory of the task in MiB; default 1024.
    pub memory: Option<u32>,
}

/// One code location: an image with Dagster definitions, its server and its runs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeLocation {
    /// Who loads the definitions: `grpc` (default), `in_process` or `external`.
    pub serve: Option<Serve>,
    /// Name in Dagster; default the key.
    pub location_name: Option<String>,
    /// Python module with the definitions; default none: exactly one of `module`, `file` and `package` is given.
    pub module: Option<PythonModule>,
    /// Python file with the definitions, as a path in the image, instead of `module`; default none.
    pub file: Option<String>,
    /// Python package with the definitions, instead of `module`; default none.
    pub package: Option<PythonModule>,
    /// Attribute of the module, file or package; default: Dagster finds the definitions.
    pub attribute: Option<String>,
    /// Directory that the definitions are imported from; default the working directory of the image.
    pub working_directory: Option<String>,
    /// Python interpreter that loads definitions in-process; default that of webserver and daemon.
    pub executable_path: Option<String>,
    /// Host name of an external server; default none.
    pub host: Option<DomainName>,
    /// Port of an external server; default none.
    pub port: Option<u16>,
    /// Unix socket of an external server, instead of `host` and `port`; default none.
    pub socket: Option<String>,
    /// Speak TLS to an external server; default false.
    pub ssl: Option<bool>,
    /// Where its image comes from; default a repository of its own, which is created. An image with tag or digest is used
    /// as it is; `{repository: …}` and `{of: …}` add the revision.
    pub image: Option<WordOr<ImageRef, OtherImage>>,
    /// Fixed revision of this location alone; default that of the deployment.
    pub gitrev: Option<GitRev>,
    /// The server that offers the definitions to webserver and daemon.
    pub server: Option<Server>,
    /// The task of each of this location's runs.
    pub run: Option<Run>,
    /// Where the image is built from; default the folder that holds `output/`.
    pub build: Option<Build>,
    /// Environment of server and runs; default none beyond what Dagster needs.
    pub env: Option<IndexMap<EnvName, String>>,
    /// Secrets of server and runs, by environment variable: `name`, `name:json_key` or an ARN in Secrets Manager,
    /// `{ssm: /path}`, or `{create: true}` for one that is created empty; default none but the database's.
    pub secrets: Option<IndexMap<EnvName, SecretSource>>,
    /// What server and runs may do in AWS; default nothing beyond what Dagster needs.
    pub permissions: Option<Vec<Permission>>,
    /// Prefix in the data bucket that server and runs may use, such as `repos/sales`; default none. They find it in
    /// `DAGFORGE_DATA_BUCKET` and `DAGFORGE_DATA_PREFIX`.
    pub s3_prefix: Option<KeyPrefix>,
    /// Folders of file systems in server and runs, by a name of your choice; default none.
    pub volumes: Option<Keyed<Volume>>,
    /// Containers beside Dagster's own in server and runs, by a name of your choice; default none.
    pub sidecars: Option<Keyed<Sidecar>>,
    /// Leave the root file system writable; default false (read-only, `/tmp` writable).
    pub writable_root: Option<bool>,
}

/// The gRPC code server of a location.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// CPU units of the task; default 256.
    pub cpu: Option<u32>,
    /// Memory of the task in MiB; default 1024.
    pub memory: Option<u32>,
    /// Ephemeral storage in GiB, 21 to 200; default is Fargate's 20.
    pub ephemeral_gib: Option<u32>,
    /// `code-server` (default) or `grpc`.
    pub mode: Option<ServerMode>,
    /// How many servers answer, of which `grpc` can have several; default 1.
    pub replicas: Option<u32>,
    /// Port of the gRPC server; default 4000.
    pub port: Option<u16>,
    /// Seconds that loading the definitions may take; default 180, at most 300.
    pub startup_seconds: Option<u32>,
}

/// The Fargate task of one run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// CPU units of the task; default 512.
    pub cpu: Option<u32>,
    /// Memory of the task in MiB; default 2048.
    pub memory: Option<u32>,
    /// Ephemeral storage in GiB, 21 to 200; default is Fargate's 20.
    pub ephemeral_gib: Option<u32>,
    /// Minutes after which a run of this location is ended and fails; default none. The image needs `timeout`, as every one
    /// with coreutils or BusyBox has. `runs.monitoring.max_runtime` is for all locations.
    pub timeout_minutes: Option<u32>,
}

/// Rights of a location's server and runs: either `allow` and `on`, or `managed`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// IAM actions, such as `athena:StartQueryExecution`; default none.
    pub allow: Option<Vec<String>>,
    /// ARNs that the actions are allowed on; default none.
    pub on: Option<Vec<String>>,
    /// ARN of a managed policy to attach, instead of `allow` and `on`; default none.
    pub managed: Option<Arn>,
}

/// How runs are launched, limited and watched.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// Capacity providers of all runs; default on-demand Fargate.
    pub capacity: Option<Capacity>,
    /// Runs in progress at the same time; default 25.
    pub max_concurrent: Option<u32>,
    /// Limits for runs that carry a tag; default none.
    pub tag_limits: Option<Vec<TagLimit>>,
    /// Concurrency pools.
    pub pools: Option<Pools>,
    /// Dagster's run monitoring, which is always on.
    pub monitoring: Option<Monitoring>,
    /// Tags of a Dagster run that its ECS task gets too; default none.
    pub propagate_tags: Option<Vec<String>>,
    /// Where runs are started: `explicit` (default, all private subnets and a security group of their own) or `inherit` (the
    /// daemon's one subnet and its group).
    pub network: Option<RunNetwork>,
    /// Keep old revisions of the run definitions, which queued runs still name; default true.
    pub keep_old_definitions: Option<bool>,
    /// `ecs_executor` lets runs start a task for each step, for jobs with `executor_def=ecs_executor`; default `none`.
    pub step_isolation: Option<StepIsolation>,
}

/// Where runs are started.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum RunNetwork {
    /// All private subnets, and a security group of their own.
    Explicit,
    /// The subnet and the security group of the daemon's task.
    Inherit,
}

/// What the steps of a run are isolated in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum StepIsolation {
    /// Processes of the run's own task.
    None,
    /// Tasks of their own.
    EcsExecutor,
}

/// Weights of the capacity providers; the launcher has one strategy for all runs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Weight of on-demand Fargate; default 1.
    pub fargate: Option<u32>,
    /// Weight of Fargate Spot; default 0.
    pub fargate_spot: Option<u32>,
    /// Tasks that run on demand before the weights count; default 0.
    pub base: Option<u32>,
}

/// A concurrency limit for runs that carry a tag.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagLimit {
    /// Tag key.
    pub key: String,
    /// Tag value; default none: every run with the key counts.
    pub value: Option<String>,
    /// Runs with the tag that may be in progress at the same time.
    pub limit: u32,
}

/// Dagster's concurrency pools.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pools {
    /// Slots of a pool that has no limit of its own; default no limit.
    pub default_limit: Option<u32>,
    /// What takes a slot: a whole `run` (default) or a single `op`.
    pub granularity: Option<PoolGranularity>,
}

/// What takes a slot of a pool.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum PoolGranularity {
    /// A run, from its start to its end.
    Run,
    /// An op, while it executes.
    Op,
}

/// Dagster's run monitoring.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitoring {
    /// Seconds a run may take to start; default 600.
    pub start_timeout: Option<u32>,
    /// Seconds a run may take to cancel; default 180.
    pub cancel_timeout: Option<u32>,
    /// How often a run whose task was lost is resumed; default 0: it is failed, and `instance.run_retries` decides.
    pub resume_attempts: Option<u32>,
    /// Seconds after which any run is failed; default none.
    pub max_runtime: Option<u32>,
}

/// All code locations, by key.
pub type CodeLocations = Keyed<CodeLocation>;
