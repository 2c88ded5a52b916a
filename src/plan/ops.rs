//! What `ops.sh` has to know: layers as commands deploy them, services, logs, images, buckets.

mod build;

use serde::Serialize;

use super::Rooms;
use super::config::Config;
use super::deployment::Deployment;
use super::layers::Layer;
use super::task::{LogGroup, Service as EcsService};
use super::text::{Input, Text, output, text};
use crate::spec::Spec;

/// Services that `aws ecs describe-services` takes at a time.
const BATCH: usize = 10;

/// What `ops.sh` has to know.
#[derive(Clone, Debug, Serialize)]
pub struct Ops {
    /// The account that it works in; empty where any is right.
    pub account: Text,
    /// The revision that the spec fixes; empty where whoever deploys gives it.
    pub fixed_revision: Text,
    /// Layers in the order they are deployed.
    pub layers: Vec<Stack>,
    /// The stacks in the order they are deleted.
    pub stacks_backwards: Vec<String>,
    /// Stacks that take over something that exists.
    pub adopting: Vec<String>,
    /// Services.
    pub services: Vec<Service>,
    /// Their names, as many at a time as ECS describes.
    pub batches: Vec<Vec<String>>,
    /// Log groups by what they are asked for with: a service, `run/<location>` or `task/<task>`.
    pub logs: Vec<Log>,
    /// What has a revision: the core image, code locations and tasks.
    pub revised: Vec<Revised>,
    /// Images that are built.
    pub images: Vec<Image>,
    /// Where the config is uploaded to, with CloudFormation; empty where it is in the task definitions.
    pub config: Text,
    /// Buckets that go with the deployment and have to be emptied first.
    pub buckets: Vec<Text>,
}

/// A layer as a stack is deployed.
#[derive(Clone, Debug, Serialize)]
pub struct Stack {
    /// Its kind.
    pub layer: String,
    /// What it is deployed with: `core`, or the code location or task; empty where it has none of their images.
    pub owner: Text,
    /// Name of the stack.
    pub stack: String,
    /// Its template.
    pub template: String,
    /// Whoever deploys it gives a revision.
    pub takes_revision: bool,
    /// It gets the stack policy.
    pub guarded: bool,
    /// What `aws cloudformation deploy` gets beside that.
    pub options: Vec<Text>,
}

/// What has a revision, by the name that it is asked for with.
#[derive(Clone, Debug, Serialize)]
pub struct Revised {
    /// `core`, or the key of a code location or task.
    pub called: String,
    /// A task definition family whose image tells the revision.
    pub family: String,
    /// The container with that image.
    pub container: String,
}

/// A service, by the name that it is asked for with.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    /// `webserver`, `daemon` or the key of a code location.
    pub called: String,
    /// Name of the ECS service, which is its task definition family too.
    pub name: String,
    /// The container with Dagster.
    pub container: String,
}

/// A log group, by the name that it is asked for with.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    /// What to ask for.
    pub called: String,
    /// The log group.
    pub group: String,
}

/// An image that is built.
#[derive(Clone, Debug, Serialize)]
pub struct Image {
    /// `core`, or the key of a code location or task.
    pub called: String,
    /// Its repository.
    pub repository: String,
    /// The folder it is built from, as seen from the deployment's.
    pub context: String,
    /// Its Dockerfile.
    pub dockerfile: String,
    /// The revision that the spec fixes for it; empty without.
    pub revision: Text,
    /// Its revision in a shell that knows `$GITREV`.
    pub shell_revision: String,
}

impl Ops {
    /// Resolves it.
    pub fn resolve(spec: &Spec, deployment: &Deployment, rooms: &Rooms, layers: &[Layer], config: &Config) -> Self {
        let services = services(rooms);
        let names: Vec<String> = services.iter().map(|it| it.name.clone()).collect();
        let address = |bucket: &Text| {
            let created = rooms.data.buckets.iter().find(|it| output("data", &it.published()) == *bucket);
            let bucket = created.map_or(bucket, |it| &it.name);
            text!["s3://", bucket.clone(), "/", config.prefix.as_str(), "/", config.digest.as_str(), "/"]
        };
        Self {
            account: deployment.account.as_deref().unwrap_or_default().into(),
            fixed_revision: deployment.gitrev.as_deref().unwrap_or_default().into(),
            layers: layers.iter().map(|it| Stack::new(it, deployment)).collect(),
            stacks_backwards: layers.iter().rev().map(|it| it.stack.clone()).collect(),
            adopting: layers.iter().filter(|it| it.adopts).map(|it| it.stack.clone()).collect(),
            batches: names.chunks(BATCH).map(<[String]>::to_vec).collect(),
            services,
            logs: logs(rooms),
            revised: revised(rooms),
            images: build::images(spec, rooms),
            config: config.bucket.as_ref().map(address).unwrap_or_default(),
            buckets: buckets(rooms),
        }
    }
}

impl Stack {
    fn new(layer: &Layer, deployment: &Deployment) -> Self {
        let capabilities = layer.capabilities.iter().flat_map(|it| ["--capabilities".into(), it.as_str().into()]);
        let owner = layer.owner.as_ref().map(ToString::to_string);
        let parameters = layer.parameters.iter();
        let parameters =
            parameters.flat_map(|it| ["--parameter-overrides".into(), text![it.as_str(), "=", Input::GitRev(None)]]);
        Self {
            layer: layer.name.clone(),
            owner: layer.has_core().then(|| "core".to_owned()).or(owner).unwrap_or_default().into(),
            stack: layer.stack.clone(),
            template: layer.template.clone(),
            takes_revision: !layer.parameters.is_empty(),
            guarded: deployment.protection.stack_policy && layer.holds_data(),
            options: capabilities.chain(parameters).collect(),
        }
    }
}

/// Webserver and daemon, and the webserver's copy where there is one: what each is called, its container, service and logs.
fn core(rooms: &Rooms) -> Vec<(&'static str, &'static str, &EcsService, &LogGroup)> {
    let webserver = [("webserver", &rooms.ui.webserver)].into_iter();
    let copy = rooms.ui.read_only_copy.as_ref().map(|it| ("read-only-copy", it));
    let webservers = webserver.chain(copy).map(|(called, it)| (called, "webserver", &it.service, &it.log_group));
    let daemon = &rooms.platform.daemon;
    webservers.chain([("daemon", "daemon", &daemon.service, &daemon.log_group)]).collect()
}

fn services(rooms: &Rooms) -> Vec<Service> {
    let service = |called: &str, name: &str, container: &str| Service {
        called: called.to_owned(),
        name: name.to_owned(),
        container: container.to_owned(),
    };
    let core = core(rooms).into_iter();
    let core = core.map(|(called, container, it, _)| service(called, &it.name, container));
    let locations = rooms.locations.iter().filter_map(|it| it.server.as_ref().map(|server| (it, server)));
    let locations = locations.map(|(it, server)| service(it.key.as_str(), &server.service.name, "server"));
    core.chain(locations).collect()
}

fn revised(rooms: &Rooms) -> Vec<Revised> {
    let revised = |called: &str, family: &str, container: &str| Revised {
        called: called.to_owned(),
        family: family.to_owned(),
        container: container.to_owned(),
    };
    let core = revised("core", &rooms.ui.webserver.task.family, "webserver");
    let locations = rooms.locations.iter().filter(|it| it.revision_is_input);
    let locations = locations.map(|it| match &it.server {
        Some(server) => revised(it.key.as_str(), &server.task.family, "server"),
        None => revised(it.key.as_str(), &it.run.family, super::instance::RUN_CONTAINER),
    });
    let tasks = rooms.tasks.iter().filter(|it| it.revision_is_input);
    let tasks = tasks.map(|it| revised(it.key.as_str(), &it.definition.family, super::tasks::CONTAINER));
    [core].into_iter().chain(locations).chain(tasks).collect()
}

fn logs(rooms: &Rooms) -> Vec<Log> {
    let log = |called: String, group: &str| Log { called, group: group.to_owned() };
    let core = core(rooms).into_iter().map(|(called, _, _, it)| log(called.to_owned(), &it.name));
    let locations = rooms.locations.iter().flat_map(|it| {
        let server = it.server.as_ref().map(|server| log(it.key.to_string(), &server.log_group.name));
        server.into_iter().chain([log(format!("run/{}", it.key), &it.run_log_group.name)])
    });
    let in_process = rooms.platform.in_process.iter().map(|it| log("run/in_process".to_owned(), &it.log_group.name));
    let tasks = rooms.tasks.iter().map(|it| log(format!("task/{}", it.key), &it.log_group.name));
    core.chain(locations).chain(in_process).chain(tasks).collect()
}

fn buckets(rooms: &Rooms) -> Vec<Text> {
    rooms.data.buckets.iter().map(|it| it.name.clone()).collect()
}
