//! Failed runs, counted in logs: a run's own log tells of its failure, and the daemon's of a run that cannot.

use serde::Serialize;

use super::counts_failures;
use crate::plan::deployment::Deployment;
use crate::plan::in_process::InProcess;
use crate::plan::key::Key;
use crate::plan::task::LogGroup;
use crate::plan::text::Text;
use crate::spec::Spec;

/// A metric filter that counts failed runs.
#[derive(Clone, Debug, Serialize)]
pub struct FailedRuns {
    /// Identifier, in snake case.
    pub id: String,
    /// Name.
    pub name: String,
    /// The log group.
    pub log_group: Text,
    /// What an event of the log has.
    pub pattern: String,
    /// Namespace of the metric.
    pub namespace: String,
    /// The metric.
    pub metric: String,
    /// What its alarm means; the alarm has it.
    #[serde(skip)]
    pub(super) description: String,
}

/// Where the deployment's own metrics are.
pub(in crate::plan) const NAMESPACE: &str = "Dagforge";
/// What every metric of failed runs ends with; the deployment's name and whose runs they are come first. No code location is
/// called by a word with `_` in it.
pub(in crate::plan) const FAILED_RUNS: &str = "failed-runs";
/// What a run's log says of a failure (dagster/_core/events, `DagsterEventType.RUN_FAILURE`).
const RUN_FAILURE: &str = "RUN_FAILURE";
/// What the daemon's log says when the daemon gives up a run that was killed, could not be launched, did not start or took too
/// long (dagster/_daemon/monitoring/run_monitoring.py,
/// dagster/_daemon/run_coordinator/queued_run_coordinator_daemon.py). Any of the phrases counts
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>).
const GIVEN_UP: &str = r#"?"as failed" ?"seconds to start" ?"has exceeded maximum runtime""#;

impl FailedRuns {
    /// Those of a code location.
    pub(super) fn of_location(deployment: &Deployment, key: &Key, runs: &LogGroup) -> Self {
        let description = format!("A run of the code location {key} has failed: see its log, or the UI");
        Self::counted(deployment, "failed_runs", deployment.known_as(key).as_str(), RUN_FAILURE, runs, description)
    }

    /// Those that no location's own log tells of; none where no alarm asks for them.
    pub(in crate::plan) fn of_platform(
        spec: &Spec,
        deployment: &Deployment,
        daemon: &LogGroup,
        in_process: Option<&InProcess>,
    ) -> Vec<Self> {
        if !counts_failures(spec) {
            return Vec::new();
        }
        let description = "The daemon has given up a run that was killed, did not start or took too long: see its log";
        let given_up = Self::counted(deployment, "runs_given_up", "given_up", GIVEN_UP, daemon, description.to_owned());
        let in_process = in_process.map(|it| {
            let description = "A run of a code location in the core image has failed: see its log, or the UI";
            let (id, whose) = ("failed_runs_in_process", "in_process");
            Self::counted(deployment, id, whose, RUN_FAILURE, &it.log_group, description.to_owned())
        });
        [given_up].into_iter().chain(in_process).collect()
    }

    fn counted(
        deployment: &Deployment,
        id: &str,
        whose: &str,
        pattern: &str,
        log_group: &LogGroup,
        description: String,
    ) -> Self {
        Self {
            id: id.to_owned(),
            name: id.replace('_', "-"),
            log_group: log_group.reference.clone(),
            pattern: pattern.to_owned(),
            namespace: NAMESPACE.to_owned(),
            metric: format!("{}/{whose}/{FAILED_RUNS}", deployment.name),
            description,
        }
    }
}
