//! What starts a task by the clock: a schedule of EventBridge Scheduler with a role that may start this task and no other.

use serde::Serialize;

use super::{Surroundings, trigger};
use crate::plan::access::cluster_arn;
use crate::plan::cluster;
use crate::plan::iam::{Role, Trust, arn};
use crate::plan::key::Key;
use crate::plan::names::shortened;
use crate::plan::security;
use crate::plan::text::Text;
use crate::spec::choice::WordOr;
use crate::spec::task::Task;

/// Longest name of a schedule
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>).
const NAME_LIMIT: usize = 64;
/// The group that every account has.
const GROUP: &str = "default";

/// A schedule.
#[derive(Clone, Debug, Serialize)]
pub struct Schedule {
    /// Name of the schedule.
    pub name: String,
    /// Group of schedules that it belongs to.
    pub group: String,
    /// What it is for.
    pub description: String,
    /// `cron(…)` or `rate(…)`.
    pub expression: String,
    /// Time zone of the expression.
    pub timezone: String,
    /// ARN of the cluster.
    pub cluster: Text,
    /// The role that starts the task.
    pub role: Role,
    /// Subnets of the task.
    pub subnets: Vec<Text>,
    /// Security group of the task.
    pub security_group: Text,
    /// How often a start that failed is tried again. Scheduler's own default would go on for a day.
    pub retry_attempts: u32,
    /// Seconds after which a late start is given up.
    pub retry_seconds: u32,
}

impl Schedule {
    /// Resolves the schedule of a task, where it has one.
    pub fn resolve(key: &Key, task: &Task, around: &Surroundings<'_>) -> Option<Self> {
        let (expression, timezone) = match task.schedule.as_ref()? {
            WordOr::Word(expression) => (expression, None),
            WordOr::Other(schedule) => (&schedule.expression, schedule.timezone.as_ref()),
        };
        let deployment = around.deployment;
        // The trust policy names the group: Scheduler checks it before a schedule exists
        // (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html>).
        let trust = Trust {
            source: Some(arn("scheduler", format!("schedule-group/{GROUP}"))),
            ..Trust::service("scheduler.amazonaws.com")
        };
        let statements = trigger::start(deployment, &[key]);
        let description = format!("Starts the task {key} by its schedule");
        Some(Self {
            name: shortened(&super::family(deployment, key), NAME_LIMIT),
            group: GROUP.to_owned(),
            role: deployment.role(
                "service",
                &format!("task-{}-schedule", deployment.known_as(key)),
                &description,
                trust,
                statements,
            ),
            description,
            expression: expression.as_str().to_owned(),
            timezone: timezone.map_or("UTC", |it| it.as_str()).to_owned(),
            cluster: cluster_arn(&cluster::name(deployment)),
            subnets: around.network.private_subnets.clone(),
            security_group: security::group(security::TASK),
            retry_attempts: 5,
            retry_seconds: 3600,
        })
    }
}
