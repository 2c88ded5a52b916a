//! What restarts the services after RDS has rotated the password: ECS reads a secret when a task starts, and never again
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html>).
//!
//! EventBridge hears of the new password from Secrets Manager itself, without a trail of CloudTrail
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html>),
//! and starts a state machine that asks ECS for a new deployment of every service of this deployment in the cluster. It lists
//! the services when it runs: a definition with all of them would grow with the code locations.

use serde::Serialize;

use super::access;
use super::data::Data;
use super::deployment::Deployment;
use super::iam::{Role, Statement, Trust, arn};
use super::names::shortened;
use super::platform;
use super::text::{Input, Text, text};

/// Longest name of a rule, and of a state machine
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>).
const NAME_LIMIT: usize = 64;

/// A rule with a state machine behind it.
#[derive(Clone, Debug, Serialize)]
pub struct Restart {
    /// Name of the rule and of the state machine.
    pub name: String,
    /// What they are for.
    pub description: String,
    /// ARN of the secret.
    pub secret: Text,
    /// The event that Secrets Manager sends.
    pub event: String,
    /// The staging label that moves when a new password counts.
    pub label: String,
    /// The cluster.
    pub cluster: Text,
    /// Pattern of the ARNs of this deployment's services: a cluster may have others.
    pub services: String,
    /// Calls of ECS, as resources of a state machine.
    pub list: Text,
    /// See `list`.
    pub update: Text,
    /// Services that are restarted at the same time.
    pub concurrency: u32,
    /// What the state machine may do.
    pub role: Role,
    /// What the rule may do.
    pub rule_role: Role,
}

impl Restart {
    /// Resolves it, where a password is rotated.
    pub(super) fn resolve(data: &Data, deployment: &Deployment, cluster: &str) -> Option<Self> {
        let secret = data.database.rotated_secret.clone()?;
        let name = shortened(&format!("{}-restart", deployment.name), NAME_LIMIT);
        let description = "Restarts the services after the password of the database was rotated".to_owned();
        let machine = arn("states", format!("stateMachine:{name}"));
        let services = arn("ecs", format!("service/{cluster}/{}_*", deployment.name));
        let statements = vec![
            // ListServices knows no resource, but the cluster that it is about.
            Statement::allow("FindServices", ["ecs:ListServices"], ["*"]).when(
                "ArnEquals",
                "ecs:cluster",
                access::cluster_arn(cluster),
            ),
            Statement::allow("RestartServices", ["ecs:UpdateService"], [services]),
        ];
        let trust = |service: &str, source: Text| Trust { source: Some(source), ..Trust::service(service) };
        let call = |what: &str| text!["arn:", Input::Partition, format!(":states:::aws-sdk:ecs:{what}")];
        Some(Self {
            secret,
            event: "Secret Label Updated".to_owned(),
            label: "AWSCURRENT".to_owned(),
            cluster: platform::cluster(deployment),
            services: format!("*/{}_*", deployment.name),
            list: call("listServices"),
            update: call("updateService"),
            concurrency: 5,
            role: deployment.role(
                "service",
                "restart",
                &description,
                trust("states.amazonaws.com", machine.clone()),
                statements,
            ),
            rule_role: deployment.role(
                "service",
                "restart-rule",
                "Starts what restarts the services",
                trust("events.amazonaws.com", arn("events", format!("rule/{name}"))),
                vec![Statement::allow("Restart", ["states:StartExecution"], [machine])],
            ),
            name,
            description,
        })
    }
}
