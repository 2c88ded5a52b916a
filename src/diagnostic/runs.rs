//! Findings about launching, limiting and watching runs.

use super::code::codes;
use super::{Diagnostics, Place, Severity};
use crate::spec::path::SpecPath;

codes! {
    NO_CAPACITY = "no-capacity": "ECS needs a capacity provider with a weight above zero, or it cannot decide where a run \
        goes."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html";
    SPOT_ONLY = "spot-only": "Every run is on Spot, which AWS takes back with two minutes' notice. Long runs then start \
        over and over; a run whose tag `ecs/run_task_kwargs` says so can still be on demand."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html";
    NEVER_RUNS = "never-runs": "A limit of zero queues such runs for ever."
        => "dagster/_core/run_coordinator of Dagster: a limit counts runs in progress.";
    SHORT_TIMEOUT = "short-timeout": "A run is given up before ECS has had the time that it usually needs."
        => "A rule of dagforge's own: pulling a large image alone takes minutes.";
    ONE_SUBNET = "one-subnet": "A run that inherits its network starts in the subnet that the daemon's task happens to be in. Each \
        takes an address there, and when none is left runs fail to start."
        => "dagster_aws/ecs/tasks.py of dagster-aws, `get_current_ecs_task_metadata`.";
    RESERVED_RUN_TAG = "reserved-run-tag": "The launcher sets this tag itself, or refuses to pass it on."
        => "dagster_aws/ecs/launcher.py of dagster-aws.";
    OVERRIDE_SIZE = "override-size": "RunTask takes 8,192 characters of overrides. Dagster passes the whole instance in them, \
        so every tag limit, tag and propagated key adds to each launch."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html";
}

impl Diagnostics {
    /// No weight above zero.
    pub fn no_capacity(&mut self, at: &SpecPath) {
        self.error(NO_CAPACITY, Place::value(at), "no capacity provider has a weight above zero").help(
            "`{fargate_spot: 4, fargate: 1}` puts four of five runs on Spot; without `capacity` all are on demand",
        );
    }

    /// Nothing on demand.
    pub fn spot_only(&mut self, at: &SpecPath) {
        self.warning(SPOT_ONLY, Place::value(at), "every run is on Spot and can be stopped at two minutes' notice")
            .help("`base: 1` keeps one on demand; `fargate: 1` a share of them");
    }

    /// A limit of zero.
    pub fn never_runs(&mut self, at: &SpecPath) {
        self.warning(NEVER_RUNS, Place::value(at), "with a limit of 0 these runs wait for ever").help("1 or more");
    }

    /// Given up too early.
    pub fn short_timeout(&mut self, at: &SpecPath, seconds: u32, reason: &str, least: u32) {
        self.warning(SHORT_TIMEOUT, Place::value(at), format!("{seconds} seconds are short: {reason}"))
            .help(format!("{least} or more"));
    }

    /// More runs than the daemon's subnet has addresses.
    pub fn one_subnet(&mut self, at: &SpecPath, runs: u64, addresses: u64) {
        let message = format!("{runs} runs may be in progress, and the daemon's subnet has {addresses} addresses");
        self.warning(ONE_SUBNET, Place::value(at), message)
            .help("`network: explicit` uses every private subnet; or lower `runs.max_concurrent`");
    }

    /// A tag that cannot be propagated.
    pub fn reserved_run_tag(&mut self, at: &SpecPath, tag: &str) {
        let message = format!("Dagster's launcher does not let `{tag}` be propagated");
        self.error(RESERVED_RUN_TAG, Place::value(at), message)
            .help("remove it; `dagster/run_id` and `dagster/job_name` are always there");
    }

    /// Overrides that grow beyond what RunTask takes.
    pub fn override_size(&mut self, at: &SpecPath, size: usize, limit: usize, severity: Severity) {
        let message = format!("the overrides of a run would have some {size} characters; RunTask takes {limit}");
        self.add(severity, OVERRIDE_SIZE, Place::value(at), message)
            .help("fewer `tags`, `runs.tag_limits` or `runs.propagate_tags`");
    }
}
