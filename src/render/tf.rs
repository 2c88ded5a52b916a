//! Terraform: one root module, a file for each layer, and those of the module itself.

use minijinja::context;

use super::{File, Rooms};
use crate::blueprint::{BlueprintError, Blueprints};
use crate::plan::Plan;

/// Files of the module itself.
pub(super) const MODULE_FILES: [&str; 4] = ["versions", "variables", "config", "outputs"];

/// Renders a file of the module itself.
pub(super) fn module_file(rooms: &Rooms, name: &str, blueprints: &Blueprints) -> Result<File, BlueprintError> {
    let rendered = blueprints.render(&format!("tf/{name}.tf.j2"), context! { plan => rooms.plan() })?;
    Ok(File { path: format!("tf/{name}.tf"), text: rendered.text })
}

/// Renders the file of one layer.
pub(super) fn layer_file(
    plan: &Plan,
    rooms: &Rooms,
    index: usize,
    blueprints: &Blueprints,
) -> Result<File, BlueprintError> {
    let layer = &plan.layers[index];
    let rendered = blueprints.render(&format!("tf/{}.tf.j2", layer.name), rooms.context(plan, index)?)?;
    Ok(File { path: layer.module_file.clone(), text: rendered.text })
}
