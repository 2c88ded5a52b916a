//! Findings about the sidecars of code locations.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    SIDECAR_NAME = "sidecar-name": "A sidecar's name is its container's, and a task definition has each name once."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html";
    SIDECAR_PORT = "sidecar-port": "The containers of a Fargate task share one network interface, so each port is one \
        container's."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html";
    SIDECAR_ESSENTIAL = "sidecar-essential": "The end of an essential container ends the task. A run lasts as long as \
        Dagster's own container, so a sidecar that ended first would kill it halfway."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html";
    SIDECAR_SIZE = "sidecar-size": "What a sidecar sets aside is taken from its task. The launcher gives the run \
        container the whole task whenever a job has the tag `ecs/memory` or `ecs/cpu`, and ECS then refuses a task in \
        which another container has a share of its own; a server needs something left."
        => "dagster_aws/ecs/launcher.py of dagster-aws, `get_cpu_and_memory_overrides`, and \
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html";
}

impl Diagnostics {
    /// A name that another container has.
    pub fn sidecar_name(&mut self, at: &SpecPath, name: &str) {
        self.error(SIDECAR_NAME, Place::key(at), format!("`{name}` is the name of a container of Dagster's"))
            .help("name it after what it does, such as `otel`");
    }

    /// A port that another container of the same task has.
    pub fn sidecar_port(&mut self, at: &SpecPath, port: u16, whose: &str) {
        self.error(SIDECAR_PORT, Place::value(at), format!("port {port} is {whose} in the same task"))
            .help("take another port, or put the two `on` different tasks");
    }

    /// Something else than Dagster would end a run.
    pub fn sidecar_essential(&mut self, at: &SpecPath) {
        self.error(SIDECAR_ESSENTIAL, Place::value(at), "a run whose sidecar ends first would be killed halfway")
            .help("remove it, or write `on: [server]`: beside a server an essential sidecar has the task replaced");
    }

    /// A share of a run's task.
    pub fn sidecar_in_run(&mut self, at: &SpecPath, what: &str) {
        let message =
            format!("beside a run a sidecar sets no {what} aside: the launcher may give the run all there is");
        self.error(SIDECAR_SIZE, Place::value(at), message)
            .help("remove it, or write `on: [server]`; `run.cpu` and `run.memory` are for all containers together");
    }

    /// Nothing left for the server.
    pub fn sidecar_size(&mut self, at: &SpecPath, what: &str, set_aside: u64, task: u64) {
        let message = format!("sidecars set aside {set_aside} of the server's {task} {what}, which leaves it none");
        self.error(SIDECAR_SIZE, Place::value(at), message)
            .help(format!("lower it, or raise `server.{}`", { if what == "CPU units" { "cpu" } else { "memory" } }));
    }
}
