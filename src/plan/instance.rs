//! dagster.yaml and workspace.yaml: what the two config files say, before any target is chosen.

use serde::Serialize;

use super::database::Database;
use super::deployment::{Deployment, Tag};
use super::text::Text;
use super::workspace::Workspace;
use crate::spec::Spec;
use crate::spec::compute::{Capacity, PoolGranularity, RunNetwork, Runs};
use crate::spec::instance::{Instance as SpecInstance, PurgeAfterDays};

/// What the two files say.
#[derive(Clone, Debug, Serialize)]
pub struct Instance {
    /// Port of Postgres; the rest of the connection comes from the environment.
    pub database_port: u16,
    /// Dagster signs in to Postgres with tokens that IAM signs, not with a password.
    pub database_iam: bool,
    /// Folder of what steps hand to each other without an IO manager of their own.
    pub artifacts_directory: String,
    /// Name of the cluster that runs are launched in.
    pub cluster: String,
    /// Launch type of runs, where it has to be said: without one, and without a strategy, the cluster decides.
    pub launch_type: Option<String>,
    /// AWS region.
    pub region: String,
    /// Container of the run definitions.
    pub run_container: String,
    /// Capacity provider strategy of every run; empty launches on demand.
    pub capacity: Vec<CapacityProvider>,
    /// Runs are started where the daemon is.
    pub inherits_network: bool,
    /// Stand-ins of the run subnets' ids, which exist only after deployment; none where runs inherit the network.
    pub subnets: Vec<Token>,
    /// Stand-in of the run security group's id.
    pub security_group: Option<Token>,
    /// Tags of every run's task.
    pub run_tags: Vec<Tag>,
    /// Tags of a Dagster run that its task gets too.
    pub propagate_tags: Vec<String>,
    /// Prefix of the compute logs in their bucket.
    pub compute_logs_prefix: String,
    /// Seconds between uploads of a step's growing output.
    pub compute_logs_interval: u32,
    /// Run monitoring.
    pub monitoring: Monitoring,
    /// Retries of failed runs.
    pub retries: Retries,
    /// Runs in progress at the same time.
    pub max_concurrent: u32,
    /// Limits for runs that carry a tag.
    pub tag_limits: Vec<TagLimit>,
    /// Concurrency pools.
    pub pools: Pools,
    /// Days that ticks are kept.
    pub retention: Retention,
    /// Threads that evaluate schedules, and as many for sensors.
    pub tick_threads: u32,
    /// Usage telemetry.
    pub telemetry: bool,
    /// What workspace.yaml says.
    pub workspace: Workspace,
}

/// One entry of the capacity provider strategy.
#[derive(Clone, Debug, Serialize)]
pub struct CapacityProvider {
    /// `FARGATE` or `FARGATE_SPOT`.
    pub provider: String,
    /// Share of tasks beyond the base.
    pub weight: u32,
    /// Tasks before the weights count.
    pub base: u32,
}

/// A stand-in in dagster.yaml that the init container replaces from its environment.
#[derive(Clone, Debug, Serialize)]
pub struct Token {
    /// The text in the file.
    pub token: String,
    /// The environment variable with the value.
    pub variable: String,
    /// The value, known after deployment.
    pub value: Text,
}

/// Run monitoring, in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Monitoring {
    /// A run must have started by then.
    pub start_timeout: u32,
    /// A run must have stopped by then.
    pub cancel_timeout: u32,
    /// How often a run whose task was lost is resumed.
    pub resume_attempts: u32,
    /// Longest run; none means no limit.
    pub max_runtime: Option<u32>,
    /// Between looks at the runs.
    pub poll_interval: u32,
}

/// Retries of failed runs.
#[derive(Clone, Debug, Serialize)]
pub struct Retries {
    /// Retry at all.
    pub enabled: bool,
    /// Retries of a run that does not say otherwise.
    pub max_retries: u32,
    /// Retry after a failed step too.
    pub on_failed_step: bool,
}

/// A limit for runs that carry a tag.
#[derive(Clone, Debug, Serialize)]
pub struct TagLimit {
    /// Tag key.
    pub key: String,
    /// Tag value; none counts every value.
    pub value: Option<String>,
    /// Runs at the same time.
    pub limit: u32,
}

/// Concurrency pools.
#[derive(Clone, Debug, Serialize)]
pub struct Pools {
    /// Slots of a pool that has no limit of its own; none means no limit.
    pub default_limit: Option<u32>,
    /// `run` or `op`.
    pub granularity: String,
}

/// Days that ticks are kept; -1 is for ever.
#[derive(Clone, Debug, Serialize)]
pub struct Retention {
    /// Ticks of schedules.
    pub schedule: TickDays,
    /// Ticks of sensors.
    pub sensor: TickDays,
}

/// Days by outcome of a tick.
#[derive(Clone, Debug, Serialize)]
pub struct TickDays {
    /// Skipped ticks.
    pub skipped: i32,
    /// Failed ticks.
    pub failure: i32,
    /// Successful ticks.
    pub success: i32,
    /// Ticks that have just started.
    pub started: i32,
}

impl Instance {
    /// Resolves what the two files say.
    pub fn resolve(spec: &Spec, deployment: &Deployment, place: Place<'_>, workspace: Workspace) -> Self {
        let runs = spec.runs.clone().unwrap_or_default();
        let instance = spec.instance.clone().unwrap_or_default();
        let monitoring = runs.monitoring.clone().unwrap_or_default();
        let inherits = inherits_network(&runs);
        Self {
            database_port: place.database.port,
            database_iam: place.database.iam,
            artifacts_directory: "/tmp/dagster".to_owned(),
            cluster: place.cluster.to_owned(),
            launch_type: launch_type(deployment, &runs),
            region: deployment.region.clone(),
            run_container: RUN_CONTAINER.to_owned(),
            capacity: runs.capacity.as_ref().map(capacity).unwrap_or_default(),
            inherits_network: inherits,
            subnets: if inherits { Vec::new() } else { subnets(place.subnets) },
            security_group: (!inherits).then(|| Token::new("SECURITY_GROUP", place.security_group)),
            run_tags: deployment.tags.clone(),
            propagate_tags: runs.propagate_tags.clone().unwrap_or_default(),
            compute_logs_prefix: COMPUTE_LOGS_PREFIX.to_owned(),
            compute_logs_interval: 30,
            monitoring: Monitoring {
                start_timeout: monitoring.start_timeout.unwrap_or(600),
                cancel_timeout: monitoring.cancel_timeout.unwrap_or(180),
                resume_attempts: monitoring.resume_attempts.unwrap_or(0),
                max_runtime: monitoring.max_runtime,
                poll_interval: 60,
            },
            retries: retries(&instance),
            max_concurrent: max_concurrent(&runs),
            tag_limits: tag_limits(&runs),
            pools: pools(&runs),
            retention: retention(&instance),
            tick_threads: 4,
            telemetry: instance.telemetry.and_then(|it| it.enabled).unwrap_or(false),
            workspace,
        }
    }

    /// Every stand-in of dagster.yaml.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.subnets.iter().chain(&self.security_group)
    }
}

/// Where runs are launched.
pub struct Place<'a> {
    /// Name of the cluster.
    pub cluster: &'a str,
    /// Dagster's Postgres.
    pub database: &'a Database,
    /// Subnets of runs.
    pub subnets: &'a [Text],
    /// Security group of runs.
    pub security_group: &'a Text,
}

/// Container of the run definitions; the launcher's own default.
pub const RUN_CONTAINER: &str = "run";
/// Prefix of the compute logs in their bucket.
pub const COMPUTE_LOGS_PREFIX: &str = "compute-logs";

/// Runs in progress at the same time.
pub fn max_concurrent(runs: &Runs) -> u32 {
    runs.max_concurrent.unwrap_or(25)
}

/// Runs are started in the daemon's subnet and security group.
pub fn inherits_network(runs: &Runs) -> bool {
    runs.network == Some(RunNetwork::Inherit)
}

/// The strategy of a cluster that exists is its owner's. Where runs inherit their network the launcher says it itself
/// (dagster_aws/ecs/tasks.py, `get_task_kwargs_from_current_task`).
fn launch_type(deployment: &Deployment, runs: &Runs) -> Option<String> {
    let decides = deployment.existing_cluster.is_some() && runs.capacity.is_none() && !inherits_network(runs);
    decides.then(|| "FARGATE".to_owned())
}

fn subnets(subnets: &[Text]) -> Vec<Token> {
    subnets.iter().enumerate().map(|(index, it)| Token::new(&format!("SUBNET_{}", index + 1), it)).collect()
}

impl Token {
    fn new(name: &str, value: &Text) -> Self {
        Self { token: format!("__DAGFORGE_{name}__"), variable: format!("DAGFORGE_{name}"), value: value.clone() }
    }
}

fn capacity(capacity: &Capacity) -> Vec<CapacityProvider> {
    let provider =
        |provider: &str, weight: u32, base: u32| CapacityProvider { provider: provider.to_owned(), weight, base };
    let spot = provider("FARGATE_SPOT", capacity.fargate_spot.unwrap_or(0), 0);
    let on_demand = provider("FARGATE", capacity.fargate.unwrap_or(1), capacity.base.unwrap_or(0));
    [spot, on_demand].into_iter().filter(|it| it.weight > 0 || it.base > 0).collect()
}

fn retries(instance: &SpecInstance) -> Retries {
    let retries = instance.run_retries.clone().unwrap_or_default();
    Retries {
        enabled: retries.enabled.unwrap_or(true),
        max_retries: retries.max_retries.unwrap_or(0),
        on_failed_step: retries.retry_on_asset_or_op_failure.unwrap_or(false),
    }
}

fn tag_limits(runs: &Runs) -> Vec<TagLimit> {
    let limits = runs.tag_limits.iter().flatten();
    limits.map(|it| TagLimit { key: it.key.clone(), value: it.value.clone(), limit: it.limit }).collect()
}

fn pools(runs: &Runs) -> Pools {
    let pools = runs.pools.clone().unwrap_or_default();
    let granularity = match pools.granularity.unwrap_or(PoolGranularity::Run) {
        PoolGranularity::Run => "run",
        PoolGranularity::Op => "op",
    };
    Pools { default_limit: pools.default_limit, granularity: granularity.to_owned() }
}

/// Dagster keeps ticks for ever unless told; a sensor that skips every 30 seconds makes a million rows a year.
fn retention(instance: &SpecInstance) -> Retention {
    let retention = instance.retention.clone().unwrap_or_default();
    let days = |ticks: Option<PurgeAfterDays>| {
        let ticks = ticks.unwrap_or_default();
        TickDays {
            skipped: ticks.skipped.unwrap_or(7),
            failure: ticks.failure.unwrap_or(30),
            success: ticks.success.unwrap_or(-1),
            started: ticks.started.unwrap_or(-1),
        }
    };
    Retention {
        schedule: days(retention.schedule.map(|it| it.purge_after_days)),
        sensor: days(retention.sensor.map(|it| it.purge_after_days)),
    }
}
