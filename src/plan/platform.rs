//! The platform room: cluster, namespace, security groups, load balancer, webserver and daemon.

use serde::Serialize;

use super::access;
use super::config::{self, Config};
use super::data::Data;
use super::deployment::Deployment;
use super::iam::{Role, Statement, Trust};
use super::instance::Instance;
use super::network::Network;
use super::registry::Repository;
use super::security::{self, Graph, Security};
use super::shared;
use super::task::{Container, HealthCheck, Log, LogGroup, Mount, Service, TMP, TaskDefinition, Variable, sorted};
use super::text::{Input, Text, output};
use super::web::{LoadBalancer, WEB_PORT, exec_enabled};
use crate::spec::Spec;
use crate::spec::compute::Insights;

/// Everything that serves the whole deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Platform {
    /// The ECS cluster.
    pub cluster: Cluster,
    /// Private DNS namespace of the code servers.
    pub namespace: String,
    /// What the namespace is for.
    pub namespace_description: String,
    /// Security groups and their rules.
    pub security: Security,
    /// The load balancer of the UI.
    pub load_balancer: LoadBalancer,
    /// What ECS does for webserver and daemon.
    pub execution_role: Role,
    /// The webserver.
    pub webserver: CoreService,
    /// The daemon.
    pub daemon: CoreService,
}

/// The ECS cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// Name.
    pub name: String,
    /// Level of Container Insights.
    pub container_insights: String,
    /// Capacity providers that services and runs may use.
    pub capacity_providers: Vec<String>,
    /// The one that a service or run without a strategy gets.
    pub default_capacity_provider: String,
    /// Where sessions of ECS Exec are logged.
    pub exec_log_group: LogGroup,
}

/// Webserver or daemon: one service and what belongs to it.
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

/// What the platform takes from the other rooms.
pub struct Surroundings<'a> {
    /// The whole.
    pub deployment: &'a Deployment,
    /// Subnets and address ranges.
    pub network: &'a Network,
    /// Database and buckets.
    pub data: &'a Data,
    /// Repository of the core image.
    pub repository: &'a Repository,
    /// dagster.yaml and workspace.yaml.
    pub instance: &'a Instance,
    /// Their delivery.
    pub config: &'a Config,
    /// Private DNS namespace.
    pub namespace: &'a str,
}

impl Platform {
    /// Resolves the platform room.
    pub fn resolve(spec: &Spec, around: &Surroundings<'_>) -> Self {
        let core = Core { spec, around };
        let load_balancer = LoadBalancer::resolve(spec, around.deployment, around.network);
        Self {
            cluster: Cluster::resolve(spec, around.deployment),
            namespace: around.namespace.to_owned(),
            namespace_description: format!("Code locations of the Dagster deployment {}", around.deployment.name),
            security: core.security(&load_balancer),
            execution_role: core.execution_role(),
            webserver: core.webserver(),
            daemon: core.daemon(),
            load_balancer,
        }
    }
}

impl Cluster {
    fn resolve(spec: &Spec, deployment: &Deployment) -> Self {
        let insights = spec.cluster.as_ref().and_then(|it| it.insights);
        let insights = match insights.unwrap_or(Insights::Enhanced) {
            Insights::Disabled => "disabled",
            Insights::Enabled => "enabled",
            Insights::Enhanced => "enhanced",
        };
        Self {
            name: cluster_name(deployment),
            container_insights: insights.to_owned(),
            capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
            default_capacity_provider: "FARGATE".to_owned(),
            exec_log_group: exec_log_group(deployment),
        }
    }
}

/// Where sessions of ECS Exec are logged.
fn exec_log_group(deployment: &Deployment) -> LogGroup {
    deployment.log_group("exec", output("platform", "exec_log_group"))
}

/// Name of the deployment's cluster.
pub fn cluster_name(deployment: &Deployment) -> String {
    deployment.name.clone()
}

/// What webserver and daemon are resolved from.
struct Core<'a> {
    spec: &'a Spec,
    around: &'a Surroundings<'a>,
}

impl Core<'_> {
    fn security(&self, load_balancer: &LoadBalancer) -> Security {
        let mut server_ports: Vec<u16> = self.around.instance.servers.iter().map(|it| it.port).collect();
        server_ports.sort_unstable();
        server_ports.dedup();
        Security::resolve(&Graph {
            deployment: &self.around.deployment.name,
            listener_ports: &load_balancer.ports(),
            clients: &load_balancer.clients,
            web_port: WEB_PORT,
            server_ports: &server_ports,
            database: &self.around.data.database.security_group,
            database_port: self.around.data.database.port,
            tasks: self.spec.tasks.as_ref().is_some_and(|it| !it.is_empty()),
        })
    }

    fn log_groups(&self) -> [LogGroup; 2] {
        ["webserver", "daemon"]
            .map(|it| self.around.deployment.log_group(it, output("platform", &format!("{it}_log_group"))))
    }

    fn execution_role(&self) -> Role {
        let [webserver, daemon] = self.log_groups();
        let secrets = shared::instance_secret_grants(self.around.data);
        let statements = access::execution(self.around.repository, &[&webserver, &daemon], &secrets);
        self.role("core-execution", "Starts webserver and daemon", statements)
    }

    fn role(&self, name: &str, description: &str, statements: Vec<Statement>) -> Role {
        self.around.deployment.role("service", name, description, Trust::ecs_tasks(), statements)
    }

    fn webserver(&self) -> CoreService {
        let size = self.spec.web.clone().unwrap_or_default();
        let exec = exec_enabled(self.spec);
        let [log_group, _] = self.log_groups();
        let port = WEB_PORT.to_string();
        let workspace = format!("{}/workspace.yaml", config::DIRECTORY);
        let container = Container {
            port: Some(WEB_PORT),
            // A session of ECS Exec writes below the root file system.
            read_only_root: !exec,
            ..self.container(
                "webserver",
                &["dagster-webserver", "-h", "0.0.0.0", "-p", &port, "-w", &workspace],
                &log_group,
            )
        };
        CoreService {
            role: self.role("webserver", "Dagster webserver", self.webserver_statements(exec)),
            task: self.task("webserver", size.cpu.unwrap_or(512), size.memory.unwrap_or(1024), container, &log_group),
            service: Service {
                health_check_grace_seconds: Some(120),
                execute_command: exec,
                desired_count: size.replicas.unwrap_or(1),
                minimum_healthy_percent: 100,
                maximum_percent: 200,
                availability_zone_rebalancing: "ENABLED".to_owned(),
                ..self.service("webserver")
            },
            log_group,
        }
    }

    fn webserver_statements(&self, exec: bool) -> Vec<Statement> {
        let data = self.around.data;
        let mut statements =
            vec![access::read_config(&data.config_bucket.name), access::watch(&cluster_name(self.around.deployment))];
        statements.extend(access::read_compute_logs(&data.compute_logs_bucket.name));
        if exec {
            statements.extend(access::execute_command(&exec_log_group(self.around.deployment)));
        }
        statements
    }

    /// Never two at once: two daemons would evaluate every schedule and sensor twice.
    fn daemon(&self) -> CoreService {
        let size = self.spec.daemon.clone().unwrap_or_default();
        let [_, log_group] = self.log_groups();
        let workspace = format!("{}/workspace.yaml", config::DIRECTORY);
        let container = Container {
            health_check: Some(liveness_check()),
            stop_timeout: 120,
            ..self.container("daemon", &["dagster-daemon", "run", "-w", &workspace, "--log-format", "json"], &log_group)
        };
        CoreService {
            role: self.role("daemon", "Dagster daemon", self.daemon_statements()),
            task: self.task("daemon", size.cpu.unwrap_or(512), size.memory.unwrap_or(1024), container, &log_group),
            service: self.service("daemon"),
            log_group,
        }
    }

    fn daemon_statements(&self) -> Vec<Statement> {
        let cluster = cluster_name(self.around.deployment);
        let mut statements = vec![access::read_config(&self.around.data.config_bucket.name)];
        statements.extend(access::launch(self.around.deployment, &cluster));
        statements.push(access::watch(&cluster));
        statements.extend(access::explain_failures(self.around.deployment));
        statements.extend(access::write_compute_logs(&self.around.data.compute_logs_bucket.name));
        statements
    }

    fn environment(&self) -> Vec<Variable> {
        let mut environment = shared::instance_environment(self.around.data, self.around.deployment);
        environment.push(config::home());
        sorted(environment)
    }

    fn container(&self, name: &str, command: &[&str], log_group: &LogGroup) -> Container {
        Container {
            name: name.to_owned(),
            image: self.image(),
            essential: true,
            entry_point: Vec::new(),
            command: command.iter().map(|it| Text::from(*it)).collect(),
            working_directory: None,
            user: self.around.deployment.user.clone(),
            environment: self.environment(),
            secrets: shared::instance_secrets(self.around.data),
            port: None,
            health_check: None,
            depends_on: vec![config::dependency()],
            mounts: vec![config::mount(), Mount::tmp()],
            read_only_root: true,
            init_process: true,
            stop_timeout: 30,
            log: Log::new(log_group, name),
        }
    }

    fn image(&self) -> Text {
        let fixed = self.around.deployment.gitrev.as_deref().map(Text::from);
        self.around.repository.image(&fixed.unwrap_or_else(|| Input::GitRev(None).into()))
    }

    fn task(&self, name: &str, cpu: u32, memory: u32, container: Container, log_group: &LogGroup) -> TaskDefinition {
        let around = self.around;
        let init = around.config.container(self.spec, around.deployment, around.instance, log_group);
        TaskDefinition {
            family: format!("{}_core_{name}", around.deployment.name),
            cpu: cpu.to_string(),
            memory: memory.to_string(),
            cpu_architecture: around.deployment.cpu_architecture.clone(),
            ephemeral_gib: None,
            volumes: vec![config::VOLUME.to_owned(), TMP.to_owned()],
            containers: vec![init, container],
            keep_old_revisions: false,
        }
    }

    fn service(&self, name: &str) -> Service {
        Service {
            name: format!("{}_core_{name}", self.around.deployment.name),
            cluster: output("platform", "cluster"),
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
