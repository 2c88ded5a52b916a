//! Layers: units with a lifecycle of their own, in the order they are deployed, and what each publishes for the others.
//!
//! In CloudFormation a layer is a stack, and a published value is an SSM parameter whose path never changes.
//! In Terraform a layer is a file of the one root module, and a published value is a local value.

use indexmap::IndexMap;
use serde::Serialize;

use super::Rooms;
use super::deployment::Deployment;
use super::extra::{Extra, ExtraFile};
use super::key::Key;
use super::network::CreatedNetwork;
use super::operations::Operations;
use super::secret::Created;
use super::security::output_name;
use super::tasks::Task;

/// A layer.
#[derive(Clone, Debug, Serialize)]
pub struct Layer {
    /// `encryption`, `network`, `registry`, `data`, `platform`, `ui`, `operations`, `location`, `task`, `access` or `extra`.
    pub name: String,
    /// The code location, task or template of the user's own, where there is a layer for each.
    pub owner: Option<Key>,
    /// Name of the CloudFormation stack.
    pub stack: String,
    /// What the stack holds.
    pub description: String,
    /// Path of the CloudFormation template.
    pub template: String,
    /// Path of the Terraform file; `none` where a template of the user's own has no counterpart.
    pub module_file: String,
    /// Capabilities that the stack needs.
    pub capabilities: Vec<String>,
    /// Parameters that whoever deploys must give.
    pub parameters: Vec<String>,
    /// It takes over something that exists.
    pub adopts: bool,
    /// Values for other layers, by name.
    pub publishes: IndexMap<String, Published>,
}

impl Layer {
    /// It holds data, or everything else stands on it; the others may be replaced at will.
    pub fn holds_data(&self) -> bool {
        matches!(self.name.as_str(), "encryption" | "network" | "registry" | "data")
    }

    /// A release deploys it: the rest changes with the spec alone.
    pub fn is_released(&self) -> bool {
        self.has_core() || matches!(self.name.as_str(), "location" | "task")
    }

    /// It may have tasks of the core image: these layers are released together.
    pub fn has_core(&self) -> bool {
        matches!(self.name.as_str(), "platform" | "ui" | "operations")
    }
}

/// A value that a layer publishes.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    /// Path of the SSM parameter.
    pub path: String,
    /// Type of the CloudFormation parameter that reads it.
    pub parameter_type: String,
}

/// Kind of the layers that are templates of the user's own.
pub const EXTRA: &str = "extra";

const TEXT: &str = "String";
const VPC: &str = "AWS::EC2::VPC::Id";
const SUBNET: &str = "AWS::EC2::Subnet::Id";
const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup::Id";

/// Names and types of what a layer publishes.
type Publications = Vec<(String, &'static str)>;

/// All layers, in the order they are deployed.
pub fn layers(deployment: &Deployment, rooms: &Rooms, extra: &Extra) -> Vec<Layer> {
    let maker = Maker { deployment };
    let key = || vec![("kms_key_arn".to_owned(), TEXT)];
    let encryption = rooms
        .encryption
        .as_ref()
        .map(|_| maker.layer(5, "encryption", None, "Key of everything that keeps data", key(), false));
    let network = rooms
        .network
        .created
        .as_ref()
        .map(|created| maker.layer(10, "network", None, "VPC, subnets, NAT and endpoints", network(created), true));
    let repository = || vec![("repository_uri".to_owned(), TEXT)];
    let registry = rooms
        .registry
        .as_ref()
        .map(|_| maker.layer(20, "registry", None, "Image repository of webserver and daemon", repository(), false));
    let registries = rooms.locations.iter().filter_map(|it| {
        let whose = format!("the code location {}", it.key);
        maker.registry(&it.key, &whose, it.repository.is_some(), &it.created_secrets)
    });
    let task_registries = rooms.tasks.iter().filter_map(|it| maker.task_registry(it));
    // Where buckets and database exist already, nothing is left to create.
    let data = Some(data(rooms)).filter(|it| !it.is_empty());
    let data = data.map(|it| maker.layer(30, "data", None, "Buckets, database and its secret", it, true));
    let platform = maker.layer(40, "platform", None, "Cluster, security groups and daemon", platform(rooms), true);
    let ui = maker.layer(42, "ui", None, "Load balancer and webserver", ui(rooms), true);
    let operations = rooms.operations.as_ref().map(|it| {
        maker.layer(45, "operations", None, "Alarms, migration, and what mends by itself", operations(it), true)
    });
    let locations = rooms
        .locations
        .iter()
        .map(|it| maker.layer(50, "location", Some(&it.key), &format!("Code location {}", it.key), Vec::new(), true));
    let tasks = rooms
        .tasks
        .iter()
        .map(|it| maker.layer(60, "task", Some(&it.key), &format!("Task {}", it.key), Vec::new(), true));
    let access = rooms
        .access
        .as_ref()
        .map(|_| maker.layer(70, "access", None, "What people and pipelines may do", Vec::new(), true));
    let extra = extra.templates.iter().map(|it| maker.extra(it, extra));
    let registries = registry.into_iter().chain(registries).chain(task_registries);
    let before = encryption.into_iter().chain(network).chain(registries).chain(data);
    let before = before.chain([platform, ui]).chain(operations);
    let mut layers: Vec<_> = before.chain(locations).chain(tasks).chain(access).chain(extra).collect();
    for layer in &mut layers {
        layer.adopts = rooms.adopts(layer);
        if takes_revision(layer, deployment, rooms) {
            layer.parameters.push("GitRev".to_owned());
        }
    }
    layers
}

/// Whether whoever deploys the layer gives a revision.
fn takes_revision(layer: &Layer, deployment: &Deployment, rooms: &Rooms) -> bool {
    match layer.name.as_str() {
        "platform" | "ui" => deployment.gitrev.is_none(),
        "operations" => deployment.gitrev.is_none() && rooms.platform.migration.is_some(),
        "location" => rooms.locations.iter().any(|it| Some(&it.key) == layer.owner.as_ref() && it.takes_revision),
        "task" => rooms.tasks.iter().any(|it| Some(&it.key) == layer.owner.as_ref() && it.takes_revision),
        _ => false,
    }
}

struct Maker<'a> {
    deployment: &'a Deployment,
}

impl Maker<'_> {
    fn module_file(&self, kind: &str, key: &Key) -> String {
        format!("tf/{kind}_{}.tf", key.snake())
    }

    /// What has to be there before a task: its repository, and the secrets that somebody fills.
    fn task_registry(&self, task: &Task) -> Option<Layer> {
        let whose = format!("the task {}", task.key);
        let layer = self.registry(&task.key, &whose, task.repository.is_some(), &task.created_secrets)?;
        Some(Layer { module_file: self.module_file("task", &task.key), ..layer })
    }

    /// Who needs neither a repository nor secrets has no such layer.
    fn registry(&self, key: &Key, whose: &str, repository: bool, created: &[Created]) -> Option<Layer> {
        let what = match (repository, created) {
            (false, []) => return None,
            (false, _) => "Secrets",
            (true, []) => "Image repository",
            (true, _) => "Image repository and secrets",
        };
        let uri = repository.then(|| ("repository_uri".to_owned(), TEXT));
        let values = uri.into_iter().chain(secrets(created)).collect();
        Some(self.layer(20, "registry", Some(key), &format!("{what} of {whose}"), values, false))
    }

    /// A template may have any role. A module file of the same name is the same thing for Terraform.
    fn extra(&self, template: &ExtraFile, extra: &Extra) -> Layer {
        let layer = self.layer(80, EXTRA, Some(&template.key), &template.source, Vec::new(), true);
        let same = extra.modules.iter().find(|it| it.key == template.key);
        Layer { module_file: same.map_or("none", |it| it.path.as_str()).to_owned(), ..layer }
    }

    fn layer(
        &self,
        order: u8,
        name: &str,
        owner: Option<&Key>,
        description: &str,
        publications: Publications,
        roles: bool,
    ) -> Layer {
        // A template is named like its stack, so a rename shows in it as little as it does.
        let known_as = owner.map(|it| self.deployment.known_as(it));
        let suffix = known_as.map(|it| format!("-{it}")).unwrap_or_default();
        let path = known_as.map_or_else(|| name.to_owned(), |it| format!("{name}/{it}"));
        // In Terraform the repository of a location or task stands in its own file.
        let kind = if name == "task" { name } else { "location" };
        let module_file = owner.map_or_else(|| format!("tf/{name}.tf"), |it| self.module_file(kind, it));
        let publish = |(value, kind): (String, &str)| {
            let parameter_type = format!("AWS::SSM::Parameter::Value<{kind}>");
            let path = self.deployment.parameter_path(&path, &value);
            (value, Published { path, parameter_type })
        };
        Layer {
            name: name.to_owned(),
            owner: owner.cloned(),
            stack: format!("{}-{name}{suffix}", self.deployment.name),
            description: format!("{description} ({})", self.deployment.name),
            template: format!("cfn/{order:02}-{name}{suffix}.yaml"),
            module_file,
            capabilities: roles.then(|| "CAPABILITY_NAMED_IAM".to_owned()).into_iter().collect(),
            parameters: Vec::new(),
            adopts: false,
            publishes: publications.into_iter().map(publish).collect(),
        }
    }
}

fn network(created: &CreatedNetwork) -> Publications {
    let kinds = ["private"].into_iter().chain(created.publishes_public_subnets.then_some("public"));
    let subnets = kinds.flat_map(|kind| created.private.iter().map(move |it| format!("{kind}_subnet_{}", it.number)));
    [("vpc_id".to_owned(), VPC)].into_iter().chain(subnets.map(|it| (it, SUBNET))).collect()
}

fn secrets(created: &[Created]) -> impl Iterator<Item = (String, &'static str)> {
    created.iter().map(|it| (it.id.clone(), TEXT))
}

fn data(rooms: &Rooms) -> Publications {
    let data = &rooms.data;
    let buckets = data.buckets.iter().map(|it| (it.published(), TEXT));
    let database = data.database.created.iter().flat_map(|created| {
        let values = [
            ("database_host", TEXT),
            ("database_identifier", TEXT),
            ("database_secret_arn", TEXT),
            ("database_security_group", SECURITY_GROUP),
        ];
        values.into_iter().chain(created.publishes_resource_id.then_some(("database_resource_id", TEXT)))
    });
    let file_systems = data.file_systems.iter().filter_map(|it| it.created.as_ref().map(|created| (it, created)));
    let file_systems =
        file_systems.flat_map(|(it, created)| [(it.id.clone(), TEXT), (created.group_output.clone(), SECURITY_GROUP)]);
    buckets.chain(file_systems).chain(database.map(|(name, kind)| (name.to_owned(), kind))).collect()
}

fn platform(rooms: &Rooms) -> Publications {
    let namespace = rooms.platform.namespace.as_ref().map(|_| "namespace_id");
    // The webserver hands it to the runs that it launches.
    let in_process = rooms.platform.in_process.as_ref().map(|_| "in_process_task_definition");
    let cluster = rooms.platform.cluster.created.as_ref().map(|_| "cluster");
    let values = cluster.into_iter().chain(namespace).chain(in_process).map(|name| (name.to_owned(), TEXT));
    let groups = rooms.platform.security.groups.iter().filter(|it| it.published).map(|it| output_name(&it.id));
    values.chain(groups.map(|name| (name, SECURITY_GROUP))).collect()
}

/// What alarms watch.
fn ui(rooms: &Rooms) -> Publications {
    let watched = rooms.operations.iter().flat_map(|it| {
        let balancer = it.watches_balancer.then_some("ui_load_balancer_name");
        balancer.into_iter().chain(it.watches_ui.then_some("ui_target_group_name"))
    });
    watched.map(|name| (name.to_owned(), TEXT)).collect()
}

fn operations(operations: &Operations) -> Publications {
    let topic = operations.alarms.iter().filter(|it| it.created_topic.is_some());
    topic.map(|_| ("alarm_topic".to_owned(), TEXT)).collect()
}
