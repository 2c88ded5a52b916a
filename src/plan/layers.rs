//! Layers: units with a lifecycle of their own, in the order they are deployed, and what each publishes for the others.
//!
//! In CloudFormation a layer is a stack, and a published value is an SSM parameter whose path never changes.
//! In Terraform a layer is a file of the one root module, and a published value is a local value.

use indexmap::IndexMap;
use serde::Serialize;

use super::Rooms;
use super::deployment::Deployment;
use super::key::Key;
use super::network::CreatedNetwork;

/// A layer.
#[derive(Clone, Debug, Serialize)]
pub struct Layer {
    /// `network`, `registry`, `data`, `platform` or `location`.
    pub name: String,
    /// The code location, where there is a layer for each.
    pub owner: Option<Key>,
    /// Name of the CloudFormation stack.
    pub stack: String,
    /// What the stack holds.
    pub description: String,
    /// Path of the CloudFormation template.
    pub template: String,
    /// Path of the Terraform file.
    pub module_file: String,
    /// Capabilities that the stack needs.
    pub capabilities: Vec<String>,
    /// Parameters that whoever deploys must give.
    pub parameters: Vec<String>,
    /// Values for other layers, by name.
    pub publishes: IndexMap<String, Published>,
}

/// A value that a layer publishes.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    /// Path of the SSM parameter.
    pub path: String,
    /// Type of the CloudFormation parameter that reads it.
    pub parameter_type: String,
}

const TEXT: &str = "String";
const VPC: &str = "AWS::EC2::VPC::Id";
const SUBNET: &str = "AWS::EC2::Subnet::Id";
const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup::Id";

/// Names and types of what a layer publishes.
type Publications = Vec<(String, &'static str)>;

/// All layers, in the order they are deployed.
pub fn layers(deployment: &Deployment, rooms: &Rooms) -> Vec<Layer> {
    let maker = Maker { deployment };
    let network = rooms
        .network
        .created
        .as_ref()
        .map(|created| maker.layer(10, "network", None, "VPC, subnets, NAT and endpoints", network(created), true));
    let repository = || vec![("repository_uri".to_owned(), TEXT)];
    let registry = maker.layer(20, "registry", None, "Image repository of webserver and daemon", repository(), false);
    let registries = rooms.locations.iter().map(|it| {
        let what = format!("Image repository of the code location {}", it.key);
        maker.layer(20, "registry", Some(&it.key), &what, repository(), false)
    });
    // Where buckets and database exist already, nothing is left to create.
    let data = Some(data(rooms)).filter(|it| !it.is_empty());
    let data = data.map(|it| maker.layer(30, "data", None, "Buckets, database and its secret", it, true));
    let platform = maker.layer(40, "platform", None, "Cluster, load balancer, webserver and daemon", platform(), true);
    let locations = rooms
        .locations
        .iter()
        .map(|it| maker.layer(50, "location", Some(&it.key), &format!("Code location {}", it.key), Vec::new(), true));
    let mut layers: Vec<_> = network
        .into_iter()
        .chain([registry])
        .chain(registries)
        .chain(data)
        .chain([platform])
        .chain(locations)
        .collect();
    for layer in &mut layers {
        let location = rooms.locations.iter().find(|it| Some(&it.key) == layer.owner.as_ref());
        let takes_revision = match layer.name.as_str() {
            "platform" => deployment.gitrev.is_none(),
            "location" => location.is_some_and(|it| it.revision_is_input),
            _ => false,
        };
        layer.parameters.extend(takes_revision.then(|| "GitRev".to_owned()));
    }
    layers
}

struct Maker<'a> {
    deployment: &'a Deployment,
}

impl Maker<'_> {
    fn layer(
        &self,
        order: u8,
        name: &str,
        owner: Option<&Key>,
        description: &str,
        publications: Publications,
        roles: bool,
    ) -> Layer {
        let suffix = owner.map(|it| format!("-{it}")).unwrap_or_default();
        let path = owner.map_or_else(|| name.to_owned(), |it| format!("{name}/{it}"));
        // In Terraform a location's repository stands in the file of the location.
        let module_file = owner.map_or_else(|| name.to_owned(), |it| format!("location_{}", it.snake()));
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
            template: format!("cfn/{order}-{name}{suffix}.yaml"),
            module_file: format!("tf/{module_file}.tf"),
            capabilities: roles.then(|| "CAPABILITY_NAMED_IAM".to_owned()).into_iter().collect(),
            parameters: Vec::new(),
            publishes: publications.into_iter().map(publish).collect(),
        }
    }
}

fn network(created: &CreatedNetwork) -> Publications {
    let kinds = ["private"].into_iter().chain(created.publishes_public_subnets.then_some("public"));
    let subnets = kinds.flat_map(|kind| created.private.iter().map(move |it| format!("{kind}_subnet_{}", it.number)));
    [("vpc_id".to_owned(), VPC)].into_iter().chain(subnets.map(|it| (it, SUBNET))).collect()
}

fn data(rooms: &Rooms) -> Publications {
    let data = &rooms.data;
    let config = data.config_bucket.created.iter().map(|_| ("config_bucket", TEXT));
    let logs = data.compute_logs_bucket.created.iter().map(|_| ("compute_logs_bucket", TEXT));
    let database = data.database.created.iter().flat_map(|_| {
        [("database_host", TEXT), ("database_secret_arn", TEXT), ("database_security_group", SECURITY_GROUP)]
    });
    let requests = data.access_logs_bucket.iter().map(|_| ("access_logs_bucket", TEXT));
    config.chain(logs).chain(requests).chain(database).map(|(name, kind)| (name.to_owned(), kind)).collect()
}

fn platform() -> Publications {
    let values = [
        ("cluster", TEXT),
        ("namespace_id", TEXT),
        ("server_security_group", SECURITY_GROUP),
        ("run_security_group", SECURITY_GROUP),
    ];
    values.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect()
}
