//! The room of one code location: its repository, its server, its run definition and their roles.

use serde::Serialize;

use super::access;
use super::alarms::LocationAlarms;
use super::data::Data;
use super::deployment::Deployment;
use super::iam::{Role, Statement, Trust};
use super::instance::RUN_CONTAINER;
use super::key::Key;
use super::network::Network;
use super::permission;
use super::platform::cluster_name;
use super::registry::Repository;
use super::revision;
use super::secret::{self, Secrets};
use super::security;
use super::shared;
use super::task::{
    Container, HealthCheck, Log, LogGroup, Mount, Service, TMP, TaskDefinition, Variable, sorted, variable,
};
use super::tasks::trigger;
use super::text::{Text, output, owned_output, text};
use crate::spec::Spec;
use crate::spec::compute::{CodeLocation, Runs, StepIsolation};
use crate::spec::scalar::PythonModule;

/// Port of a code server where the spec names none.
pub const SERVER_PORT: u16 = 4000;

/// One code location.
#[derive(Clone, Debug, Serialize)]
pub struct Location {
    /// Key in the spec.
    pub key: Key,
    /// Where its image comes from.
    pub repository: Repository,
    /// Secrets that are created for it.
    pub created_secrets: Vec<secret::Created>,
    /// Its revision is given when it is deployed, not in the spec.
    pub revision_is_input: bool,
    /// Host name of the server.
    pub host: String,
    /// Port of the server.
    pub port: u16,
    /// Cloud Map service of the server.
    pub discovery: Discovery,
    /// Log group of the server.
    pub server_log_group: LogGroup,
    /// Log group of the runs.
    pub run_log_group: LogGroup,
    /// What ECS does for server and runs.
    pub execution_role: Role,
    /// What the server may do.
    pub server_role: Role,
    /// What runs may do.
    pub run_role: Role,
    /// Task definition of the server.
    pub server: TaskDefinition,
    /// Task definition of the runs.
    pub run: TaskDefinition,
    /// Service of the server.
    pub service: Service,
    /// Alarms on server and runs.
    pub alarms: Option<LocationAlarms>,
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

/// What a location takes from the other rooms.
pub struct Surroundings<'a> {
    /// The whole.
    pub deployment: &'a Deployment,
    /// Subnets.
    pub network: &'a Network,
    /// Database and buckets.
    pub data: &'a Data,
    /// Private DNS namespace.
    pub namespace: &'a str,
    /// Seconds that resolvers may keep an answer.
    pub ttl: u32,
}

impl Location {
    /// Resolves one code location.
    pub fn resolve(spec: &Spec, key: &Key, location: &CodeLocation, around: &Surroundings<'_>) -> Self {
        let deployment = around.deployment;
        let repository = Repository::location(spec, deployment, key);
        let server_log_group =
            deployment.log_group(&format!("server/{key}"), owned_output("location", key, "server_log_group"));
        let run_log_group = deployment.log_group(&format!("run/{key}"), owned_output("location", key, "run_log_group"));
        let port = server_port(location);
        let what = format!("the code location {key}");
        let parts = Parts {
            key,
            location,
            around,
            spec,
            image: repository.image(&revision::of(deployment, location.gitrev.as_ref(), key)),
            secrets: Secrets::resolve(deployment, key, &what, location.secrets.as_ref()),
        };
        let service = parts.service();
        Self {
            alarms: LocationAlarms::resolve(spec, deployment, key, &service),
            host: format!("{key}.{}", around.namespace),
            port,
            discovery: parts.discovery(),
            execution_role: parts.execution_role(&repository, &[&server_log_group, &run_log_group]),
            server_role: parts.server_role(),
            run_role: parts.run_role(),
            server: parts.server(port, &server_log_group),
            run: parts.run(&run_log_group),
            service,
            created_secrets: parts.secrets.created,
            key: key.clone(),
            revision_is_input: revision::fixed(deployment, location.gitrev.as_ref()).is_none(),
            repository,
            server_log_group,
            run_log_group,
        }
    }
}

/// Port of a location's server.
pub fn server_port(location: &CodeLocation) -> u16 {
    location.server.as_ref().and_then(|it| it.port).unwrap_or(SERVER_PORT)
}

/// What the parts of a location are resolved from.
struct Parts<'a> {
    key: &'a Key,
    location: &'a CodeLocation,
    around: &'a Surroundings<'a>,
    spec: &'a Spec,
    image: Text,
    secrets: Secrets,
}

impl Parts<'_> {
    fn discovery(&self) -> Discovery {
        Discovery {
            name: self.key.to_string(),
            namespace: output("platform", "namespace_id"),
            ttl: self.around.ttl,
            routing_policy: "MULTIVALUE".to_owned(),
            failure_threshold: 1,
        }
    }

    fn execution_role(&self, repository: &Repository, log_groups: &[&LogGroup]) -> Role {
        let mut secrets = shared::instance_secret_grants(self.around.data);
        secrets.extend(self.secrets.grants.iter().cloned());
        let statements = access::execution(repository, log_groups, &secrets);
        // The daemon passes this role too when it launches a run, so it stands under the same path.
        self.role("run", "execution", "Starts the tasks of", statements)
    }

    fn server_role(&self) -> Role {
        // Sensors and schedules are evaluated here, and what they log is a compute log.
        let mut role = self.role("service", "server", "Code server of", self.compute_logs(Vec::new()));
        role.managed = permission::managed(self.location.permissions.as_ref());
        role
    }

    fn run_role(&self) -> Role {
        let mut more = trigger::statements(self.spec, self.around.deployment, self.key);
        if self.runs().step_isolation == Some(StepIsolation::EcsExecutor) {
            more.extend(self.launch_steps());
        }
        let mut role = self.role("run", "run", "Runs of", self.compute_logs(more));
        role.managed = permission::managed(self.location.permissions.as_ref());
        role
    }

    /// The executor starts steps from the run's own task definition
    /// (dagster_aws/ecs/executor.py, `EcsStepHandler`).
    fn launch_steps(&self) -> Vec<Statement> {
        let deployment = self.around.deployment;
        let roles = ["run", "execution"].map(|it| deployment.role_arn("run", &self.role_name(it)));
        access::launch_steps(&cluster_name(deployment), &self.family("run"), roles)
    }

    fn runs(&self) -> Runs {
        self.spec.runs.clone().unwrap_or_default()
    }

    fn role_name(&self, name: &str) -> String {
        format!("location-{}-{name}", self.key)
    }

    fn role(&self, kind: &str, name: &str, what: &str, statements: Vec<Statement>) -> Role {
        let description = format!("{what} the code location {}", self.key);
        self.around.deployment.role(kind, &self.role_name(name), &description, Trust::ecs_tasks(), statements)
    }

    /// Compute logs, then more, then what the spec permits.
    fn compute_logs(&self, more: Vec<Statement>) -> Vec<Statement> {
        let mut statements = access::write_compute_logs(&self.around.data.compute_logs_bucket);
        statements.extend(access::sign_in(&self.around.data.database));
        statements.extend(more);
        statements.extend(permission::statements(self.location.permissions.as_ref()));
        statements
    }

    /// The same environment in server and runs: definitions are loaded in both.
    fn environment(&self) -> Vec<Variable> {
        let own = self.location.env.iter().flatten().map(|(name, value)| variable(name.as_str(), value));
        let mut all = shared::instance_environment(self.around.data, self.around.deployment);
        all.push(variable("DAGSTER_CURRENT_IMAGE", &self.image));
        all.extend(trigger::environment(self.spec, self.around.deployment, self.around.network, self.key));
        all.extend(own);
        all
    }

    fn secrets(&self) -> Vec<Variable> {
        let own = self.secrets.variables.iter().cloned();
        sorted(shared::instance_secrets(self.around.data).into_iter().chain(own).collect())
    }

    fn server(&self, port: u16, log_group: &LogGroup) -> TaskDefinition {
        let size = self.location.server.clone().unwrap_or_default();
        let mut environment = self.environment();
        environment.push(variable("DAGSTER_CONTAINER_CONTEXT", self.container_context()));
        let container = Container {
            command: server_command(self.location, port),
            port: Some(port),
            health_check: Some(health_check(port, size.startup_seconds.unwrap_or(180))),
            ..self.container("server", environment, log_group, SERVER_STOP_TIMEOUT)
        };
        self.task("server", size.cpu.unwrap_or(256), size.memory.unwrap_or(1024), None, container)
    }

    fn run(&self, log_group: &LogGroup) -> TaskDefinition {
        let size = self.location.run.clone().unwrap_or_default();
        let container = Container {
            entry_point: size.timeout_minutes.map(timeout).unwrap_or_default(),
            ..self.container(RUN_CONTAINER, self.environment(), log_group, RUN_STOP_TIMEOUT)
        };
        let definition =
            self.task("run", size.cpu.unwrap_or(512), size.memory.unwrap_or(2048), size.ephemeral_gib, container);
        TaskDefinition { keep_old_revisions: self.runs().keep_old_definitions.unwrap_or(true), ..definition }
    }

    fn container(&self, name: &str, environment: Vec<Variable>, log_group: &LogGroup, stop_timeout: u32) -> Container {
        Container {
            name: name.to_owned(),
            image: self.image.clone(),
            essential: true,
            entry_point: Vec::new(),
            command: Vec::new(),
            working_directory: None,
            user: self.around.deployment.user.clone(),
            environment: sorted(environment),
            secrets: self.secrets(),
            port: None,
            health_check: None,
            depends_on: Vec::new(),
            mounts: vec![Mount::tmp()],
            read_only_root: !self.location.writable_root.unwrap_or(false),
            init_process: true,
            stop_timeout,
            log: Log::new(log_group, name),
        }
    }

    fn task(
        &self,
        kind: &str,
        cpu: u32,
        memory: u32,
        ephemeral_gib: Option<u32>,
        container: Container,
    ) -> TaskDefinition {
        TaskDefinition {
            family: self.family(kind),
            cpu: cpu.to_string(),
            memory: memory.to_string(),
            cpu_architecture: self.around.deployment.cpu_architecture.clone(),
            ephemeral_gib,
            volumes: vec![TMP.to_owned()],
            containers: vec![container],
            keep_old_revisions: false,
        }
    }

    /// `_` cannot occur in a name, so the wildcard `<deployment>_run_*` matches this deployment's runs and nothing else.
    fn family(&self, kind: &str) -> String {
        format!("{}_{kind}_{}", self.around.deployment.name, self.key)
    }

    /// The launcher takes the task definition of a run from here, resolved anew for each run; with it in the context
    /// it registers none of its own (dagster_aws/ecs/launcher.py, `_get_run_task_definition`).
    fn container_context(&self) -> Text {
        let before = r#"{"ecs":{"task_definition_arn":""#;
        let after = format!(r#"","container_name":"{RUN_CONTAINER}"}}}}"#);
        text![before, owned_output("location", self.key, "run_task_definition"), after]
    }

    /// One task, stopped before its successor starts: two servers of one location would answer with two server ids,
    /// and Dagster would reload the location back and forth.
    fn service(&self) -> Service {
        Service {
            name: self.family("server"),
            cluster: output("platform", "cluster"),
            desired_count: 1,
            minimum_healthy_percent: 0,
            maximum_percent: 100,
            availability_zone_rebalancing: "DISABLED".to_owned(),
            execute_command: false,
            subnets: self.around.network.private_subnets.clone(),
            security_group: security::group("server"),
            health_check_grace_seconds: None,
        }
    }
}

/// The command of a location's code server.
pub fn server_command(location: &CodeLocation, port: u16) -> Vec<Text> {
    let port = port.to_string();
    let mut words = vec!["dagster", "code-server", "start", "-h", "0.0.0.0", "-p", port.as_str()];
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

/// Above the 60 seconds in which a busy code server ends its requests (DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD).
const SERVER_STOP_TIMEOUT: u32 = 75;
/// The most that Fargate grants: a run marks itself canceled and cleans up.
const RUN_STOP_TIMEOUT: u32 = 120;

/// Dagster's own probe takes most of a CPU second to start, four on a quarter of a CPU; ECS would kill it after five.
pub fn health_check(port: u16, start_period: u32) -> HealthCheck {
    let words = ["CMD", "dagster", "api", "grpc-health-check", "-p", &port.to_string()].map(str::to_owned);
    HealthCheck { command: words.to_vec(), interval: 30, timeout: 20, retries: 3, start_period }
}

/// The launcher's command becomes the arguments of `timeout`: SIGTERM when the time is over, and SIGKILL once a run has had
/// time to mark itself as failed.
fn timeout(minutes: u32) -> Vec<String> {
    let seconds = u64::from(minutes) * 60;
    ["timeout", "-k", &RUN_STOP_TIMEOUT.to_string(), &seconds.to_string()].map(str::to_owned).to_vec()
}
