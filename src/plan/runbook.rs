//! Words of the runbook that depend on the deployment.

mod adoption;
mod cluster;
mod key;
mod place;
mod rotation;
mod tasks;

use serde::Serialize;

use super::Rooms;
use super::config::Config;
use super::deployment::Deployment;
use super::instance::Instance;
use super::location::Location;
use super::text::{Input, Part, Text, output};
use super::workspace::Workspace;
use crate::spec::Spec;
use cluster::ExistingCluster;
use key::ExistingKey;
use place::Place;
use rotation::Rotation;
use tasks::{EmptySecret, TaskImage, Tasks};

/// Words of the runbook that depend on the deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Runbook {
    /// Where the UI is, if it has a name.
    pub url: Option<String>,
    /// Command that sets the revision.
    pub revision_command: String,
    /// Terraform's option for the revision, with a blank before it; empty where it is fixed.
    pub revision_option: String,
    /// CloudFormation's option for the revision, with a blank before it; empty where it is fixed.
    pub revision_parameter: String,
    /// The commands that deploy everything with the core image.
    pub core_commands: Vec<String>,
    /// Which account to sign in to.
    pub account: String,
    /// Ending of AWS host names.
    pub url_suffix: String,
    /// What tells one config from another: its place in the bucket, or its digest where it is in the task definitions.
    pub config: String,
    /// Name of the config bucket, in a shell that knows `$ACCOUNT`.
    pub config_bucket: Option<String>,
    /// There is no name for the UI, so it is reached through a session into the webserver's container.
    pub port_forward: bool,
    /// Name of the dashboard, if there is one.
    pub dashboard: Option<String>,
    /// What the policy of a key that exists must allow; none where there is no such key.
    pub existing_key: Option<ExistingKey>,
    /// What there is to know of a cluster that exists; none where the deployment has its own.
    pub cluster: Option<ExistingCluster>,
    /// What people who look after the login do; none where nobody signs in.
    pub login: Option<Login>,
    /// The stacks of each step of a CloudFormation deployment.
    pub steps: Vec<Step>,
    /// What is done before the first deployment of each stack that takes over something that exists.
    pub adoptions: Vec<String>,
    /// Commands that set the stack policy; empty without one.
    pub stack_policies: Vec<String>,
    /// A code location to show commands with.
    pub example_location: Option<String>,
    /// What AWS knows it by.
    pub example_known_as: Option<String>,
    /// Its key in Terraform's names.
    pub example_label: Option<String>,
    /// Services, as words of a shell loop.
    pub services: String,
    /// Stacks in the order they are deleted, as words of a shell loop.
    pub stacks_backwards: String,
    /// SSM parameter with the ARN of the database's secret.
    pub secret_parameter: String,
    /// How the password is rotated; none where it is somebody else's, RDS's own, or none.
    pub rotation: Option<Rotation>,
    /// A rule restarts the services after RDS has rotated the password.
    pub restarts: bool,
    /// How Dagster's tables are brought to a new version; none where the deployment has nothing for it.
    pub migration: Option<Place>,
    /// Task definitions of which every revision is kept, in words, and as a query of the AWS CLI.
    pub kept_definitions: String,
    /// See `kept_definitions`.
    pub kept_query: String,
    /// Code that the core image must have, as the end of a list of what it has; empty where it needs none.
    pub core_code: String,
    /// How that gets there, as the end of a sentence.
    pub core_dockerfile: String,
    /// Code locations that are served elsewhere.
    pub external: Vec<External>,
    /// What has to be done before anything starts.
    pub before_services: String,
    /// Images of tasks that have a repository of their own.
    pub task_images: Vec<TaskImage>,
    /// Secrets that are created empty.
    pub empty_secrets: Vec<EmptySecret>,
    /// What there is to say about tasks; none where there are none.
    pub tasks: Option<Tasks>,
    /// How GitHub Actions releases; none without a role for it.
    pub pipeline: Option<Pipeline>,
    /// Command that checks the account; none where any is right.
    pub account_guard: Option<String>,
}

/// What people who look after the login do.
#[derive(Clone, Debug, Serialize)]
pub struct Login {
    /// Addresses that the identity provider sends people back to, where the host names are known.
    pub callbacks: Vec<String>,
    /// Name or ARN of the client's secret, where CloudFormation reads one.
    pub secret: Option<String>,
}

/// A code location that is served elsewhere.
#[derive(Clone, Debug, Serialize)]
pub struct External {
    /// Its key.
    pub key: String,
    /// Family of its run definition.
    pub family: String,
    /// Container of its runs.
    pub container: String,
}

/// A step of a CloudFormation deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What it does.
    pub title: String,
    /// The config is uploaded and the images are pushed before it.
    pub after_images: bool,
    /// The commands, one for each stack.
    pub commands: Vec<String>,
}

/// How GitHub Actions releases.
#[derive(Clone, Debug, Serialize)]
pub struct Pipeline {
    /// Name of the role.
    pub role: String,
    /// Jobs that take it on.
    pub subjects: Vec<String>,
    /// GitHub's identity provider comes with it.
    pub creates_provider: bool,
}

impl Runbook {
    /// Resolves the words.
    pub fn resolve(
        spec: &Spec,
        deployment: &Deployment,
        rooms: &Rooms,
        layers: &[super::layers::Layer],
        instance: &Instance,
        config: &Config,
    ) -> Self {
        let empty_secrets = tasks::empty_secrets(rooms);
        let (ui, route) = (&rooms.ui, &rooms.ui.webserver.route);
        let input = deployment.gitrev.is_none();
        let account = deployment.account.as_ref().map(|it| format!("account {it}"));
        Self {
            url: route.url.clone(),
            pipeline: rooms.access.as_ref().and_then(|it| it.deploy_role.as_ref()).map(|it| Pipeline {
                role: it.name.clone(),
                subjects: it.subjects.clone(),
                creates_provider: it.provider.is_none(),
            }),
            revision_command: revision_command(deployment),
            revision_option: if input { " -var gitrev=\"$GITREV\"" } else { "" }.to_owned(),
            revision_parameter: if input { " --parameter-overrides GitRev=\"$GITREV\"" } else { "" }.to_owned(),
            core_commands: layers.iter().filter(|it| it.has_core()).map(command).collect(),
            account: account.unwrap_or_else(|| "the account it belongs to".to_owned()),
            url_suffix: deployment.url_suffix().to_owned(),
            config: match rooms.data.config_bucket {
                Some(_) => format!("{}/{}", config.prefix, config.digest),
                None => config.digest.clone(),
            },
            config_bucket: config_bucket(deployment, rooms),
            port_forward: ui.webserver.service.execute_command && route.url.is_none(),
            dashboard: rooms.operations.as_ref().and_then(|it| Some(it.dashboard.as_ref()?.name.clone())),
            existing_key: ExistingKey::resolve(spec, deployment),
            cluster: ExistingCluster::resolve(spec, rooms, instance),
            login: login(rooms),
            steps: steps(layers),
            adoptions: layers.iter().filter(|it| it.adopts).map(adoption::command).collect(),
            stack_policies: stack_policies(deployment, layers),
            example_location: example_location(rooms).map(ToString::to_string),
            example_known_as: example_location(rooms).map(|it| deployment.known_as(it).to_string()),
            example_label: example_location(rooms).map(super::key::Key::snake),
            services: services(rooms),
            stacks_backwards: layers.iter().rev().map(|it| it.stack.as_str()).collect::<Vec<_>>().join(" "),
            secret_parameter: deployment.parameter_path("data", "database_secret_arn"),
            kept_definitions: if rooms.tasks.is_empty() { "Run definitions" } else { "Definitions of runs and tasks" }
                .to_owned(),
            kept_query: kept_query(deployment, rooms),
            core_code: core_code(&instance.workspace),
            core_dockerfile: core_dockerfile(rooms).to_owned(),
            external: external(rooms),
            before_services: before_services(&empty_secrets).to_owned(),
            task_images: tasks::images(rooms),
            empty_secrets,
            tasks: Tasks::resolve(deployment, rooms),
            rotation: Rotation::resolve(rooms),
            restarts: rooms.data.database.rotated_secret.is_some(),
            migration: rooms.platform.migration.as_ref().map(|_| Place::resolve(rooms, "daemon")),
            account_guard: deployment
                .account
                .as_ref()
                .map(|it| format!("test \"$ACCOUNT\" = {it} || echo \"stop: $ACCOUNT is the wrong account\"")),
        }
    }
}

fn revision_command(deployment: &Deployment) -> String {
    match &deployment.gitrev {
        Some(fixed) => format!("GITREV={fixed}"),
        None => "GITREV=$(git rev-parse --short=12 HEAD)".to_owned(),
    }
}

fn core_code(workspace: &Workspace) -> String {
    let names = [&workspace.modules, &workspace.files, &workspace.packages].into_iter().flatten();
    let names: Vec<&str> = names.map(|it| it.location_name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("; the code of {}", names.join(", ")) }
}

fn core_dockerfile(rooms: &Rooms) -> &'static str {
    if rooms.platform.in_process.is_none() {
        return "";
    }
    " without your code: build yours from it, and push that as core"
}

fn external(rooms: &Rooms) -> Vec<External> {
    let elsewhere = rooms.locations.iter().filter(|it| it.server.is_none());
    let words = elsewhere.map(|it| External {
        key: it.key.to_string(),
        family: it.run.family.clone(),
        container: super::instance::RUN_CONTAINER.to_owned(),
    });
    words.collect()
}

/// A code location with a repository of its own, and if possible a revision that is given when it is deployed.
fn example_location(rooms: &Rooms) -> Option<&super::key::Key> {
    let pushed = |it: &&Location| it.repository.is_some() || rooms.registry.is_none();
    let mut own = rooms.locations.iter().filter(|it| it.server.is_some()).filter(pushed);
    let first = own.clone().next();
    own.find(|it| it.revision_is_input).or(first).map(|it| &it.key)
}

/// The path is the load balancer's own, whatever the path prefix
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>).
fn login(rooms: &Rooms) -> Option<Login> {
    let ui = &rooms.ui;
    let copy = ui.read_only_copy.as_ref().map(|it| &it.route);
    let routes: Vec<_> = [&ui.webserver.route].into_iter().chain(copy).collect();
    let rules = routes.iter().filter_map(|it| it.rule.as_ref());
    let oidc = ui.webserver.route.oidc.as_ref();
    let signs_in = oidc.is_some() || rules.clone().any(|it| it.cognito.is_some());
    signs_in.then(|| Login {
        callbacks: rules.flat_map(|it| &it.hosts).map(|it| format!("https://{it}/oauth2/idpresponse")).collect(),
        secret: oidc.map(|it| it.client_secret.secret.clone()),
    })
}

fn config_bucket(deployment: &Deployment, rooms: &Rooms) -> Option<String> {
    Some(bucket_in_shell(deployment, rooms, rooms.data.config_bucket.as_ref()?))
}

/// Name of a bucket in a shell that knows `$ACCOUNT`.
fn bucket_in_shell(deployment: &Deployment, rooms: &Rooms, bucket: &Text) -> String {
    let created = rooms.data.buckets.iter().find(|it| output("data", &it.published()) == *bucket);
    let word = |part: &Part| match part {
        Part::Input(Input::Account) => "$ACCOUNT".to_owned(),
        Part::Input(Input::Region) => deployment.region.clone(),
        part => part.to_string(),
    };
    created.map_or(bucket, |it| &it.name).parts().iter().map(word).collect()
}

fn services(rooms: &Rooms) -> String {
    let copy = rooms.ui.read_only_copy.as_ref().map(|it| &it.service);
    let core = [&rooms.ui.webserver.service].into_iter().chain(copy).chain([&rooms.platform.daemon.service]);
    let locations = rooms.locations.iter().filter_map(|it| it.server.as_ref()).map(|it| &it.service);
    core.chain(locations).map(|it| it.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Layers with data get the policy.
fn stack_policies(deployment: &Deployment, layers: &[super::layers::Layer]) -> Vec<String> {
    let guarded = layers.iter().filter(|it| it.holds_data());
    let guarded = guarded.filter(|_| deployment.protection.stack_policy);
    let command = |stack: &str| {
        format!(
            "aws cloudformation set-stack-policy --stack-name {stack} --stack-policy-body file://cfn/stack-policy.json"
        )
    };
    guarded.map(|it| command(&it.stack)).collect()
}

fn before_services(secrets: &[EmptySecret]) -> &'static str {
    if secrets.is_empty() { "Push the images" } else { "Push the images, fill the secrets" }
}

/// ARNs of the task definitions of which every revision is kept.
fn kept_query(deployment: &Deployment, rooms: &Rooms) -> String {
    let kinds = ["run"].into_iter().chain((!rooms.tasks.is_empty()).then_some("task"));
    let contained = kinds.map(|it| format!("contains(@, ':task-definition/{}_{it}_')", deployment.name));
    format!("taskDefinitionArns[?{}]", contained.collect::<Vec<_>>().join(" || "))
}

/// Layers of one kind are one step: within it the order does not matter.
fn steps(layers: &[super::layers::Layer]) -> Vec<Step> {
    let mut steps: Vec<(String, Step)> = Vec::new();
    for layer in layers {
        let command = command(layer);
        match steps.last_mut() {
            Some((name, step)) if *name == layer.name => step.commands.push(command),
            _ => steps.push((
                layer.name.clone(),
                Step {
                    title: title(&layer.name).to_owned(),
                    after_images: layer.name == "platform",
                    commands: vec![command],
                },
            )),
        }
    }
    steps.into_iter().map(|(_, step)| step).collect()
}

fn title(layer: &str) -> &'static str {
    match layer {
        "encryption" => "Encryption key",
        "network" => "Network",
        "registry" => "Image repositories",
        "data" => "Buckets and database",
        "platform" => "Cluster and daemon",
        "ui" => "Load balancer and webserver",
        "operations" => "Alarms, migration, and what mends by itself",
        "task" => "Tasks",
        "access" => "Access of people and pipelines",
        "extra" => "Templates of your own",
        _ => "Code locations",
    }
}

fn command(layer: &super::layers::Layer) -> String {
    let capabilities = layer.capabilities.iter().map(|it| format!(" --capabilities {it}"));
    let parameters = layer.parameters.iter().map(|it| format!(" --parameter-overrides {it}=\"$GITREV\""));
    let options: String = capabilities.chain(parameters).collect();
    let (stack, template) = (&layer.stack, &layer.template);
    format!(
        "aws cloudformation deploy --stack-name {stack} --template-file {template} --no-fail-on-empty-changeset{options}"
    )
}
