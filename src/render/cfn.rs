//! CloudFormation: one template for each layer.

use minijinja::context;
use serde::Serialize;

use super::{File, Rooms};
use crate::blueprint::{BlueprintError, Blueprints, value_of};
use crate::plan::Plan;
use crate::plan::layers::{Layer, Published};
use crate::plan::text::{Output, Part};

/// A parameter of a template.
#[derive(Serialize)]
struct Parameter<'a> {
    id: String,
    parameter_type: &'a str,
    description: String,
    default: Option<&'a str>,
    pattern: Option<&'a str>,
    constraint: Option<&'a str>,
}

/// Renders the stack policy, which is the same for every stack.
pub(super) fn stack_policy(rooms: &Rooms, blueprints: &Blueprints) -> Result<File, BlueprintError> {
    let rendered = blueprints.render("cfn/stack-policy.json.j2", context! { plan => rooms.plan() })?;
    Ok(File { path: "cfn/stack-policy.json".to_owned(), text: rendered.text })
}

/// Renders the template of one layer: first the body, then the frame with the parameters that the body turned out to use.
pub(super) fn template(
    plan: &Plan,
    rooms: &Rooms,
    index: usize,
    blueprints: &Blueprints,
) -> Result<File, BlueprintError> {
    let layer = &plan.layers[index];
    if let Some(own) = plan.extra.templates.iter().find(|it| it.path == layer.template) {
        return Ok(super::own(own));
    }
    let blueprint = format!("cfn/{}.yaml.j2", layer.name);
    let body = blueprints.render(&blueprint, rooms.context(plan, index)?)?;
    let own = |output: &Output| output.layer == layer.name && output.owner == layer.owner;
    let mut parameters = Vec::new();
    for (id, part) in body.parameters(own)? {
        parameters.push(parameter(plan, id, part).ok_or_else(|| unpublished(&blueprint, part))?);
    }
    let layer_value = rooms.layer(index)?;
    let context = context! { plan => rooms.plan(), layer => layer_value, parameters => value_of(&parameters), body => body.body() };
    let rendered = blueprints.frame("cfn/template.yaml.j2", &body, context)?;
    Ok(File { path: layer.template.clone(), text: rendered.text })
}

fn parameter<'a>(plan: &'a Plan, id: String, part: &Part) -> Option<Parameter<'a>> {
    let Part::Output(output) = part else {
        return Some(Parameter {
            id,
            parameter_type: "String",
            description: "Revision of the images".to_owned(),
            default: None,
            pattern: Some(&plan.revision.strict_pattern),
            constraint: Some(&plan.revision.constraint),
        });
    };
    let (layer, published) = published(plan, output)?;
    Some(Parameter {
        id,
        parameter_type: &published.parameter_type,
        description: format!("Published by {}", layer.stack),
        default: Some(&published.path),
        pattern: None,
        constraint: None,
    })
}

fn published<'a>(plan: &'a Plan, output: &Output) -> Option<(&'a Layer, &'a Published)> {
    let layer = plan.layers.iter().find(|it| it.name == output.layer && it.owner == output.owner)?;
    Some((layer, layer.publishes.get(&output.name)?))
}

fn unpublished(blueprint: &str, part: &Part) -> BlueprintError {
    BlueprintError::new(blueprint, format!("no layer publishes `{part}`"))
}
