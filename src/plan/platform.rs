//! The platform room: cluster, namespace, security groups and daemon.

use serde::Serialize;

use super::access;
use super::alarms::failures::FailedRuns;
use super::cluster::{self, Cluster};
use super::config::{self, Config};
use super::data::Data;
use super::deployment::Deployment;
use super::discovery::Namespace;
use super::encryption;
use super::exec;
use super::iam::{Role, Statement, Trust};
use super::image::Image;
use super::in_process::{Code, InProcess};
use super::instance::Instance;
use super::migration::Migration;
use super::network::Network;
use super::security::{self, Balancer, Graph, Security};
use super::shared;
use super::task::{
    Container, HealthCheck, Log, LogGroup, Mount, Service, TMP, TaskDefinition, Variable, service_tag, sorted,
};
use super::text::{Text, output};
use super::web::{LoadBalancer, WEB_PORT};
use crate::spec::Spec;
use crate::spec::compute::Web;

/// Everything that serves the whole deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Platform {
    /// The ECS cluster.
    pub cluster: Cluster,
    /// Private DNS namespace that is created for the code servers; none where there are none, or where it exists.
    pub namespace: Option<String>,
    /// What the namespace is for.
    pub namespace_description: String,
    /// Security groups and their rules.
    pub security: Security,
    /// What ECS does for the daemon.
    pub execution_role: Role,
    /// The daemon.
    pub daemon: CoreService,
    /// What the runs of code locations share that webserver and daemon load themselves; none where there are none.
    pub in_process: Option<InProcess>,
    /// Counts failed runs that no code location's own log tells of; empty where no alarm asks for it.
    pub failures: Vec<FailedRuns>,
    /// What brings Dagster's tables to a new version; the operations room has it.
    #[serde(skip)]
    pub migration: Option<Migration>,
}

/// The daemon: one service and what belongs to it.
#[derive(Clone, Debug, Serialize)]
pub struct CoreService {
    /// Container logs.
    pub log_group: LogGroup,
    /// What it may do.
    pub role: Role,
    /// Its task definition.
    pub task: TaskDefinition,
    /// Its service.
    pub service: Service,
}

/// What platform and UI take from the other rooms.
pub struct Surroundings<'a> {
    /// The whole.
    pub deployment: &'a Deployment,
    /// Subnets and address ranges.
    pub network: &'a Network,
    /// Database and buckets.
    pub data: &'a Data,
    /// The core image.
    pub image: &'a Image,
    /// dagster.yaml and workspace.yaml.
    pub instance: &'a Instance,
    /// Their delivery.
    pub config: &'a Config,
    /// Private DNS namespace.
    pub namespace: &'a Namespace,
}

impl Platform {
    /// Resolves the platform room; the load balancer of the UI has a group in its graph of connections.
    pub(super) fn resolve(core: &Core<'_>, load_balancer: Option<&LoadBalancer>) -> Self {
        let around = core.around;
        let daemon = core.daemon();
        let in_process = core.in_process();
        let (spec, deployment) = (core.spec, around.deployment);
        Self {
            failures: FailedRuns::of_platform(spec, deployment, &daemon.log_group, in_process.as_ref()),
            cluster: Cluster::resolve(core.spec, around.deployment),
            namespace: (around.namespace.is_created() && around.instance.workspace.has_servers())
                .then(|| around.namespace.name.clone()),
            namespace_description: format!("Code locations of the Dagster deployment {}", around.deployment.name),
            security: core.security(load_balancer),
            execution_role: core.execution_role("daemon-execution", "Starts the Dagster daemon", &[&daemon.log_group]),
            daemon,
            in_process,
            migration: core.migration(),
        }
    }
}

/// What webserver and daemon are resolved from.
pub(super) struct Core<'a> {
    pub(super) spec: &'a Spec,
    pub(super) around: &'a Surroundings<'a>,
    /// Code in the core image.
    pub(super) code: Option<Code<'a>>,
}

impl<'a> Core<'a> {
    /// What both rooms begin with.
    pub(super) fn new(spec: &'a Spec, around: &'a Surroundings<'a>) -> Self {
        Self { spec, around, code: Code::of(spec, around.deployment) }
    }

    /// `web:`, or nothing of it.
    pub(super) fn web(&self) -> Web {
        self.spec.web.clone().unwrap_or_default()
    }

    fn security(&self, load_balancer: Option<&LoadBalancer>) -> Security {
        let web = self.web();
        let ports = load_balancer.map(LoadBalancer::ports).unwrap_or_default();
        let existing = web.listener.as_ref().map(|it| Balancer::Existing(it.security_group.as_str().into()));
        let clients = load_balancer.map(|it| it.clients.as_slice()).unwrap_or_default();
        let own = Balancer::Own { ports: &ports, clients, signs_in: web.auth.is_some() };
        let workspace = &self.around.instance.workspace;
        Security::resolve(&Graph {
            deployment: &self.around.deployment.name,
            balancer: existing.unwrap_or(own),
            web_port: WEB_PORT,
            server_ports: &workspace.own_ports(),
            external_ports: &workspace.external_ports(),
            database: &self.around.data.database.security_group,
            database_port: self.around.data.database.port,
            file_systems: &self.around.data.file_systems,
            runs_in_daemon_group: self.around.instance.inherits_network,
            tasks: self.spec.tasks.as_ref().is_some_and(|it| !it.is_empty()),
        })
    }

    /// Each layer with a task of the core image has a role for its start.
    pub(super) fn execution_role(&self, name: &str, description: &str, log_groups: &[&LogGroup]) -> Role {
        let own = self.code.iter().flat_map(Code::secret_grants);
        let secrets: Vec<_> = self.instance_secrets().into_iter().chain(own).collect();
        let statements = access::execution(self.around.image, log_groups, secrets);
        self.role(name, description, statements)
    }

    pub(super) fn role(&self, name: &str, description: &str, statements: Vec<Statement>) -> Role {
        self.around.deployment.role("service", name, description, Trust::ecs_tasks(), statements)
    }

    /// Never two at once: two daemons would evaluate every schedule and sensor twice.
    fn daemon(&self) -> CoreService {
        let size = self.spec.daemon.clone().unwrap_or_default();
        let log_group = self.around.deployment.log_group("daemon", output("platform", "daemon_log_group"));
        let workspace = config::workspace(self.around.deployment);
        let container = Container {
            health_check: Some(liveness_check()),
            read_only_root: !exec::everywhere(self.spec),
            stop_timeout: 120,
            ..self.container("daemon", &["dagster-daemon", "run", "-w", &workspace, "--log-format", "json"], &log_group)
        };
        CoreService {
            role: self.with_code(self.role("daemon", "Dagster daemon", self.daemon_statements(&log_group))),
            task: self.task("daemon", size.cpu.unwrap_or(512), size.memory.unwrap_or(1024), container, &log_group),
            service: Service { execute_command: exec::everywhere(self.spec), ..self.service("daemon") },
            log_group,
        }
    }

    fn daemon_statements(&self, log_group: &LogGroup) -> Vec<Statement> {
        let deployment = self.around.deployment;
        let mut statements: Vec<_> = access::read_config(self.around.config).into_iter().collect();
        statements.extend(access::launch(deployment));
        statements.extend(access::watch(deployment, "Runs"));
        statements.extend(access::explain_failures(deployment));
        statements.extend(self.around.instance.inherits_network.then(access::inherit_network));
        statements.extend(access::write_compute_logs(&self.around.data.compute_logs_bucket));
        statements.extend(access::sign_in(&self.around.data.database));
        if exec::everywhere(self.spec) {
            statements.extend(exec::statements(self.spec, deployment, log_group));
        }
        statements
    }

    /// Environment of whatever loads Dagster's instance.
    pub(super) fn instance_environment(&self) -> Vec<Variable> {
        let mut environment = shared::instance_environment(self.around.data, self.around.deployment);
        environment.push(config::home(self.around.deployment));
        environment
    }

    fn environment(&self) -> Vec<Variable> {
        let mut environment = self.instance_environment();
        environment.extend(self.code.iter().flat_map(|it| it.serving_environment(self)));
        sorted(environment)
    }

    pub(super) fn container(&self, name: &str, command: &[impl AsRef<str>], log_group: &LogGroup) -> Container {
        Container {
            name: name.to_owned(),
            image: self.image(),
            credentials: self.around.image.credentials_parameter(),
            essential: true,
            cpu: None,
            memory: None,
            entry_point: Vec::new(),
            command: command.iter().map(|it| it.as_ref().into()).collect(),
            working_directory: None,
            user: Some(self.around.deployment.user.clone()),
            environment: self.environment(),
            secrets: self.secrets(),
            ports: Vec::new(),
            health_check: None,
            depends_on: [config::dependency()].into_iter().chain(self.after_grant()).collect(),
            mounts: vec![config::mount(self.around.deployment), Mount::tmp()],
            read_only_root: true,
            init_process: true,
            stop_timeout: 30,
            log: Log::new(log_group, name),
        }
    }

    fn secrets(&self) -> Vec<Variable> {
        let own = self.code.iter().flat_map(Code::secrets);
        sorted(shared::instance_secrets(self.around.data).into_iter().chain(own).collect())
    }

    /// What the code in the image may do, beside what webserver and daemon do.
    pub(super) fn with_code(&self, mut role: Role) -> Role {
        role.statements.extend(self.code.iter().flat_map(|it| it.statements(self.around.data)));
        role.statements = encryption::with_keys(self.around.deployment, role.statements);
        role.managed.extend(self.code.iter().flat_map(Code::managed));
        role
    }

    pub(super) fn image(&self) -> Text {
        self.around.image.reference.clone()
    }

    pub(super) fn task(
        &self,
        name: &str,
        cpu: u32,
        memory: u32,
        container: Container,
        log_group: &LogGroup,
    ) -> TaskDefinition {
        let around = self.around;
        let init = around.config.container(self.spec, around.image, around.deployment, around.instance, log_group);
        TaskDefinition {
            family: format!("{}_core_{name}", around.deployment.name),
            cpu: cpu.to_string(),
            memory: memory.to_string(),
            cpu_architecture: around.deployment.cpu_architecture.clone(),
            ephemeral_gib: None,
            volumes: vec![config::VOLUME.to_owned(), TMP.to_owned()],
            efs_volumes: Vec::new(),
            containers: [init].into_iter().chain(self.grant(log_group)).chain([container]).collect(),
            keep_old_revisions: false,
        }
    }

    pub(super) fn service(&self, name: &str) -> Service {
        let name_in_aws = format!("{}_core_{name}", self.around.deployment.name);
        Service {
            tag: service_tag(&name_in_aws),
            name: name_in_aws,
            cluster: cluster::reference(self.around.deployment),
            desired_count: 1,
            minimum_healthy_percent: 0,
            maximum_percent: 100,
            availability_zone_rebalancing: "DISABLED".to_owned(),
            execute_command: false,
            subnets: self.around.network.private_subnets.clone(),
            security_group: security::group(name),
            health_check_grace_seconds: None,
        }
    }
}

/// The check costs 1.5 CPU seconds; ECS's own default of five seconds would kill a healthy daemon on half a CPU.
fn liveness_check() -> HealthCheck {
    let words = ["CMD", "dagster-daemon", "liveness-check"].map(str::to_owned);
    HealthCheck { command: words.to_vec(), interval: 60, timeout: 30, retries: 5, start_period: 120 }
}
