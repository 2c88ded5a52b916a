//! The policy of one group of people: what each word of `allow` comes to on the services, logs and tasks that it names.

use super::{Policy, Rooms};
use crate::plan::access::{cluster_arn, look, tasks_arn};
use crate::plan::cluster;
use crate::plan::deployment::Deployment;
use crate::plan::iam::{Statement, arn};
use crate::plan::key::Key;
use crate::plan::location::Location;
use crate::plan::task::{LogGroup, SERVICE_TAG, Service};
use crate::plan::tasks::{Task, trigger};
use crate::plan::text::{Input, Text, text};
use crate::spec::access::{Allow, Core, Group};
use crate::spec::scalar::KeyName;

/// The parts of the deployment that a group names.
pub struct Parts<'a> {
    /// Services.
    pub services: Vec<&'a Service>,
    /// Log groups of services, runs and tasks.
    pub log_groups: Vec<&'a LogGroup>,
    /// Tasks.
    pub tasks: Vec<&'a Task>,
}

impl<'a> Parts<'a> {
    /// Finds them; what is unknown is not there.
    pub fn of(group: &Group, rooms: Rooms<'a>) -> Self {
        let named =
            |keys: &Option<Vec<KeyName>>, key: &Key| keys.iter().flatten().any(|it| it.as_str() == key.as_str());
        let mut parts = Self { services: Vec::new(), log_groups: Vec::new(), tasks: Vec::new() };
        for core in group.core.iter().flatten() {
            parts.core(*core, rooms);
        }
        for location in rooms.locations.iter().filter(|it| named(&group.locations, &it.key)) {
            parts.location(location);
        }
        parts.tasks = rooms.tasks.iter().filter(|it| named(&group.tasks, &it.key)).collect();
        parts.log_groups.extend(parts.tasks.iter().map(|it| &it.log_group));
        parts
    }

    fn core(&mut self, core: Core, rooms: Rooms<'a>) {
        match core {
            Core::Webserver => {
                for webserver in [&rooms.ui.webserver].into_iter().chain(&rooms.ui.read_only_copy) {
                    self.services.push(&webserver.service);
                    self.log_groups.push(&webserver.log_group);
                }
            }
            Core::Daemon => {
                self.services.push(&rooms.platform.daemon.service);
                self.log_groups.push(&rooms.platform.daemon.log_group);
                self.log_groups.extend(rooms.platform.in_process.iter().map(|it| &it.log_group));
            }
        }
    }

    fn location(&mut self, location: &'a Location) {
        if let Some(server) = &location.server {
            self.services.push(&server.service);
            self.log_groups.push(&server.log_group);
        }
        self.log_groups.push(&location.run_log_group);
    }

    /// The services into whose tasks ECS Exec leads.
    pub fn entered(&self) -> impl Iterator<Item = &'a Service> {
        self.services.iter().copied().filter(|it| it.execute_command)
    }
}

/// The policy of a group.
pub(super) fn policy(
    key: &Key,
    group: &Group,
    deployment: &Deployment,
    rooms: Rooms<'_>,
    session_key: Option<&Text>,
) -> Policy {
    let parts = Parts::of(group, rooms);
    let names = |names: Option<Vec<String>>| names.unwrap_or_default();
    Policy {
        name: format!("{}-{}-{key}", deployment.name, deployment.region),
        path: deployment.role_path("access"),
        description: format!("What {key} may do in {}", deployment.name),
        statements: statements(group, &parts, deployment, session_key),
        roles: names(group.roles.as_ref().map(|it| it.iter().map(ToString::to_string).collect())),
        groups: names(group.groups.as_ref().map(|it| it.iter().map(ToString::to_string).collect())),
        users: names(group.users.as_ref().map(|it| it.iter().map(ToString::to_string).collect())),
        key: key.clone(),
    }
}

/// A word that applies to nothing comes to no statement; a finding says so.
fn statements(group: &Group, parts: &Parts<'_>, deployment: &Deployment, session_key: Option<&Text>) -> Vec<Statement> {
    let cluster = cluster::name(deployment);
    let allows = |word: Allow| group.allow.contains(&word);
    let mut statements = Vec::new();
    if allows(Allow::Logs) {
        statements.extend(read_logs(parts));
    }
    if allows(Allow::Restart) {
        statements.extend(restart(parts, &cluster));
    }
    if allows(Allow::Exec) {
        statements.extend(enter(parts, &cluster, session_key));
    }
    if allows(Allow::Run) && !parts.tasks.is_empty() {
        statements.extend(run(parts, deployment));
    }
    statements
}

fn read_logs(parts: &Parts<'_>) -> Option<Statement> {
    let groups: Vec<Text> = parts.log_groups.iter().map(|it| arn("logs", format!("log-group:{}:*", it.name))).collect();
    let read = ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"];
    (!groups.is_empty()).then(|| Statement::allow("ReadLogs", read, groups))
}

/// A service is updated as it is, not to another task definition. IAM cannot tell a new deployment from a new number of tasks
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>).
fn restart(parts: &Parts<'_>, cluster: &str) -> Vec<Statement> {
    let services: Vec<Text> =
        parts.services.iter().map(|it| arn("ecs", format!("service/{cluster}/{}", it.name))).collect();
    if services.is_empty() {
        return Vec::new();
    }
    vec![
        Statement::allow("RestartServices", ["ecs:UpdateService"], services.clone()).when(
            "Null",
            "ecs:task-definition",
            "true",
        ),
        Statement::allow("WatchServices", ["ecs:DescribeServices"], services),
    ]
}

/// A task's id says nothing of its service, so a tag does. The cluster is a resource of the same request.
/// Tasks are listed for a cluster, which is a condition there and no resource
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>). A key of one's own makes the key of the
/// session, which the container decrypts.
fn enter(parts: &Parts<'_>, cluster: &str, session_key: Option<&Text>) -> Vec<Statement> {
    let services: Vec<Text> = parts.entered().map(|it| it.name.as_str().into()).collect();
    if services.is_empty() {
        return Vec::new();
    }
    let enter = ["ecs:DescribeTasks", "ecs:ExecuteCommand", "ssm:StartSession"];
    let tag = format!("aws:ResourceTag/{SERVICE_TAG}");
    let mut statements = vec![
        Statement::allow("FindTasks", ["ecs:ListTasks"], ["*"]).when("ArnEquals", "ecs:cluster", cluster_arn(cluster)),
        Statement::allow("EnterCluster", ["ecs:ExecuteCommand"], [cluster_arn(cluster)]),
        Statement::allow("EnterTasks", enter, [tasks_arn(cluster)]).when_any("StringEquals", &tag, services),
        Statement::allow("ForwardPorts", ["ssm:StartSession"], [port_forwarding()]),
    ];
    statements.extend(session_key.map(|it| Statement::allow("EncryptSession", ["kms:GenerateDataKey"], [it])));
    statements
}

/// AWS's own document, which belongs to no account.
fn port_forwarding() -> Text {
    text!["arn:", Input::Partition, ":ssm:", Input::Region, "::document/AWS-StartPortForwardingSession"]
}

/// Whoever starts a task by hand looks for its subnets and its security group, which are actions without a resource.
/// What is started may be given another command, which no condition can forbid.
fn run(parts: &Parts<'_>, deployment: &Deployment) -> Vec<Statement> {
    let keys: Vec<&Key> = parts.tasks.iter().map(|it| &it.key).collect();
    let find = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"];
    let mut statements = trigger::start(deployment, &keys);
    statements.push(look(deployment, "Tasks"));
    statements.push(Statement::allow("FindNetwork", find, ["*"]).when("StringEquals", "ec2:Region", Input::Region));
    statements
}
