//! The room of one task: a container that runs to its end and is no Dagster run, with roles and secrets of its own.

pub mod package;
pub mod schedule;
pub mod trigger;

use serde::Serialize;

use super::access;
use super::data::Data;
use super::deployment::Deployment;
use super::iam::{Role, Statement, Trust};
use super::image::{Image, Wanted, revisions};
use super::key::Key;
use super::network::Network;
use super::permission;
use super::registry::Repository;
use super::secret::{self, Secrets};
use super::task::{Container, Log, LogGroup, Mount, TMP, TaskDefinition, Variable, sorted, variable};
use super::text::{Text, owned_output};
use crate::spec::Spec;
use crate::spec::task::Task as SpecTask;
use package::Package;
use schedule::Schedule;

/// Name of the container that runs the command.
pub const CONTAINER: &str = "task";

/// One task.
#[derive(Clone, Debug, Serialize)]
pub struct Task {
    /// Key in the spec.
    pub key: Key,
    /// The repository that is created for its image; none where the image comes from elsewhere.
    pub repository: Option<Repository>,
    /// Repository of its image, created or not.
    pub image_source: String,
    /// Secrets that are created for it.
    pub created_secrets: Vec<secret::Created>,
    /// The archive it works on.
    pub package: Option<Package>,
    /// Container logs.
    pub log_group: LogGroup,
    /// What ECS does for it.
    pub execution_role: Role,
    /// What it may do.
    pub role: Role,
    /// Its task definition.
    pub definition: TaskDefinition,
    /// What starts it by the clock.
    pub schedule: Option<Schedule>,
    /// Code locations whose runs may start it.
    pub trigger_from: Vec<Key>,
    /// Whoever deploys gives a revision.
    pub takes_revision: bool,
    /// That revision can be the task's own, apart from everything else.
    pub revision_is_input: bool,
}

/// What a task takes from the other rooms.
pub struct Surroundings<'a> {
    /// The whole.
    pub deployment: &'a Deployment,
    /// Subnets.
    pub network: &'a Network,
    /// The code bucket.
    pub data: &'a Data,
}

/// Task definition family: `_` cannot occur in a name, so no two deployments collide.
pub fn family(deployment: &Deployment, key: &Key) -> String {
    format!("{}_task_{}", deployment.name, deployment.known_as(key))
}

/// Names of the two roles that whoever starts the task passes on: its own and its execution role.
pub fn role_names(deployment: &Deployment, key: &Key) -> [String; 2] {
    let key = deployment.known_as(key);
    [format!("task-{key}-task"), format!("task-{key}-execution")]
}

impl Task {
    /// Resolves one task.
    pub fn resolve(spec: &Spec, key: &Key, task: &SpecTask, around: &Surroundings<'_>) -> Self {
        let image = Image::resolve(spec, around.deployment, &Wanted::task(key, task));
        let what = format!("the task {key}");
        let parts = Parts {
            key,
            task,
            around,
            spec,
            package: Package::resolve(task, key, around.deployment, around.data),
            secrets: Secrets::resolve(around.deployment, key, &what, task.secrets.as_ref()),
            log_group: around.deployment.log_group(
                &format!("task/{}", around.deployment.known_as(key)),
                owned_output("task", key, "task_log_group"),
            ),
            image,
        };
        let takes_revision = parts.revisions().next().is_some();
        let revision_is_input = parts.revisions().any(|it| it == key);
        Self {
            key: key.clone(),
            takes_revision,
            revision_is_input,
            execution_role: parts.execution_role(),
            role: parts.role(),
            definition: parts.definition(),
            schedule: Schedule::resolve(key, task, around),
            trigger_from: task.trigger_from.iter().flatten().map(Key::from).collect(),
            image_source: parts.image.source,
            repository: parts.image.repository,
            created_secrets: parts.secrets.created,
            package: parts.package,
            log_group: parts.log_group,
        }
    }
}

/// What the parts of a task are resolved from.
struct Parts<'a> {
    key: &'a Key,
    task: &'a SpecTask,
    around: &'a Surroundings<'a>,
    spec: &'a Spec,
    image: Image,
    package: Option<Package>,
    secrets: Secrets,
    log_group: LogGroup,
}

impl Parts<'_> {
    /// Whose revisions the task definition names.
    fn revisions(&self) -> impl Iterator<Item = &Key> {
        let package = self.package.as_ref().map(|it| &it.key);
        self.image.revisions().chain(package.into_iter().flat_map(revisions))
    }

    fn execution_role(&self) -> Role {
        let [_, name] = role_names(self.around.deployment, self.key);
        let pull: Vec<_> = self.image.pull.iter().collect();
        let secrets: Vec<_> = self.secrets.grants.iter().cloned().chain(self.image.grants()).collect();
        let statements = access::execution_of(&pull, &[&self.log_group], &secrets);
        self.make_role(&name, "Starts", statements)
    }

    fn role(&self) -> Role {
        let mut statements: Vec<Statement> = self.package.iter().map(Package::read).collect();
        statements.extend(permission::statements(self.task.permissions.as_ref()));
        let [name, _] = role_names(self.around.deployment, self.key);
        let mut role = self.make_role(&name, "Runs", statements);
        role.managed = permission::managed(self.task.permissions.as_ref());
        role
    }

    fn make_role(&self, name: &str, what: &str, statements: Vec<Statement>) -> Role {
        let description = format!("{what} the task {}", self.key);
        self.around.deployment.role(ROLE_KIND, name, &description, Trust::ecs_tasks(), statements)
    }

    fn definition(&self) -> TaskDefinition {
        let container = self.container();
        let mut volumes = vec![TMP.to_owned()];
        let mut containers = Vec::new();
        if let Some(package) = &self.package {
            volumes.extend(package.volumes());
            containers.push(package.fetch(self.spec, self.around.deployment, &self.log_group));
            containers.push(package.unpack(&container));
        }
        containers.push(container);
        TaskDefinition {
            family: family(self.around.deployment, self.key),
            cpu: self.task.cpu.unwrap_or(512).to_string(),
            memory: self.task.memory.unwrap_or(1024).to_string(),
            cpu_architecture: self.around.deployment.cpu_architecture.clone(),
            ephemeral_gib: self.task.ephemeral_gib,
            volumes,
            efs_volumes: Vec::new(),
            containers,
            // A schedule, or a run that starts the task, may still name the revision before.
            keep_old_revisions: true,
        }
    }

    /// A read-only root leaves `/tmp` as the one place to write. A writable one has its own, which may be anybody's image's:
    /// a volume there would belong to root.
    fn tmp(&self) -> Option<Mount> {
        (!self.task.writable_root.unwrap_or(false)).then(Mount::tmp)
    }

    fn container(&self) -> Container {
        let package = self.package.as_ref();
        Container {
            name: CONTAINER.to_owned(),
            image: self.image.reference.clone(),
            credentials: self.image.credentials_parameter(),
            essential: true,
            cpu: None,
            memory: None,
            entry_point: Vec::new(),
            command: self.task.command.iter().map(Text::from).collect(),
            working_directory: package.map(|it| it.directory.clone()),
            user: Some(self.around.deployment.user.clone()),
            environment: self.environment(),
            secrets: sorted(self.secrets.variables.clone()),
            ports: Vec::new(),
            health_check: None,
            depends_on: package.map(Package::dependency).into_iter().collect(),
            mounts: package.map(Package::mount).into_iter().chain(self.tmp()).collect(),
            read_only_root: !self.task.writable_root.unwrap_or(false),
            init_process: true,
            stop_timeout: STOP_TIMEOUT,
            log: Log::new(&self.log_group, CONTAINER),
        }
    }

    fn environment(&self) -> Vec<Variable> {
        let own = self.task.env.iter().flatten().map(|(name, value)| variable(name.as_str(), value));
        sorted([variable("AWS_DEFAULT_REGION", &self.around.deployment.region)].into_iter().chain(own).collect())
    }
}

/// Path of the roles of tasks.
const ROLE_KIND: &str = "task";
/// The most that Fargate grants: a model that is being built can be ended in order.
const STOP_TIMEOUT: u32 = 120;
