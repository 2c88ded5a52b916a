//! The spec exactly as written: `None` means "not said". Defaults belong to the plan.

pub mod access;
pub mod adopt;
mod anchors;
pub mod build;
pub mod choice;
pub mod cluster;
pub mod compute;
pub mod data;
pub mod encryption;
mod extent;
pub mod extra;
pub mod github;
pub mod instance;
pub mod keyed;
pub mod load;
pub mod local;
pub mod locate;
pub mod location;
pub mod network;
pub mod operations;
pub mod output;
pub mod overlay;
pub mod overrides;
pub mod path;
mod probe;
mod read;
pub mod renames;
mod retired;
pub mod scalar;
mod schema;
mod shape;
pub mod sidecar;
pub mod storage;
mod syntax;
pub mod task;
pub mod web;

pub use load::{Document, Loaded, Remnant, load, load_all, remnants};
pub use schema::schema;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use scalar::{AccountId, GitRev, GrammarVersion, Name, Partition, Region};

/// A Dagster deployment on AWS ECS.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Version of this grammar: 1.
    pub dagforge: GrammarVersion,
    /// Name of the deployment; every AWS name starts with it.
    pub name: Name,
    /// AWS region, such as `eu-central-1`.
    pub region: Region,
    /// Account the deployment belongs to: Terraform works in no other, and the runbook asks; default whichever the
    /// credentials belong to.
    pub account: Option<AccountId>,
    /// Partition of the region, to have it checked: `aws`, `aws-cn` or `aws-us-gov`; default the region's own.
    pub partition: Option<Partition>,
    /// A fixed revision of every image; default none: the revision is a deploy-time input. `--gitrev` wins over it.
    pub gitrev: Option<GitRev>,
    /// Protect the VPC, the load balancer and everything that holds data against deletion; default true.
    pub protect: Option<bool>,
    /// Tags of every resource that can carry tags, and of the runs' tasks; default none but `dagforge:deployment`.
    pub tags: Option<IndexMap<String, String>>,
    /// Dagster's version, and the user of its containers.
    pub dagster: Option<instance::Dagster>,
    /// Key of everything that keeps data and has no key of its own: logs, buckets, secrets, file systems, database, images and
    /// the topic of alarms. `create` makes one, `{key: ARN}` names one; default the keys that AWS keeps for each service. Give
    /// it from the beginning: what keeps data is made anew for another key, which its protection refuses.
    pub kms: Option<choice::WordOr<network::CreateWord, encryption::ExistingKey>>,
    /// What the rendered files bring along for the pipelines that apply them.
    pub output: Option<output::Output>,
    /// Changes of the rendered text, for what the spec has no key for; default none.
    pub overrides: Option<overrides::Overrides>,
    /// Templates and module files of your own, deployed with everything else; default none.
    pub extra: Option<extra::Extra>,
    /// What exists and is taken over in place of being made; default none.
    pub adopt: Option<adopt::Adopt>,
    /// Keys that code locations and tasks had before: AWS goes on to know them by those, and nothing is replaced; default none.
    pub renames: Option<renames::Renames>,
    /// Parts of dagster.yaml beyond what the deployment decides.
    pub instance: Option<instance::Instance>,
    /// VPC, subnets, NAT and endpoints.
    pub network: Option<network::Network>,
    /// Private DNS of the code servers.
    pub discovery: Option<network::Discovery>,
    /// Image repositories, and what is common to all images.
    pub images: Option<data::Images>,
    /// Delivery of dagster.yaml and workspace.yaml.
    pub config: Option<data::Config>,
    /// Dagster's Postgres.
    pub database: Option<data::Database>,
    /// Buckets beside the config bucket.
    pub storage: Option<data::Storage>,
    /// Container logs.
    pub logs: Option<data::Logs>,
    /// The ECS cluster.
    pub cluster: Option<cluster::Cluster>,
    /// The webserver and its load balancer.
    pub web: Option<compute::Web>,
    /// Size of the daemon's task.
    pub daemon: Option<compute::Daemon>,
    /// Code locations, by a key of your choice: at most 31 characters.
    pub code_locations: compute::CodeLocations,
    /// Containers that run to their end and are no Dagster runs, by key.
    pub tasks: Option<task::Tasks>,
    /// Launching, limits and monitoring of runs.
    pub runs: Option<compute::Runs>,
    /// What every IAM role has in common.
    pub iam: Option<operations::Iam>,
    /// Groups of people and what they may do; default none.
    pub access: Option<access::Access>,
    /// Alarms of CloudWatch; default none.
    pub alarms: Option<operations::Alarms>,
    /// A dashboard of CloudWatch with what somebody on call looks at first: alarms, UI, services, code locations, database,
    /// and failed runs where `alarms` counts them; default false.
    pub dashboard: Option<bool>,
    /// The deployment on one machine: with it, `render all` writes `compose/` too.
    pub local: Option<local::Local>,
    /// A workflow for GitHub Actions; default none.
    pub github: Option<github::Github>,
}

impl Document for Spec {
    const NOT_YET: &'static [&'static str] = &["logs.firelens"];
}
