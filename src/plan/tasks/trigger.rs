//! Who may start a task: the statements that allow it, and the request that does it.

use super::{family, role_names};
use crate::plan::access::{cluster_arn, tasks_arn, watch};
use crate::plan::cluster;
use crate::plan::deployment::Deployment;
use crate::plan::iam::{Statement, arn};
use crate::plan::key::Key;
use crate::plan::network::Network;
use crate::plan::security;
use crate::plan::task::{Variable, variable};
use crate::plan::text::{Text, text};
use crate::spec::Spec;
use crate::spec::scalar::KeyName;

/// Environment variables with the requests begin with this; the task's key follows.
const VARIABLE: &str = "DAGFORGE_TASK_";

/// Tasks that the runs of any of these locations may start.
pub fn tasks_of(spec: &Spec, locations: &[Key]) -> Vec<Key> {
    let named = |it: &KeyName| locations.iter().any(|location| it.as_str() == location.as_str());
    let may = |task: &crate::spec::task::Task| task.trigger_from.iter().flatten().any(named);
    spec.tasks.iter().flatten().filter(|(_, task)| may(task)).map(|(key, _)| key.into()).collect()
}

/// Start these tasks and no other. Without the second statement ECS refuses to tag what it starts.
pub fn start(deployment: &Deployment, tasks: &[&Key]) -> Vec<Statement> {
    let cluster = cluster::name(deployment);
    let families = tasks.iter().map(|it| arn("ecs", format!("task-definition/{}:*", family(deployment, it))));
    let roles =
        tasks.iter().flat_map(|it| role_names(deployment, it)).map(|it| deployment.role_arn(super::ROLE_KIND, &it));
    vec![
        Statement::allow("StartTasks", ["ecs:RunTask"], families).when(
            "ArnEquals",
            "ecs:cluster",
            cluster_arn(&cluster),
        ),
        Statement::allow("TagTasks", ["ecs:TagResource"], [tasks_arn(&cluster)]).when(
            "StringEquals",
            "ecs:CreateAction",
            "RunTask",
        ),
        Statement::allow("PassTaskRoles", ["iam:PassRole"], roles).when(
            "StringEquals",
            "iam:PassedToService",
            "ecs-tasks.amazonaws.com",
        ),
    ]
}

/// What the runs of locations get for the tasks that they may start: whoever starts one also waits for it and stops it.
pub fn statements(spec: &Spec, deployment: &Deployment, locations: &[Key]) -> Vec<Statement> {
    let tasks = tasks_of(spec, locations);
    if tasks.is_empty() {
        return Vec::new();
    }
    let mut statements = start(deployment, &tasks.iter().collect::<Vec<_>>());
    statements.extend(watch(deployment, "Tasks"));
    statements
}

/// One variable for each task that a location's runs may start: the arguments of ECS's RunTask, as JSON.
/// Code calls `ecs.run_task(**json.loads(os.environ["DAGFORGE_TASK_SALES"]))`, or gives them to Dagster's Pipes client.
pub fn environment(spec: &Spec, deployment: &Deployment, network: &Network, locations: &[Key]) -> Vec<Variable> {
    let of = |key: &Key| variable(&variable_name(key), request(deployment, network, key));
    tasks_of(spec, locations).iter().map(of).collect()
}

/// The variable with the request for a task.
pub fn variable_name(key: &Key) -> String {
    format!("{VARIABLE}{}", key.snake().to_ascii_uppercase())
}

/// Names and ids hold nothing that JSON would escape.
fn request(deployment: &Deployment, network: &Network, key: &Key) -> Text {
    let mut request = text![format!(
        r#"{{"cluster":"{}","taskDefinition":"{}","launchType":"FARGATE","propagateTags":"TASK_DEFINITION","networkConfiguration":{{"awsvpcConfiguration":{{"assignPublicIp":"DISABLED","securityGroups":[""#,
        cluster::name(deployment),
        family(deployment, key)
    )];
    request.push(security::group(security::TASK));
    request.push(r#""],"subnets":["#);
    for (index, subnet) in network.private_subnets.iter().enumerate() {
        request.push(text![if index == 0 { "\"" } else { ",\"" }, subnet, "\""]);
    }
    request.push("]}}}");
    request
}
