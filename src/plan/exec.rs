//! ECS Exec: whose containers people can open a session in, where that is logged, and what the task's role needs for it.
//!
//! The agent that ECS starts in the container writes below the root file system, and AWS supports no read-only one
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>): a container with sessions has a writable one.

use serde::Serialize;

use super::access;
use super::deployment::Deployment;
use super::iam::Statement;
use super::task::LogGroup;
use super::text::{Text, output};
use crate::spec::Spec;
use crate::spec::choice::WordOr;
use crate::spec::cluster::Exec;

/// What a created cluster does with sessions.
#[derive(Clone, Debug, Serialize)]
pub struct SessionLog {
    /// `OVERRIDE` logs them in the log group, `NONE` nowhere
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html>).
    pub logging: String,
    /// Name of the log group.
    pub log_group: Option<Text>,
    /// The log group where it is created.
    pub created_log_group: Option<LogGroup>,
    /// ARN of the KMS key that encrypts sessions beside TLS.
    pub kms_key: Option<String>,
}

fn written(spec: &Spec) -> Exec {
    spec.cluster.as_ref().and_then(|it| it.exec.clone()).unwrap_or_default()
}

/// Every service has it.
pub fn everywhere(spec: &Spec) -> bool {
    written(spec).enabled.unwrap_or(false)
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

/// Sessions ask for a KMS key.
pub fn uses_key(spec: &Spec) -> bool {
    somewhere(spec) && written(spec).kms.is_some()
}

/// The key that people need too who open a session.
pub fn key(spec: &Spec) -> Option<Text> {
    written(spec).kms.map(|it| it.as_str().into())
}

/// What a created cluster does with sessions.
pub(super) fn session_log(spec: &Spec, deployment: &Deployment) -> SessionLog {
    let Exec { log, kms, .. } = written(spec);
    let (log_group, created_log_group) = match log.unwrap_or(WordOr::Word(true)) {
        WordOr::Word(false) => (None, None),
        WordOr::Word(true) => {
            let created = deployment.log_group("exec", output("platform", "exec_log_group"));
            (Some(created.reference.clone()), Some(created))
        }
        WordOr::Other(log) => (Some(log.existing.as_str().into()), None),
    };
    SessionLog {
        logging: if log_group.is_some() { "OVERRIDE" } else { "NONE" }.to_owned(),
        log_group,
        created_log_group,
        kms_key: kms.map(|it| it.as_str().to_owned()),
    }
}

/// What a cluster that exists is expected to do with sessions, in words.
pub(super) fn expected(spec: &Spec) -> String {
    let Exec { log, kms, .. } = written(spec);
    let log = match log.unwrap_or(WordOr::Word(true)) {
        WordOr::Word(true) => "a log where the container itself logs (`DEFAULT`)".to_owned(),
        WordOr::Word(false) => "no log (`NONE`)".to_owned(),
        WordOr::Other(log) => format!("a log in `{}` (`OVERRIDE`)", log.existing),
    };
    let key = kms.map_or_else(|| "no key beside TLS".to_owned(), |it| format!("the key `{it}`"));
    format!("{log} and {key}")
}

/// What the role of a task with sessions needs. An existing cluster whose owner says nothing else logs a session where the
/// container logs.
pub(super) fn statements(spec: &Spec, deployment: &Deployment, container_log: &LogGroup) -> Vec<Statement> {
    let log_group = match written(spec).log.unwrap_or(WordOr::Word(true)) {
        WordOr::Word(false) => None,
        WordOr::Word(true) if deployment.existing_cluster.is_some() => Some(container_log.name.clone()),
        WordOr::Word(true) => session_log(spec, deployment).created_log_group.map(|it| it.name),
        WordOr::Other(log) => Some(log.existing.to_string()),
    };
    access::execute_command(log_group.as_deref(), key(spec))
}
