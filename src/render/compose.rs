//! The stack on one machine: the compose file, and what its services and its user need beside it.

use super::{File, Rooms};
use crate::blueprint::{BlueprintError, Blueprints};
use crate::plan::local::Local;

/// Names of the files; the Dockerfile only where a code location has none of its own.
pub(super) fn files(local: &Local) -> impl Iterator<Item = &'static str> {
    let dockerfile = local.dockerfile.iter().map(|_| "Dockerfile");
    ["compose.yaml", "dagster.yaml", "workspace.yaml", ".env.example", "Makefile"].into_iter().chain(dockerfile)
}

/// Renders one of them.
pub(super) fn file(rooms: &Rooms, name: &str, blueprints: &Blueprints) -> Result<File, BlueprintError> {
    let rendered = blueprints.render(&format!("compose/{name}.j2"), rooms.local()?)?;
    Ok(File { path: format!("compose/{name}"), text: rendered.text })
}
