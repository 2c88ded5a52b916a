//! The room of one code location: its repository, its server, its run definition and their roles.

pub mod server;
pub mod sidecar;

use std::slice::from_ref;

use serde::Serialize;

use super::access;
use super::alarms::LocationAlarms;
use super::data::Data;
use super::data_access;
use super::deployment::Deployment;
use super::discovery::Namespace;
use super::exec;
use super::file_system::{self, AccessPoint, Volume};
use super::iam::{Role, Statement, Trust};
use super::image::{Image, Wanted};
use super::instance::RUN_CONTAINER;
use super::key::Key;
use super::network::Network;
use super::permission;
use super::registry::Repository;
use super::secret::{self, Secrets};
use super::shared;
use super::task::{Container, Log, LogGroup, Mount, TMP, TaskDefinition, Variable, sorted, variable};
use super::tasks::trigger;
use super::text::owned_output;
use crate::spec::Spec;
use crate::spec::compute::{CodeLocation, Runs, StepIsolation};
use crate::spec::location::Serve;
use crate::spec::storage::Side;
use server::Server;
use sidecar::Sidecar;

/// One code location.
#[derive(Clone, Debug, Serialize)]
pub struct Location {
    /// Key in the spec.
    pub key: Key,
    /// The repository that is created for its image; none where the image comes from elsewhere.
    pub repository: Option<Repository>,
    /// Repository of its image, created or not.
    pub image_source: String,
    /// Secrets that are created for it.
    pub created_secrets: Vec<secret::Created>,
    /// Its ways into file systems.
    pub access_points: Vec<AccessPoint>,
    /// Whoever deploys gives a revision.
    pub takes_revision: bool,
    /// That revision can be the location's own, apart from everything else.
    pub revision_is_input: bool,
    /// Log group of the runs.
    pub run_log_group: LogGroup,
    /// What ECS does for server and runs.
    pub execution_role: Role,
    /// What runs may do.
    pub run_role: Role,
    /// Task definition of the runs.
    pub run: TaskDefinition,
    /// What serves its definitions; none where that is elsewhere.
    pub server: Option<Server>,
    /// Alarms on server and runs.
    pub alarms: Option<LocationAlarms>,
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
    pub namespace: &'a Namespace,
}

impl Location {
    /// Resolves one code location.
    pub fn resolve(spec: &Spec, key: &Key, location: &CodeLocation, around: &Surroundings<'_>) -> Self {
        let deployment = around.deployment;
        let run_logs = format!("run/{}", deployment.known_as(key));
        let run_log_group = deployment.log_group(&run_logs, owned_output("location", key, "run_log_group"));
        let what = format!("the code location {key}");
        let parts = Parts {
            key,
            location,
            around,
            spec,
            image: Image::resolve(spec, deployment, &Wanted::location(key, location)),
            volumes: file_system::volumes(spec, deployment, key, location),
            secrets: Secrets::resolve_among(
                deployment,
                key,
                &what,
                location.secrets.as_ref(),
                &sidecar::secrets(location),
            ),
            sidecars: sidecar::sidecars(deployment, key, &what, location),
        };
        let served = location.serve != Some(Serve::External);
        let server = served.then(|| Server::resolve(&parts));
        let takes_revision = parts.image.revisions().next().is_some();
        let revision_is_input = parts.image.revisions().any(|it| it == key);
        Self {
            alarms: LocationAlarms::resolve(
                spec,
                deployment,
                key,
                server.as_ref().map(|it| &it.service),
                &run_log_group,
            ),
            execution_role: parts.execution_role(server.as_ref().map(|it| &it.log_group), &run_log_group),
            server,
            run_role: parts.run_role(),
            run: parts.run(&run_log_group),
            key: key.clone(),
            takes_revision,
            revision_is_input,
            image_source: parts.image.source,
            repository: parts.image.repository,
            created_secrets: sidecar::created(parts.secrets.created, parts.sidecars),
            access_points: parts.volumes.into_iter().map(|it| it.access_point).collect(),
            run_log_group,
        }
    }
}

/// What the parts of a location are resolved from.
struct Parts<'a> {
    key: &'a Key,
    location: &'a CodeLocation,
    around: &'a Surroundings<'a>,
    spec: &'a Spec,
    image: Image,
    secrets: Secrets,
    volumes: Vec<Volume>,
    sidecars: Vec<Sidecar>,
}

impl Parts<'_> {
    fn execution_role(&self, server_logs: Option<&LogGroup>, run_logs: &LogGroup) -> Role {
        let mut secrets = shared::instance_secret_grants(self.around.data);
        secrets.extend(self.secrets.grants.iter().cloned());
        secrets.extend(self.image.grants());
        secrets.extend(self.sidecars.iter().flat_map(|it| it.secrets.grants.iter().cloned()));
        let pull: Vec<_> =
            self.image.pull.iter().chain(self.sidecars.iter().filter_map(|it| it.pull.as_ref())).collect();
        let log_groups: Vec<_> = server_logs.into_iter().chain([run_logs]).collect();
        let statements = access::execution_of(&pull, &log_groups, &secrets);
        // The daemon passes this role too when it launches a run, so it stands under the same path.
        self.role("run", "execution", "Starts the tasks of", statements)
    }

    fn run_role(&self) -> Role {
        let mut more = trigger::statements(self.spec, self.around.deployment, from_ref(self.key));
        if self.runs().step_isolation == Some(StepIsolation::EcsExecutor) {
            more.extend(self.launch_steps());
        }
        let mut role = self.role("run", "run", "Runs of", self.statements(Side::Run, more));
        role.managed = permission::managed(self.location.permissions.as_ref());
        role
    }

    /// The executor starts steps from the run's own task definition
    /// (dagster_aws/ecs/executor.py, `EcsStepHandler`).
    fn launch_steps(&self) -> Vec<Statement> {
        let deployment = self.around.deployment;
        let roles = ["run", "execution"].map(|it| deployment.role_arn("run", &self.role_name(it)));
        access::launch_steps(deployment, &self.family("run"), roles)
    }

    fn runs(&self) -> Runs {
        self.spec.runs.clone().unwrap_or_default()
    }

    fn known_as(&self) -> &Key {
        self.around.deployment.known_as(self.key)
    }

    fn role_name(&self, name: &str) -> String {
        format!("location-{}-{name}", self.known_as())
    }

    fn role(&self, kind: &str, name: &str, what: &str, statements: Vec<Statement>) -> Role {
        let description = format!("{what} the code location {}", self.key);
        self.around.deployment.role(kind, &self.role_name(name), &description, Trust::ecs_tasks(), statements)
    }

    /// Compute logs, then more, then what the spec permits.
    fn statements(&self, side: Side, more: Vec<Statement>) -> Vec<Statement> {
        let mut statements = access::write_compute_logs(&self.around.data.compute_logs_bucket);
        statements.extend(access::sign_in(&self.around.data.database));
        statements.extend(more);
        statements.extend(data_access::statements(self.around.data, self.location));
        statements.extend(self.volumes_on(side).map(|it| it.statement.clone()));
        statements.extend(permission::statements(self.location.permissions.as_ref()));
        statements
    }

    fn volumes_on(&self, side: Side) -> impl Iterator<Item = &Volume> {
        self.volumes.iter().filter(move |it| it.is_on(side))
    }

    /// The same environment in server and runs: definitions are loaded in both.
    fn environment(&self) -> Vec<Variable> {
        let own = self.location.env.iter().flatten().map(|(name, value)| variable(name.as_str(), value));
        let mut all = shared::instance_environment(self.around.data, self.around.deployment);
        all.push(variable("DAGSTER_CURRENT_IMAGE", &self.image.reference));
        all.extend(trigger::environment(self.spec, self.around.deployment, self.around.network, from_ref(self.key)));
        all.extend(data_access::environment(self.around.data, self.location));
        all.extend(own);
        all
    }

    fn secrets(&self) -> Vec<Variable> {
        let own = self.secrets.variables.iter().cloned();
        sorted(shared::instance_secrets(self.around.data).into_iter().chain(own).collect())
    }

    fn run(&self, log_group: &LogGroup) -> TaskDefinition {
        let size = self.location.run.clone().unwrap_or_default();
        let container = Container {
            entry_point: size.timeout_minutes.map(timeout).unwrap_or_default(),
            ..self.container(Side::Run, self.environment(), log_group)
        };
        let pair = (size.cpu.unwrap_or(512), size.memory.unwrap_or(2048));
        let definition = self.task(Side::Run, pair, size.ephemeral_gib, container);
        TaskDefinition { keep_old_revisions: self.runs().keep_old_definitions.unwrap_or(true), ..definition }
    }

    fn container(&self, side: Side, environment: Vec<Variable>, log_group: &LogGroup) -> Container {
        let sessions = side == Side::Server && exec::everywhere(self.spec);
        let (name, stop_timeout) = match side {
            Side::Server => ("server", server::STOP_TIMEOUT),
            Side::Run => (RUN_CONTAINER, RUN_STOP_TIMEOUT),
        };
        Container {
            name: name.to_owned(),
            image: self.image.reference.clone(),
            credentials: self.image.credentials_parameter(),
            essential: true,
            cpu: None,
            memory: None,
            entry_point: Vec::new(),
            command: Vec::new(),
            working_directory: None,
            user: Some(self.around.deployment.user.clone()),
            environment: sorted(environment),
            secrets: self.secrets(),
            ports: Vec::new(),
            health_check: None,
            depends_on: Vec::new(),
            mounts: [Mount::tmp()].into_iter().chain(self.volumes_on(side).map(|it| it.mount.clone())).collect(),
            read_only_root: !(sessions || self.location.writable_root.unwrap_or(false)),
            init_process: true,
            stop_timeout,
            log: Log::new(log_group, name),
        }
    }

    fn sidecars_on(&self, side: Side) -> impl Iterator<Item = &Sidecar> {
        self.sidecars.iter().filter(move |it| it.is_on(side))
    }

    /// Dagster's container, after the sidecars that it waits for.
    fn task(
        &self,
        side: Side,
        (cpu, memory): (u32, u32),
        ephemeral_gib: Option<u32>,
        mut container: Container,
    ) -> TaskDefinition {
        container.depends_on.extend(self.sidecars_on(side).map(Sidecar::dependency));
        let sidecars = self.sidecars_on(side).map(|it| it.container(&container.log));
        TaskDefinition {
            family: self.family(match side {
                Side::Server => "server",
                Side::Run => "run",
            }),
            cpu: cpu.to_string(),
            memory: memory.to_string(),
            cpu_architecture: self.around.deployment.cpu_architecture.clone(),
            ephemeral_gib,
            volumes: [TMP.to_owned()].into_iter().chain(self.sidecars_on(side).filter_map(Sidecar::volume)).collect(),
            efs_volumes: self.volumes_on(side).map(|it| it.volume.clone()).collect(),
            containers: sidecars.chain([container.clone()]).collect(),
            keep_old_revisions: false,
        }
    }

    /// `_` cannot occur in a name, so the wildcard `<deployment>_run_*` matches this deployment's runs and nothing else.
    fn family(&self, kind: &str) -> String {
        format!("{}_{kind}_{}", self.around.deployment.name, self.known_as())
    }
}

/// The most that Fargate grants: a run marks itself canceled and cleans up.
pub const RUN_STOP_TIMEOUT: u32 = 120;

/// The launcher's command becomes the arguments of `timeout`: SIGTERM when the time is over, and SIGKILL once a run has had
/// time to mark itself as failed.
pub fn timeout(minutes: u32) -> Vec<String> {
    let seconds = u64::from(minutes) * 60;
    ["timeout", "-k", &RUN_STOP_TIMEOUT.to_string(), &seconds.to_string()].map(str::to_owned).to_vec()
}
