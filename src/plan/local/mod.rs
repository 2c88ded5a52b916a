//! The deployment on one machine: every service of the compose file, with the images, buckets and paths of the real one.
//!
//! What AWS brings along in the deployment comes from containers here: PostgreSQL, and LocalStack for S3. What is known
//! only at deploy time comes from the shell or from `.env`.

mod core;
mod extra;
mod location;
mod service;
mod variables;

pub use extra::{known, ports, service_image};
pub use location::path_in_project;
pub use service::{Build, Service};
pub use variables::Setting;

use serde::Serialize;

use super::Rooms;
use super::deployment::Deployment;
use super::key::Key;
use super::text::{Input, Part, Text};
use crate::spec::Spec;
use crate::spec::local::{Launcher as SpecLauncher, Local as SpecLocal};

/// Services of every stack, whatever the spec says.
pub const OWN_SERVICES: [&str; 4] = [POSTGRES, LOCALSTACK, WEBSERVER, DAEMON];
const POSTGRES: &str = "postgres";
const LOCALSTACK: &str = "localstack";
const WEBSERVER: &str = "webserver";
const DAEMON: &str = "daemon";
/// Profile of Dagster's own services: without it, only what they stand on is started.
const PROFILE: &str = "dagster";
/// Version of uv that the rendered Dockerfile installs (<https://pypi.org/project/uv/>).
const UV_VERSION: &str = "0.13.8";

/// The deployment on one machine.
#[derive(Clone, Debug, Serialize)]
pub struct Local {
    /// Name of the compose project and of its network.
    pub project: String,
    /// Profile of Dagster's own services.
    pub profile: String,
    /// Where runs are executed.
    pub launcher: Launcher,
    /// How often a run whose process was lost is resumed.
    pub resume_attempts: u32,
    /// Every service, in the order they start.
    pub services: Vec<Service>,
    /// Volumes that outlive their containers.
    pub volumes: Vec<String>,
    /// Code servers, as workspace.yaml has them.
    pub servers: Vec<Server>,
    /// Code locations: each is restarted by itself.
    pub locations: Vec<Key>,
    /// One of them, to show commands with.
    pub example: String,
    /// Variables that `.env` sets.
    pub settings: Vec<Setting>,
    /// The Dockerfile of code locations that have none; none where each has its own.
    pub dockerfile: Option<Dockerfile>,
    /// Where workspace.yaml is in the containers.
    pub workspace: String,
    /// Where the UI is.
    pub url: String,
}

/// A code server in the local workspace.yaml.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// Name of the code location.
    pub location_name: String,
    /// Name of its service.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// What launches runs.
#[derive(Clone, Debug, Serialize)]
pub struct Launcher {
    /// Python module.
    pub module: String,
    /// Class in it.
    pub class: String,
    /// How containers of runs are started; none where a run is a process of its code server.
    pub docker: Option<Docker>,
}

/// How containers of runs are started.
#[derive(Clone, Debug, Serialize)]
pub struct Docker {
    /// Network of the containers.
    pub network: String,
    /// Variables that a run has from the daemon; those of its location come from its code server.
    pub variables: Vec<String>,
    /// User of the containers.
    pub user: String,
    /// Folder that a run may write to.
    pub writable: String,
}

/// The Dockerfile of code locations that have none.
#[derive(Clone, Debug, Serialize)]
pub struct Dockerfile {
    /// Version of uv.
    pub uv_version: String,
    /// Where the code is in the image.
    pub directory: String,
}

/// Where a code location's code is in its image, unless the spec says otherwise.
pub const CODE_DIRECTORY: &str = "/opt/dagster/app";

/// What the services are made from.
struct Around<'a> {
    spec: &'a Spec,
    local: &'a SpecLocal,
    deployment: &'a Deployment,
    rooms: &'a Rooms,
}

impl Local {
    /// Resolves the stack, where the spec asks for one.
    pub fn resolve(spec: &Spec, deployment: &Deployment, rooms: &Rooms) -> Option<Self> {
        let local = spec.local.as_ref().filter(|it| it.compose.unwrap_or(true))?;
        let around = Around { spec, local, deployment, rooms };
        let docker = around.runs_in_docker();
        let services = around.services();
        let resume = spec.runs.as_ref().and_then(|it| it.monitoring.as_ref()).and_then(|it| it.resume_attempts);
        Some(Self {
            project: deployment.name.clone(),
            profile: PROFILE.to_owned(),
            launcher: around.launcher(),
            // The default launcher cannot resume, and Dagster refuses to start where it should.
            resume_attempts: resume.filter(|_| docker).unwrap_or(0),
            volumes: services.iter().filter_map(|it| it.volume.as_ref()).map(|it| it.name.clone()).collect(),
            example: around.locations().next().map(|it| it.key.to_string()).unwrap_or_default(),
            settings: around.settings(),
            services,
            servers: around.servers(),
            locations: around.locations().map(|it| it.key).collect(),
            dockerfile: around.dockerfile(),
            workspace: super::config::workspace(deployment),
            url: around.url(),
        })
    }
}

impl Local {
    /// Ports of this machine, with the service that each leads to.
    pub fn published_ports(&self) -> impl Iterator<Item = (&str, u16)> {
        self.services.iter().flat_map(|service| service.ports.iter().map(|it| (service.name.as_str(), it.published)))
    }
}

impl Around<'_> {
    /// Runs get a container each.
    fn runs_in_docker(&self) -> bool {
        runs_in_docker(self.spec)
    }

    fn services(&self) -> Vec<Service> {
        let mut services = vec![self.postgres(), self.localstack()];
        services.extend(self.extra_services());
        let below: Vec<String> = services.iter().map(|it| it.name.clone()).collect();
        let locations: Vec<Service> = self.locations().map(|it| it.service(&below)).collect();
        let all: Vec<String> = below.iter().cloned().chain(locations.iter().map(|it| it.name.clone())).collect();
        services.extend(locations);
        services.extend([self.webserver(&all), self.daemon(&all)]);
        for service in &mut services {
            service.mounts = !service.binds.is_empty() || service.volume.is_some();
        }
        services
    }

    fn launcher(&self) -> Launcher {
        let (module, class) = match self.runs_in_docker() {
            true => ("dagster_docker", "DockerRunLauncher"),
            false => ("dagster", "DefaultRunLauncher"),
        };
        let docker = self.runs_in_docker().then(|| Docker {
            network: self.deployment.name.clone(),
            variables: self.instance_environment().into_iter().map(|it| it.name).collect(),
            user: self.deployment.user.clone(),
            writable: service::TMP.to_owned(),
        });
        Launcher { module: module.to_owned(), class: class.to_owned(), docker }
    }

    fn servers(&self) -> Vec<Server> {
        let server =
            |it: location::Location<'_>| Server { location_name: it.name(), host: it.key.to_string(), port: it.port };
        self.locations().map(server).collect()
    }

    fn dockerfile(&self) -> Option<Dockerfile> {
        let any = self.locations().any(|it| it.settings.and_then(|it| it.dockerfile.as_ref()).is_none());
        any.then(|| Dockerfile { uv_version: UV_VERSION.to_owned(), directory: CODE_DIRECTORY.to_owned() })
    }

    /// Text of the deployment with everything in it that is known here.
    fn here(&self, text: &Text) -> Text {
        let mut here = Text::new();
        for part in text.parts() {
            match part {
                Part::Input(Input::Region) => here.push(self.deployment.region.as_str()),
                Part::Input(Input::Account) => here.push(self.account()),
                Part::Input(Input::GitRev(_)) => here.push(Input::GitRev(None)),
                part => here.push(part.clone()),
            }
        }
        here
    }

    fn account(&self) -> Text {
        self.deployment.account.as_deref().map_or_else(|| Input::Account.into(), Text::from)
    }
}

/// Runs of the local stack get a container each.
pub fn runs_in_docker(spec: &Spec) -> bool {
    spec.local.as_ref().and_then(|it| it.launcher) == Some(SpecLauncher::Docker)
}
