//! What the workflow has to know: who deploys, as whom, and which files make up what is released.

use serde::Serialize;

use super::Rooms;
use super::deployment::Deployment;
use super::layers::EXTRA;
use super::ops::Ops;
use crate::spec::Spec;
use crate::spec::build::Build;
use crate::spec::github::{DeployTarget, Github as SpecGithub};
use crate::spec::scalar::ProjectPath;

/// Lints and tests a project that uv manages.
const CHECKS: [&str; 3] = ["uv sync --locked", "uv run ruff check .", "uv run pytest"];

/// The version that the rendered module is tried with.
pub const TERRAFORM: &str = "1.11.4";

/// What the workflow has to know.
#[derive(Clone, Debug, Serialize)]
pub struct Github {
    /// Name of the workflow.
    pub name: String,
    /// Branch that is deployed.
    pub branch: String,
    /// The deployment's folder, from the root of the repository.
    pub folder: String,
    /// The spec, from there.
    pub spec: String,
    /// `cfn` or `tf`.
    pub target: String,
    /// It is `tf`.
    pub terraform: bool,
    /// Terraform that deploys.
    pub terraform_version: String,
    /// The role of deploying jobs.
    pub role: String,
    /// GitHub environment of deploying jobs.
    pub environment: String,
    /// Jobs of the platform that may not run at the same time.
    pub platform_group: String,
    /// Where dagforge is installed from.
    pub dagforge: Install,
    /// Runner of every job.
    pub runner: String,
    /// Commands that lint and test.
    pub checks: Vec<String>,
    /// Folders that they run in.
    pub folders: Vec<String>,
    /// What is released alone: a line for each, its key and the paths that it is made of.
    pub units: String,
    /// Paths that everything else is made of.
    pub platform: String,
    /// There are templates of the user's own to deploy.
    pub extra: bool,
    /// Layers that have to be there before images are pushed.
    pub layers: String,
}

/// Where dagforge is installed from.
#[derive(Clone, Debug, Serialize)]
pub struct Install {
    /// The git repository.
    pub repository: String,
    /// The commit.
    pub commit: String,
}

/// A thing that is released alone, and where its image comes from.
struct Unit<'a> {
    key: &'a str,
    build: Option<&'a Build>,
}

impl Github {
    /// Resolves it; none where the spec does not ask for a workflow.
    pub fn resolve(spec: &Spec, deployment: &Deployment, rooms: &Rooms, ops: &Ops) -> Option<Self> {
        let github = spec.github.as_ref()?;
        let terraform = github.target == DeployTarget::Tf;
        let folder = format!("output/{}", deployment.name);
        let units = units(spec, rooms);
        let mut folders: Vec<String> = units.iter().map(|it| context(it.build).to_owned()).collect();
        folders.sort();
        folders.dedup();
        let kinds: Vec<&str> = ops.layers.iter().map(|it| it.layer.as_str()).collect();
        // A role that releases leaves what is before images, and templates of the user's own, to an administrator.
        let all = !terraform && github.role.is_some();
        let before_images =
            ["encryption", "network", "registry", "data"].into_iter().filter(|it| kinds.contains(it) && all);
        Some(Self {
            name: deployment.name.clone(),
            branch: github.branch.as_ref().map_or("main", |it| it.as_str()).to_owned(),
            spec: github.spec.as_ref().map_or("dagforge.yaml", |it| it.as_str()).to_owned(),
            target: if terraform { "tf" } else { "cfn" }.to_owned(),
            terraform,
            terraform_version: github.terraform_version.as_ref().map_or(TERRAFORM, |it| it.as_str()).to_owned(),
            role: role(github, rooms),
            environment: github.environment.as_ref().map_or(deployment.name.as_str(), |it| it.as_str()).to_owned(),
            platform_group: format!("{}-platform", deployment.name),
            dagforge: Install {
                repository: github.dagforge.repository.as_str().to_owned(),
                commit: github.dagforge.commit.as_str().to_owned(),
            },
            runner: github.runner.as_ref().map_or(runner(deployment), |it| it.as_str()).to_owned(),
            checks: checks(github),
            folders,
            units: units.iter().map(|it| format!("{} {}", it.key, paths(it.build))).collect::<Vec<_>>().join("\n"),
            platform: format!("{folder} :(exclude){folder}/tf/releases.auto.tfvars.json"),
            extra: all && kinds.contains(&EXTRA),
            layers: before_images.collect::<Vec<_>>().join(" "),
            folder,
        })
    }
}

/// The one that the spec names, or the one that is created; a finding says where there is neither.
fn role(github: &SpecGithub, rooms: &Rooms) -> String {
    let created = || rooms.access.as_ref()?.deploy_role.as_ref()?.arn.clone();
    github.role.as_ref().map(|it| it.as_str().to_owned()).or_else(created).unwrap_or_default()
}

/// Images are built where they can run: <https://docs.github.com/en/actions/reference/runners/github-hosted-runners>.
fn runner(deployment: &Deployment) -> &'static str {
    if deployment.cpu_architecture == "ARM64" { "ubuntu-24.04-arm" } else { "ubuntu-24.04" }
}

fn checks(github: &SpecGithub) -> Vec<String> {
    github.checks.clone().unwrap_or_else(|| CHECKS.map(str::to_owned).to_vec())
}

/// What has an image of its own.
fn units<'a>(spec: &'a Spec, rooms: &'a Rooms) -> Vec<Unit<'a>> {
    let locations = rooms.locations.iter().filter(|it| it.repository.is_some()).filter_map(|location| {
        let it = spec.code_locations.get(location.key.as_str())?;
        Some(Unit { key: location.key.as_str(), build: it.build.as_ref() })
    });
    let tasks = spec.tasks.iter().flat_map(|it| it.iter()).zip(&rooms.tasks);
    let tasks = tasks.filter(|(_, task)| task.repository.is_some());
    locations.chain(tasks.map(|((_, it), task)| Unit { key: task.key.as_str(), build: it.build.as_ref() })).collect()
}

fn context(build: Option<&Build>) -> &str {
    build.and_then(|it| it.context.as_ref()).map_or(".", ProjectPath::as_str)
}

fn paths(build: Option<&Build>) -> String {
    let paths = build.and_then(|it| it.paths.as_ref()).filter(|it| !it.is_empty());
    match paths {
        Some(paths) => paths.iter().map(ProjectPath::as_str).collect::<Vec<_>>().join(" "),
        None => context(build).to_owned(),
    }
}
