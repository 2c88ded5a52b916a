//! What a service of the compose file says: the vocabulary that all of them share.

use serde::Serialize;

use crate::plan::task::{self, Variable};
use crate::plan::text::Text;

/// A service of the compose file.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    /// Name, which is its host name for the others.
    pub name: String,
    /// Profile that it belongs to; none starts it always.
    pub profile: Option<String>,
    /// Image with its tag or digest.
    pub image: Text,
    /// How the image is built; none where it comes from elsewhere.
    pub build: Option<Build>,
    /// What only containers of the deployment's own images have.
    pub own: Option<Own>,
    /// Command; empty leaves the image's.
    pub command: Vec<Text>,
    /// Environment, sorted by name.
    pub environment: Vec<Variable>,
    /// Ports of this machine's loopback address, each with the port in the container.
    pub ports: Vec<Port>,
    /// Folders and files of this machine.
    pub binds: Vec<Bind>,
    /// It has one of these, or a volume.
    pub mounts: bool,
    /// Folder that outlives the container.
    pub volume: Option<Volume>,
    /// Tells when it is ready.
    pub health_check: HealthCheck,
    /// Services that have to be healthy first.
    pub depends_on: Vec<String>,
}

/// How an image is built.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// Folder with the Dockerfile.
    pub context: Text,
    /// Its name.
    pub dockerfile: String,
    /// Folder that it knows as `code`; none where the code is in `context`.
    pub code: Option<Text>,
    /// Image that it begins from; none where the Dockerfile is the user's.
    pub base_image: Option<Text>,
    /// Argument with the port of its health check; none where it has none.
    pub port: Option<String>,
    /// What to build for, as `docker build --platform` has it.
    pub platform: String,
}

/// What only containers of the deployment's own images have: they are as closed here as on ECS.
#[derive(Clone, Debug, Serialize)]
pub struct Own {
    /// `uid:gid`.
    pub user: String,
    /// More groups of that user.
    pub groups: Vec<Text>,
    /// The root file system is read-only.
    pub read_only: bool,
    /// Folder that is writable all the same, with its mount options.
    pub writable: String,
    /// Between SIGTERM and SIGKILL.
    pub stop_grace: String,
}

/// A folder or file of this machine in a container.
#[derive(Clone, Debug, Serialize)]
pub struct Bind {
    /// Path on this machine, from the folder of the compose file.
    pub source: Text,
    /// Path in the container.
    pub target: String,
    /// The container cannot write to it.
    pub read_only: bool,
}

/// A folder that outlives its container.
#[derive(Clone, Debug, Serialize)]
pub struct Volume {
    /// Name of the volume.
    pub name: String,
    /// Path in the container.
    pub target: String,
}

/// The folder that containers may write to.
pub const TMP: &str = "/tmp";

/// A port of this machine that leads to one of a container.
#[derive(Clone, Debug, Serialize)]
pub struct Port {
    /// The loopback address: nothing of the stack is open to the network that the machine is in.
    pub address: String,
    /// Port of this machine; a compose file has a text here.
    pub published_text: String,
    /// The same as a number.
    pub published: u16,
    /// Port in the container.
    pub target: u16,
}

impl Port {
    /// A port of the loopback address.
    pub fn new(published: u16, target: u16) -> Self {
        Self { address: "127.0.0.1".to_owned(), published_text: published.to_string(), published, target }
    }
}

/// Tells when a service is ready.
#[derive(Clone, Debug, Serialize)]
pub struct HealthCheck {
    /// `CMD` and the words of a command, or `CMD-SHELL` and a line for the shell.
    pub test: Vec<Text>,
    /// Between checks.
    pub interval: String,
    /// What one check may take.
    pub timeout: String,
    /// Failures in a row that make the service unhealthy.
    pub retries: u32,
    /// After the start, for which failures do not count.
    pub start_period: String,
}

impl HealthCheck {
    /// A command that answers at once.
    pub fn quick<W: Into<Text>>(words: impl IntoIterator<Item = W>) -> Self {
        let test = [Text::from("CMD")].into_iter().chain(words.into_iter().map(Into::into)).collect();
        Self { test, interval: seconds(5), timeout: seconds(10), retries: 12, start_period: seconds(60) }
    }

    /// The deployment's own check, more often: whoever waits for a service should not wait for the check.
    pub fn of(deployed: &task::HealthCheck, interval: u32) -> Self {
        Self {
            test: deployed.command.iter().map(Text::from).collect(),
            interval: seconds(interval),
            timeout: seconds(deployed.timeout),
            retries: deployed.retries,
            start_period: seconds(deployed.start_period),
        }
    }
}

/// A duration as a compose file has it.
pub fn seconds(count: u32) -> String {
    format!("{count}s")
}
