//! ECS task definitions, containers and services: the vocabulary every room with a task shares.

use serde::Serialize;

use super::deployment::Tag;
use super::file_system::EfsVolume;
use super::text::Text;

/// A Fargate task definition.
#[derive(Clone, Debug, Serialize)]
pub struct TaskDefinition {
    /// Family; a new revision is registered on every change.
    pub family: String,
    /// CPU units; ECS wants a string at task level.
    pub cpu: String,
    /// MiB of memory; ECS wants a string at task level.
    pub memory: String,
    /// `X86_64` or `ARM64`.
    pub cpu_architecture: String,
    /// GiB of ephemeral storage, where it is more than Fargate's 20.
    pub ephemeral_gib: Option<u32>,
    /// Empty volumes that live as long as the task.
    pub volumes: Vec<String>,
    /// Volumes that are folders of file systems.
    pub efs_volumes: Vec<EfsVolume>,
    /// Containers, in the order they are listed in AWS.
    pub containers: Vec<Container>,
    /// Old revisions stay registered: what is queued or rolled back to still refers to them.
    pub keep_old_revisions: bool,
}

/// Key of the tag that names a task's service.
pub const SERVICE_TAG: &str = "dagforge:service";

/// The tag that names a service.
pub fn service_tag(name: &str) -> Tag {
    Tag { key: SERVICE_TAG.to_owned(), value: name.to_owned() }
}

/// One container of a task definition.
#[derive(Clone, Debug, Serialize)]
pub struct Container {
    /// Name of the container.
    pub name: String,
    /// Image with its tag or digest.
    pub image: Text,
    /// What ECS signs in to the image's registry with; none where IAM says who pulls, or everybody does.
    pub credentials: Option<Text>,
    /// The task stops when this container does.
    pub essential: bool,
    /// CPU units of the task that are set aside for it; none shares them all.
    pub cpu: Option<u32>,
    /// MiB of the task's memory that it may use at most; none shares it all.
    pub memory: Option<u32>,
    /// Replaces the image's entry point; empty leaves it.
    pub entry_point: Vec<String>,
    /// Command; empty where the launcher gives it.
    pub command: Vec<Text>,
    /// Directory that the command starts in; none leaves the image's own.
    pub working_directory: Option<String>,
    /// `uid:gid`; none leaves the image's own.
    pub user: Option<String>,
    /// Plain environment, sorted by name: ECS compares it as a set, a diff should not show an order.
    pub environment: Vec<Variable>,
    /// Environment from secrets, sorted by name.
    pub secrets: Vec<Variable>,
    /// Ports the container listens on.
    pub ports: Vec<u16>,
    /// Health check that ECS runs inside the container.
    pub health_check: Option<HealthCheck>,
    /// Containers that must have reached a condition first.
    pub depends_on: Vec<Dependency>,
    /// Where volumes are mounted.
    pub mounts: Vec<Mount>,
    /// The root file system is read-only.
    pub read_only_root: bool,
    /// Run an init process that forwards signals and reaps children.
    pub init_process: bool,
    /// Seconds between SIGTERM and SIGKILL, at most 120 on Fargate.
    pub stop_timeout: u32,
    /// Where stdout and stderr go.
    pub log: Log,
}

/// An environment variable: its value, or for a secret the ARN it comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value, or `valueFrom` of a secret.
    pub value: Text,
}

/// A health check that ECS runs inside the container.
#[derive(Clone, Debug, Serialize)]
pub struct HealthCheck {
    /// `CMD` and the command.
    pub command: Vec<String>,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds one check may take.
    pub timeout: u32,
    /// Failures in a row that make the container unhealthy.
    pub retries: u32,
    /// Seconds after the start in which failures do not count.
    pub start_period: u32,
}

/// A container that must have reached a condition first.
#[derive(Clone, Debug, Serialize)]
pub struct Dependency {
    /// Name of the container.
    pub container: String,
    /// `START`, `COMPLETE`, `SUCCESS` or `HEALTHY`.
    pub condition: String,
}

/// A volume in a container.
#[derive(Clone, Debug, Serialize)]
pub struct Mount {
    /// Name of the volume.
    pub volume: String,
    /// Path in the container.
    pub path: String,
    /// The container cannot write to it.
    pub read_only: bool,
}

/// The `awslogs` driver of a container.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    /// Log group.
    pub group: Text,
    /// First part of the stream name; the launcher looks for `<prefix>/<container>/<task>`.
    pub stream_prefix: String,
    /// `non-blocking` loses lines rather than stopping the container when CloudWatch is slow.
    pub mode: String,
    /// Memory that holds lines back in non-blocking mode; the driver knows it in no other.
    pub buffer: Option<String>,
}

/// A log group.
#[derive(Clone, Debug, Serialize)]
pub struct LogGroup {
    /// Name.
    pub name: String,
    /// It exists and is taken over.
    pub adopted: bool,
    /// The group, as whatever must exist after it refers to it.
    pub reference: Text,
    /// Days that events are kept.
    pub retention_days: u32,
    /// ARN of the KMS key; none means the key that CloudWatch owns.
    pub kms_key: Option<Text>,
    /// A container waits until its lines are taken.
    #[serde(skip)]
    pub blocking: bool,
}

/// How an ECS service runs its tasks.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    /// Name of the service.
    pub name: String,
    /// The cluster it runs in.
    pub cluster: Text,
    /// Tasks that should run.
    pub desired_count: u32,
    /// Percentage of tasks that must stay healthy during a deployment.
    pub minimum_healthy_percent: u32,
    /// Percentage of tasks that may run during a deployment.
    pub maximum_percent: u32,
    /// `ENABLED` or `DISABLED`; ECS refuses it on services that may not exceed 100 percent.
    pub availability_zone_rebalancing: String,
    /// ECS Exec into the service's containers.
    pub execute_command: bool,
    /// What IAM tells the tasks of this service from others by: they get the tag from the service.
    pub tag: Tag,
    /// Subnets of the tasks.
    pub subnets: Vec<Text>,
    /// Security group of the tasks.
    pub security_group: Text,
    /// Seconds after the start in which the load balancer's health checks do not count.
    pub health_check_grace_seconds: Option<u32>,
}

/// Empty volume that takes what a container writes to `/tmp`.
pub const TMP: &str = "tmp";

impl Mount {
    /// A writable `/tmp`.
    pub fn tmp() -> Self {
        Self { volume: TMP.to_owned(), path: "/tmp".to_owned(), read_only: false }
    }
}

impl Log {
    /// The log configuration of a container: one prefix per kind of task, so that GetLogEvents can be limited to it.
    pub fn new(group: &LogGroup, stream_prefix: &str) -> Self {
        Self {
            group: group.reference.clone(),
            stream_prefix: stream_prefix.to_owned(),
            mode: if group.blocking { "blocking" } else { "non-blocking" }.to_owned(),
            buffer: (!group.blocking).then(|| "25m".to_owned()),
        }
    }
}

/// Variables sorted by name.
pub fn sorted(mut variables: Vec<Variable>) -> Vec<Variable> {
    variables.sort_by(|left, right| left.name.cmp(&right.name));
    variables
}

/// A variable from a name and a value.
pub fn variable(name: &str, value: impl Into<Text>) -> Variable {
    Variable { name: name.to_owned(), value: value.into() }
}
