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
