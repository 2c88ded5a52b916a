//! The workflow: one file for GitHub Actions, where the spec asks for it.

use minijinja::context;

use super::{File, Rooms};
use crate::blueprint::{BlueprintError, Blueprints};

/// Renders the workflow.
pub(super) fn workflow(rooms: &Rooms, blueprints: &Blueprints) -> Result<File, BlueprintError> {
    let rendered = blueprints.render("github/deploy.yml.j2", context! { plan => rooms.plan() })?;
    Ok(File { path: "github/deploy.yml".to_owned(), text: rendered.text })
}
