//! ECS Exec: whose containers people can open a session in, and where that is logged.
//!
//! The agent of Systems Manager that ECS starts in the container writes below the root file system, so a container with
//! sessions has a writable one (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).

use super::access;
use super::deployment::Deployment;
use super::iam::Statement;
use super::task::LogGroup;
use super::text::output;
use crate::spec::Spec;
use crate::spec::compute::Exec;

fn exec(spec: &Spec) -> Exec {
    spec.cluster.as_ref().and_then(|it| it.exec.clone()).unwrap_or_default()
}

/// Every service has it.
pub fn everywhere(spec: &Spec) -> bool {
    exec(spec).enabled.unwrap_or(false)
}

/// The webserver has it. Without a domain nobody outside the VPC reaches the UI but by a session; the owner of an existing
/// listener sees to that otherwise.
pub fn into_webserver(spec: &Spec) -> bool {
    let web = spec.web.as_ref();
    let unreachable = web.is_none_or(|it| it.domain.is_none() && it.listener.is_none());
    web.and_then(|it| it.exec).unwrap_or(everywhere(spec) || unreachable)
}

/// Some service has it.
pub fn somewhere(spec: &Spec) -> bool {
    everywhere(spec) || into_webserver(spec)
}

/// Where sessions are logged in a cluster of the deployment's own; none where the spec wants no such log.
pub fn session_log(spec: &Spec, deployment: &Deployment) -> Option<LogGroup> {
    exec(spec).log.unwrap_or(true).then(|| deployment.log_group("exec", output("platform", "exec_log_group")))
}

/// What a task's role needs. Unless its owner says otherwise, an existing cluster logs a session where the container logs
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html>).
pub fn statements(spec: &Spec, deployment: &Deployment, container_log: &LogGroup) -> Vec<Statement> {
    if deployment.cluster_exists {
        return access::execute_command(Some(container_log));
    }
    access::execute_command(session_log(spec, deployment).as_ref())
}
