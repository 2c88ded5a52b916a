//! The code server of a location: its task, its service and its name in private DNS.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Parts;
use crate::plan::cluster;
use crate::plan::exec;
use crate::plan::iam::Role;
use crate::plan::in_process::container_context;
use crate::plan::key::Key;
use crate::plan::names::hex;
use crate::plan::permission;
use crate::plan::security;
use crate::plan::task::{Container, HealthCheck, LogGroup, Service, TaskDefinition, service_tag, variable};
use crate::plan::text::{Text, owned_output, text};
use crate::spec::compute::{CodeLocation, Server as SpecServer};
use crate::spec::location::ServerMode;
use crate::spec::scalar::PythonModule;
use crate::spec::storage::Side;

/// Port of a code server where the spec names none.
pub const PORT: u16 = 4000;

/// A code server.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Its Cloud Map service.
    pub discovery: Discovery,
    /// Its log group.
    pub log_group: LogGroup,
    /// What it may do.
    pub role: Role,
    /// Its task definition.
    pub task: TaskDefinition,
    /// Its service.
    pub service: Service,
}

/// A Cloud Map service: one A record for each task.
#[derive(Clone, Debug, Serialize)]
pub struct Discovery {
    /// Name of the service; the host name is `<name>.<namespace>`.
    pub name: String,
    /// Id of the namespace.
    pub namespace: Text,
    /// Seconds that resolvers may keep an answer.
    pub ttl: u32,
    /// `MULTIVALUE`: every healthy task answers.
    pub routing_policy: String,
    /// ECS reports health itself; the threshold cannot be anything else.
    pub failure_threshold: u32,
}

/// Port of a location's server.
pub fn port(location: &CodeLocation) -> u16 {
    location.server.as_ref().and_then(|it| it.port).unwrap_or(PORT)
}

/// Log group of a location's server.
fn log_group(parts: &Parts<'_>) -> LogGroup {
    let name = format!("server/{}", parts.known_as());
    parts.around.deployment.log_group(&name, owned_output("location", parts.key, "server_log_group"))
}

impl Server {
    /// Resolves the server of a code location.
    pub(super) fn resolve(parts: &Parts<'_>) -> Self {
        let written = parts.location.server.clone().unwrap_or_default();
        let log_group = log_group(parts);
        Self {
            host: parts.around.namespace.host(parts.known_as().as_str()),
            port: port(parts.location),
            discovery: discovery(parts),
            role: role(parts, &log_group),
            task: task(parts, &written, &log_group),
            service: service(parts, written.replicas.unwrap_or(1)),
            log_group,
        }
    }
}

fn discovery(parts: &Parts<'_>) -> Discovery {
    Discovery {
        name: parts.around.namespace.service(parts.known_as().as_str()),
        namespace: parts.around.namespace.id(),
        ttl: parts.around.namespace.ttl,
        routing_policy: "MULTIVALUE".to_owned(),
        failure_threshold: 1,
    }
}

/// Sensors and schedules are evaluated here, and what they log is a compute log.
fn role(parts: &Parts<'_>, log_group: &LogGroup) -> Role {
    let sessions = exec::everywhere(parts.spec);
    let sessions = sessions.then(|| exec::statements(parts.spec, parts.around.deployment, log_group));
    let statements = parts.statements(Side::Server, sessions.unwrap_or_default());
    let mut role = parts.role("service", "server", "Code server of", statements);
    role.managed = permission::managed(parts.location.permissions.as_ref());
    role
}

fn task(parts: &Parts<'_>, written: &SpecServer, log_group: &LogGroup) -> TaskDefinition {
    let port = port(parts.location);
    let mut environment = parts.environment();
    environment.push(variable(
        "DAGSTER_CONTAINER_CONTEXT",
        container_context(&owned_output("location", parts.key, "run_task_definition")),
    ));
    let mut container = Container {
        command: command(parts.location, port),
        ports: vec![port],
        health_check: Some(health_check(port, written.startup_seconds.unwrap_or(180))),
        ..parts.container(Side::Server, environment, log_group)
    };
    if written.replicas.unwrap_or(1) > 1 {
        let id = fixed_id(parts.key, &container);
        container.command.extend(["--fixed-server-id".into(), id]);
    }
    let size = (written.cpu.unwrap_or(256), written.memory.unwrap_or(1024));
    parts.task(Side::Server, size, written.ephemeral_gib, container)
}

/// The command of a location's server.
pub fn command(location: &CodeLocation, port: u16) -> Vec<Text> {
    let port = port.to_string();
    let mode = location.server.as_ref().and_then(|it| it.mode).unwrap_or(ServerMode::CodeServer);
    let program: &[&str] = match mode {
        ServerMode::CodeServer => &["dagster", "code-server", "start"],
        ServerMode::Grpc => &["dagster", "api", "grpc"],
    };
    let mut words = program.to_vec();
    words.extend(["-h", "0.0.0.0", "-p", port.as_str()]);
    let options = [
        ("-m", location.module.as_ref().map(PythonModule::as_str)),
        ("-f", location.file.as_deref()),
        ("--package-name", location.package.as_ref().map(PythonModule::as_str)),
        ("-a", location.attribute.as_deref()),
        ("-d", location.working_directory.as_deref()),
    ];
    for (option, value) in options {
        words.extend(value.into_iter().flat_map(|value| [option, value]));
    }
    words.into_iter().map(Text::from).collect()
}

/// Dagster loads a location anew when the id of its server changes (dagster/_grpc/server_watcher.py). Replicas share one
/// id, which has to change with whatever may change the definitions: the image, and everything else about the container.
fn fixed_id(key: &Key, container: &Container) -> Text {
    let text = serde_json::to_string(container).unwrap_or_default();
    let digest = hex(&Sha256::digest(text));
    text![format!("{key}-{}-", &digest[..12]), &container.image]
}

/// One task is stopped before its successor starts: two servers of one location would answer with two server ids, and
/// Dagster would reload the location back and forth. Of several, some answer all the time; while they are replaced,
/// Dagster may reload a few times.
fn service(parts: &Parts<'_>, replicas: u32) -> Service {
    let alone = replicas <= 1;
    let name = parts.family("server");
    Service {
        tag: service_tag(&name),
        name,
        cluster: cluster::reference(parts.around.deployment),
        desired_count: replicas,
        minimum_healthy_percent: if alone { 0 } else { 100 },
        maximum_percent: if alone { 100 } else { 200 },
        availability_zone_rebalancing: if alone { "DISABLED" } else { "ENABLED" }.to_owned(),
        execute_command: exec::everywhere(parts.spec),
        subnets: parts.around.network.private_subnets.clone(),
        security_group: security::group("server"),
        health_check_grace_seconds: None,
    }
}

/// Above the 60 seconds in which a busy code server ends its requests (DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD).
pub const STOP_TIMEOUT: u32 = 75;

/// Dagster's own probe takes most of a CPU second to start, four on a quarter of a CPU; ECS would kill it after five.
pub fn health_check(port: u16, start_period: u32) -> HealthCheck {
    let words = ["CMD", "dagster", "api", "grpc-health-check", "-p", &port.to_string()].map(str::to_owned);
    HealthCheck { command: words.to_vec(), interval: 30, timeout: 20, retries: 3, start_period }
}
