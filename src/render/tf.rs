//! Terraform: one root module, a file for each layer, and those of the module itself.

use minijinja::context;
use serde::Serialize;

use super::{File, Rooms};
use crate::blueprint::{BlueprintError, Blueprints, value_of};
use crate::plan::layers::Layer;
use crate::plan::{Key, Plan};

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

/// A resource under an earlier label and its next one.
#[derive(Serialize)]
struct Move {
    kind: String,
    from: String,
    to: String,
}

/// Renders where the state of renamed code locations and tasks has moved; no file where nothing has.
///
/// Only a blueprint knows the labels of its resources, so it is asked: once with each key, and its resources come in the
/// same order every time.
pub(super) fn moved(plan: &Plan, rooms: &Rooms, blueprints: &Blueprints) -> Result<Option<File>, BlueprintError> {
    let mut moves: Vec<Move> = Vec::new();
    for renamed in &plan.deployment.renamed {
        let own = |it: &Layer| it.owner.as_ref() == Some(&renamed.key) && it.name != "registry";
        // What webserver and daemon load has no layer.
        let Some(index) = plan.layers.iter().position(own) else { continue };
        let blueprint = format!("tf/{}.tf.j2", plan.layers[index].name);
        let labels = |key: &Key| {
            let rendered = blueprints.render(&blueprint, rooms.context_under(plan, index, key)?)?;
            Ok::<_, BlueprintError>(resources(&rendered.text))
        };
        for (from, to) in renamed.steps() {
            let pairs = labels(from)?.into_iter().zip(labels(to)?);
            let moved = pairs.filter(|((_, from), (_, to))| from != to);
            moves.extend(moved.map(|((kind, from), (_, to))| Move { kind, from, to }));
        }
    }
    if moves.is_empty() {
        return Ok(None);
    }
    let rendered = blueprints.render("tf/moved.tf.j2", context! { plan => rooms.plan(), moves => value_of(&moves) })?;
    Ok(Some(File { path: "tf/moved.tf".to_owned(), text: rendered.text }))
}

/// Type and label of every resource of a file: the layout has begun a line with each.
fn resources(text: &str) -> Vec<(String, String)> {
    let headers = text.lines().filter_map(|line| {
        let (kind, rest) = line.strip_prefix("resource \"")?.split_once("\" \"")?;
        Some((kind.to_owned(), rest.split('"').next()?.to_owned()))
    });
    headers.collect()
}
