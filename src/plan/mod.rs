//! The resolved model: every default applied, every range cut, every name chosen.
//!
//! The plan is the blueprints' vocabulary. A blueprint prints it and decides nothing; `dagforge plan` prints it for people.

pub mod access;
pub mod access_logs;
pub mod adopt;
pub mod alarms;
pub mod bucket;
pub mod cluster;
pub mod config;
pub mod dashboard;
pub mod data;
pub mod data_access;
pub mod database;
pub mod deployment;
pub mod discovery;
pub mod elsewhere;
pub mod encryption;
pub mod exec;
pub mod extra;
pub mod file_system;
pub mod github;
pub mod iam;
pub mod image;
pub mod in_process;
pub mod instance;
pub mod json;
pub mod key;
pub mod layers;
pub mod local;
pub mod location;
pub mod login;
pub mod migration;
pub mod names;
pub mod network;
pub mod operations;
pub mod ops;
pub mod overrides;
pub mod people;
pub mod permission;
pub mod platform;
pub mod registry;
pub mod renames;
pub mod restart;
pub mod revision;
pub mod route;
pub mod runbook;
pub mod secret;
pub mod security;
pub mod shared;
pub mod task;
pub mod tasks;
pub mod terraform;
pub mod text;
pub mod ui;
pub mod web;
pub mod webserver;
pub mod workspace;

pub use key::Key;
pub use text::Text;

use serde::Serialize;

use crate::spec::Spec;
use crate::spec::location::Serve;
use config::{Config, ConfigText};
use data::Data;
use deployment::Deployment;
use discovery::Namespace;
use encryption::Encryption;
use extra::Extra;
use github::Github;
use image::Image;
use instance::{Instance, Place};

use layers::Layer;
use local::Local;
use location::Location;
use network::Network;
use operations::Operations;
use ops::Ops;
use people::Access;
use platform::{Core, Platform};
use registry::Repository;
use revision::Revision;
use runbook::Runbook;
use tasks::Task;
use terraform::Terraform;
use ui::Ui;
use workspace::Workspace;

/// Version of Dagster where the spec names none.
pub const DAGSTER_VERSION: &str = "1.13.27";

/// The whole deployment, resolved.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Facts of the whole.
    pub deployment: Deployment,
    /// Layers in the order they are deployed.
    pub layers: Vec<Layer>,
    /// What dagster.yaml and workspace.yaml say.
    pub instance: Instance,
    /// How they are delivered.
    pub config: Config,
    /// How revisions reach the output.
    pub revision: Revision,
    /// The core image.
    pub core: CoreImage,
    /// What the Terraform module brings along.
    pub terraform: Terraform,
    /// What the workflow has to know; none where there is none.
    pub github: Option<Github>,
    /// What `ops.sh` has to know.
    pub ops: Ops,
    /// What the runbook says beyond that.
    pub runbook: Runbook,
    /// Changes of the rendered text that the spec asks for.
    pub overrides: Vec<overrides::Override>,
    /// Templates and module files of the user's own.
    pub extra: Extra,
    /// The deployment on one machine; none where the spec does not ask for it.
    pub local: Option<Local>,
    /// The rooms.
    #[serde(flatten)]
    pub rooms: Rooms,
}

/// The rooms: one blueprint each in every target.
#[derive(Clone, Debug, Serialize)]
pub struct Rooms {
    /// The key of what keeps data; none where it exists, or where each service has its own.
    pub encryption: Option<Encryption>,
    /// VPC, subnets, NAT and endpoints.
    pub network: Network,
    /// The repository that is created for the core image; none where a registry has it that is somebody else's.
    pub registry: Option<Repository>,
    /// Buckets and database.
    pub data: Data,
    /// Cluster, security groups and daemon.
    pub platform: Platform,
    /// Load balancer and webserver.
    pub ui: Ui,
    /// What watches and mends them.
    pub operations: Option<Operations>,
    /// Code locations, but for those that webserver and daemon load themselves.
    pub locations: Vec<Location>,
    /// Tasks that are no Dagster runs.
    pub tasks: Vec<Task>,
    /// The repositories of code locations and tasks.
    pub repositories: Vec<OwnedRepository>,
    /// Who may do what, beside the deployment itself.
    pub access: Option<Access>,
}

/// The repository of a code location or task.
#[derive(Clone, Debug, Serialize)]
pub struct OwnedRepository {
    /// The code location or task.
    pub owner: Key,
    /// URI of the repository, without a tag.
    pub uri: Text,
}

/// The image of webserver and daemon.
#[derive(Clone, Debug, Serialize)]
pub struct CoreImage {
    /// Repository of the image, created or not.
    pub image_source: String,
    /// Version of dagster and dagster-webserver.
    pub dagster_version: String,
    /// Version of dagster-aws and dagster-postgres that belongs to it.
    pub library_version: String,
    /// User of the containers, as a number.
    pub uid: String,
    /// Group of the containers, as a number.
    pub gid: String,
    /// It can start containers, which only a local stack asks for.
    pub launches_containers: bool,
}

/// What the config files say; it comes first, because the digest of their text is part of the plan.
pub struct Foundation {
    deployment: Deployment,
    network: Network,
    data: Data,
    namespace: Namespace,
    /// What dagster.yaml and workspace.yaml say.
    pub instance: Instance,
}

impl Foundation {
    /// Resolves what the config files depend on.
    pub fn resolve(spec: &Spec, environment: Option<&str>) -> Self {
        let deployment = Deployment::resolve(spec, environment);
        let network = Network::resolve(spec, &deployment);
        let data = Data::resolve(spec, &deployment, &network.private_subnets);
        let namespace = Namespace::resolve(spec, &deployment);
        let cluster = cluster::name(&deployment);
        let place = Place {
            cluster: &cluster,
            database: &data.database,
            subnets: &network.private_subnets,
            security_group: &security::group("run"),
        };
        let instance = Instance::resolve(spec, &deployment, place, Workspace::resolve(spec, &deployment, &namespace));
        Self { deployment, network, data, namespace, instance }
    }
}

impl Plan {
    /// Resolves everything else, given the text of the config files.
    pub fn resolve(spec: &Spec, foundation: Foundation, texts: &[ConfigText]) -> Self {
        let Foundation { deployment, network, data, namespace, instance } = foundation;
        let config = Config::resolve(spec, &deployment, data.config_bucket.as_ref(), texts);
        let image = Image::core(spec, &deployment);
        let around = platform::Surroundings {
            deployment: &deployment,
            network: &network,
            data: &data,
            image: &image,
            instance: &instance,
            config: &config,
            namespace: &namespace,
        };
        let core = Core::new(spec, &around);
        let ui = Ui::resolve(&core);
        let platform = Platform::resolve(&core, ui.load_balancer.as_ref());
        let around =
            location::Surroundings { deployment: &deployment, network: &network, data: &data, namespace: &namespace };
        let locations = locations(spec, &around);
        let around = tasks::Surroundings { deployment: &deployment, network: &network, data: &data };
        let tasks = spec.tasks.iter().flatten().map(|(key, it)| Task::resolve(spec, &key.into(), it, &around));
        let tasks: Vec<_> = tasks.collect();
        let repositories = owned_repositories(&locations, &tasks);
        let operations =
            Operations::resolve(spec, &deployment, &data, &platform, &ui, instance.workspace.has_servers());
        let reached = people::Rooms { platform: &platform, ui: &ui, locations: &locations, tasks: &tasks };
        let access = Access::resolve(spec, &deployment, reached, &config);
        let mut rooms = Rooms {
            encryption: Encryption::resolve(spec, &deployment),
            network,
            registry: image.repository.clone(),
            data,
            platform,
            ui,
            operations,
            locations,
            tasks,
            repositories,
            access,
        };
        let extra = Extra::resolve(spec);
        let layers = layers::layers(&deployment, &rooms, &extra);
        rooms.access.iter_mut().for_each(|it| it.see(&layers, &deployment));
        let ops = Ops::resolve(spec, &deployment, &rooms, &layers, &config);
        Self {
            local: Local::resolve(spec, &deployment, &rooms),
            overrides: overrides::overrides(spec),
            extra,
            terraform: Terraform::resolve(spec, &deployment),
            github: Github::resolve(spec, &deployment, &rooms, &ops),
            ops,
            runbook: Runbook::resolve(spec, &deployment, &rooms, &layers, &instance, &config),
            layers,
            revision: Revision::resolve(&deployment, released_alone(&rooms)),
            core: CoreImage::resolve(spec, &deployment, &image),
            deployment,
            instance,
            config,
            rooms,
        }
    }
}

/// Those that webserver and daemon load themselves have no room of their own.
fn locations(spec: &Spec, around: &location::Surroundings<'_>) -> Vec<Location> {
    let apart = spec.code_locations.iter().filter(|(_, it)| it.serve != Some(Serve::InProcess));
    apart.map(|(key, it)| Location::resolve(spec, &key.into(), it, around)).collect()
}

fn owned_repositories(locations: &[Location], tasks: &[Task]) -> Vec<OwnedRepository> {
    let locations = locations.iter().map(|it| (&it.key, it.repository.as_ref()));
    let tasks = tasks.iter().map(|it| (&it.key, it.repository.as_ref()));
    let owned = |(key, repository): (&Key, Option<&Repository>)| {
        repository.map(|it| OwnedRepository { owner: key.clone(), uri: it.uri.clone() })
    };
    locations.chain(tasks).filter_map(owned).collect()
}

/// Whose revision can be given apart from everything else.
fn released_alone(rooms: &Rooms) -> Vec<Key> {
    let locations = rooms.locations.iter().filter(|it| it.revision_is_input).map(|it| it.key.clone());
    locations.chain(rooms.tasks.iter().filter(|it| it.revision_is_input).map(|it| it.key.clone())).collect()
}

impl CoreImage {
    fn resolve(spec: &Spec, deployment: &Deployment, image: &Image) -> Self {
        let version = spec.dagster.as_ref().and_then(|it| it.version.as_ref());
        let version = version.map_or(DAGSTER_VERSION, |it| it.as_str());
        let (uid, gid) = deployment.user.split_once(':').unwrap_or((&deployment.user, &deployment.user));
        Self {
            image_source: image.source.clone(),
            dagster_version: version.to_owned(),
            library_version: library_version(version),
            uid: uid.to_owned(),
            gid: gid.to_owned(),
            launches_containers: local::runs_in_docker(spec),
        }
    }
}

/// dagster 1.13.27 and dagster-aws 0.29.27 are released together: the libraries are sixteen minor versions ahead.
fn library_version(version: &str) -> String {
    let mut numbers = version.splitn(3, '.').skip(1);
    let minor: u32 = numbers.next().and_then(|it| it.parse().ok()).unwrap_or_default();
    format!("0.{}.{}", minor + 16, numbers.next().unwrap_or_default())
}
