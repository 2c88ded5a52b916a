//! workspace.yaml: what webserver and daemon load, and how.

use serde::Serialize;

use super::deployment::Deployment;
use super::discovery::Namespace;
use super::location::server;
use crate::spec::Spec;
use crate::spec::compute::CodeLocation;
use crate::spec::location::Serve;
use crate::spec::scalar::KeyName;

/// What is loaded.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Workspace {
    /// Servers that are asked.
    pub servers: Vec<GrpcServer>,
    /// Python modules that are loaded in-process.
    pub modules: Vec<Source>,
    /// Python files that are loaded in-process.
    pub files: Vec<Source>,
    /// Python packages that are loaded in-process.
    pub packages: Vec<Source>,
}

/// A code server.
#[derive(Clone, Debug, Serialize)]
pub struct GrpcServer {
    /// Name of the code location.
    pub location_name: String,
    /// Host name; none where it answers at a socket.
    pub host: Option<String>,
    /// Port; none where it answers at a socket.
    pub port: Option<u16>,
    /// Unix socket.
    pub socket: Option<String>,
    /// It is spoken to with TLS.
    pub ssl: bool,
    /// It belongs to the deployment, which knows who reaches it.
    #[serde(skip)]
    pub own: bool,
}

/// Definitions that are loaded in-process.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// Name of the code location.
    pub location_name: String,
    /// Module, file or package.
    pub source: String,
    /// Attribute of it.
    pub attribute: Option<String>,
    /// Directory that the definitions are imported from.
    pub working_directory: Option<String>,
    /// Python interpreter that loads them.
    pub executable_path: Option<String>,
}

/// Name of a code location in Dagster.
pub fn location_name(key: &KeyName, location: &CodeLocation) -> String {
    location.location_name.clone().unwrap_or_else(|| key.to_string())
}

impl Workspace {
    /// Resolves what is loaded.
    pub fn resolve(spec: &Spec, deployment: &Deployment, namespace: &Namespace) -> Self {
        let mut workspace = Self::default();
        for (key, location) in &spec.code_locations {
            match location.serve.unwrap_or(Serve::Grpc) {
                Serve::Grpc => workspace.servers.push(GrpcServer {
                    location_name: location_name(key, location),
                    host: Some(namespace.host(deployment.known_as(&key.into()).as_str())),
                    port: Some(server::port(location)),
                    socket: None,
                    ssl: false,
                    own: true,
                }),
                Serve::External => workspace.servers.push(external(key, location)),
                Serve::InProcess => workspace.load(key, location),
            }
        }
        workspace
    }

    /// Several of `module`, `file` and `package` are a finding.
    fn load(&mut self, key: &KeyName, location: &CodeLocation) {
        let source = |source: &str| Source {
            location_name: location_name(key, location),
            source: source.to_owned(),
            attribute: location.attribute.clone(),
            working_directory: location.working_directory.clone(),
            executable_path: location.executable_path.clone(),
        };
        self.modules.extend(location.module.iter().map(|it| source(it.as_str())));
        self.files.extend(location.file.iter().map(|it| source(it)));
        self.packages.extend(location.package.iter().map(|it| source(it.as_str())));
    }

    /// There are servers of the deployment's own.
    pub fn has_servers(&self) -> bool {
        self.servers.iter().any(|it| it.own)
    }

    /// Ports of the deployment's own servers, each once.
    pub fn own_ports(&self) -> Vec<u16> {
        self.ports(true)
    }

    /// Ports of servers elsewhere, each once.
    pub fn external_ports(&self) -> Vec<u16> {
        self.ports(false)
    }

    fn ports(&self, own: bool) -> Vec<u16> {
        let mut ports: Vec<u16> = self.servers.iter().filter(|it| it.own == own).filter_map(|it| it.port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}

/// Dagster's own default for a host is the machine itself, where nothing of the kind listens.
fn external(key: &KeyName, location: &CodeLocation) -> GrpcServer {
    GrpcServer {
        location_name: location_name(key, location),
        host: location.host.as_ref().map(ToString::to_string),
        port: location.port,
        socket: location.socket.clone(),
        ssl: location.ssl.unwrap_or(false),
        own: false,
    }
}
