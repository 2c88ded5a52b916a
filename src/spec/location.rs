//! How a code location is served, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// What serves a code location's definitions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum ServerMode {
    /// `dagster code-server start`: it stays up when the definitions fail to load, and loads them again on request.
    CodeServer,
    /// `dagster api grpc`: it loads the definitions once and ends when they fail to load. It can have replicas.
    Grpc,
}

/// Who loads a code location.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Serve {
    /// A server of its own, in a service of its own.
    Grpc,
    /// Webserver and daemon load it themselves: its code is in the core image.
    InProcess,
    /// A gRPC server elsewhere, which the deployment neither starts nor stops.
    External,
}
