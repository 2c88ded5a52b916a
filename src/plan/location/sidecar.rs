//! Containers beside Dagster's own in the tasks of a code location.
//!
//! Dagster's container waits until they have started, and ECS stops what depends on others first
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>): a collector is there for
//! everything that it collects. The end of Dagster's container, which is essential, ends the task and them with it.

use indexmap::IndexMap;

use crate::plan::deployment::Deployment;
use crate::plan::image::ecr;
use crate::plan::key::Key;
use crate::plan::secret::{Created, Secrets};
use crate::plan::task::{Container, Dependency, HealthCheck, Log, Mount, TMP, Variable, sorted, variable};
use crate::plan::text::Text;
use crate::spec::compute::CodeLocation;
use crate::spec::scalar::{EnvName, SecretSource};
use crate::spec::sidecar::{Sidecar as SpecSidecar, SidecarHealth};
use crate::spec::storage::Side;

/// A sidecar on its way into task definitions.
pub struct Sidecar {
    /// Its name, which is its container's too.
    name: String,
    written: SpecSidecar,
    environment: Vec<Variable>,
    /// Its secrets.
    pub secrets: Secrets,
    /// ARN of the ECR repository that its image is pulled from; none for registries that know nothing of IAM.
    pub pull: Option<Text>,
}

type Map = IndexMap<EnvName, SecretSource>;

/// The secrets of a code location's containers, each container's by itself.
pub fn secrets(location: &CodeLocation) -> Vec<Option<&Map>> {
    let sidecars = location.sidecars.iter().flatten().map(|(_, it)| it.secrets.as_ref());
    [location.secrets.as_ref()].into_iter().chain(sidecars).collect()
}

/// The sidecars of a code location.
pub fn sidecars(deployment: &Deployment, owner: &Key, what: &str, location: &CodeLocation) -> Vec<Sidecar> {
    let everybody = secrets(location);
    let resolve = |(name, written): (&crate::spec::scalar::KeyName, &SpecSidecar)| {
        let own = written.env.iter().flatten().map(|(name, value)| variable(name.as_str(), value));
        let region = variable("AWS_DEFAULT_REGION", &deployment.region);
        Sidecar {
            name: name.to_string(),
            environment: sorted(own.chain([region]).collect()),
            secrets: Secrets::resolve_among(deployment, owner, what, written.secrets.as_ref(), &everybody),
            pull: ecr(written.image.repository()),
            written: written.clone(),
        }
    };
    location.sidecars.iter().flatten().map(resolve).collect()
}

/// What is created for a code location and its sidecars: a name is one secret, whoever asks for it.
pub fn created(mut own: Vec<Created>, sidecars: Vec<Sidecar>) -> Vec<Created> {
    for secret in sidecars.into_iter().flat_map(|it| it.secrets.created) {
        if own.iter().all(|it| it.name != secret.name) {
            own.push(secret);
        }
    }
    own
}

impl Sidecar {
    /// Whether this kind of task has it.
    pub fn is_on(&self, side: Side) -> bool {
        self.written.on.as_ref().is_none_or(|it| it.contains(&side))
    }

    /// What Dagster's container waits for.
    pub fn dependency(&self) -> Dependency {
        let condition = if self.written.health_check.is_some() { "HEALTHY" } else { "START" };
        Dependency { container: self.name.clone(), condition: condition.to_owned() }
    }

    /// The volume at its `/tmp`: what it writes there is nobody else's. A key has no underscore, so no volume of the
    /// spec has this name.
    pub fn volume(&self) -> Option<String> {
        (!self.written.writable_root.unwrap_or(false)).then(|| format!("{TMP}_{}", self.name))
    }

    /// Its container, beside one that logs here.
    pub fn container(&self, log: &Log) -> Container {
        let written = &self.written;
        let tmp = self.volume().map(|volume| Mount { volume, ..Mount::tmp() });
        Container {
            name: self.name.clone(),
            image: written.image.as_str().into(),
            credentials: None,
            essential: written.essential.unwrap_or(false),
            cpu: written.cpu,
            memory: written.memory,
            entry_point: written.entry_point.clone().unwrap_or_default(),
            command: written.command.iter().flatten().map(Text::from).collect(),
            working_directory: None,
            user: written.user.clone(),
            environment: self.environment.clone(),
            secrets: sorted(self.secrets.variables.clone()),
            ports: written.ports.clone().unwrap_or_default(),
            health_check: written.health_check.as_ref().map(health_check),
            depends_on: Vec::new(),
            read_only_root: tmp.is_some(),
            mounts: tmp.into_iter().collect(),
            // Images that bring an init of their own want it to be the first process.
            init_process: false,
            stop_timeout: written.stop_timeout.unwrap_or(30),
            log: Log { stream_prefix: self.name.clone(), ..log.clone() },
        }
    }
}

fn health_check(written: &SidecarHealth) -> HealthCheck {
    HealthCheck {
        command: ["CMD".to_owned()].into_iter().chain(written.command.iter().cloned()).collect(),
        interval: written.interval.unwrap_or(10),
        timeout: written.timeout.unwrap_or(5),
        retries: written.retries.unwrap_or(3),
        start_period: written.start_period.unwrap_or(0),
    }
}
