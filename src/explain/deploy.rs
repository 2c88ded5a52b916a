//! The layers in the order they are deployed, and what each needs.

use std::collections::BTreeSet;

use super::template::Template;
use crate::plan::Plan;
use crate::plan::layers::Layer;

/// Every layer with its files, the layers before it that it takes values from, and what whoever deploys has to give.
pub fn deploy(plan: &Plan, templates: &[Template]) -> String {
    let mut out = String::new();
    for (index, layer) in plan.layers.iter().enumerate() {
        let template = templates.iter().find(|it| it.path == layer.template);
        out += &format!("{}. {}\n   {}\n", index + 1, layer.stack, layer.description);
        out += &format!("   files: {}, {}\n", layer.template, layer.module_file);
        out += &format!("   needs: {}\n", needs(plan, template).join("; "));
        if !layer.capabilities.is_empty() {
            out += &format!("   capabilities: {}\n", layer.capabilities.join(", "));
        }
        out.push('\n');
    }
    out + "Terraform applies all of them as one module; images are pushed after the registries, before the services start.\n"
}

/// What the template's parameters stand for.
fn needs(plan: &Plan, template: Option<&Template>) -> Vec<String> {
    let mut inputs = Vec::new();
    let mut stacks: BTreeSet<usize> = BTreeSet::new();
    for (name, parameter) in template.into_iter().flat_map(|it| it.section("Parameters")) {
        let path = parameter.get("Default").and_then(serde_yaml::Value::as_str);
        match path.and_then(|path| plan.layers.iter().position(|it| publishes(it, path))) {
            Some(position) => {
                stacks.insert(position);
            }
            None => inputs.push(format!("the parameter {name}")),
        }
    }
    let stacks: Vec<&str> = stacks.into_iter().map(|it| plan.layers[it].stack.as_str()).collect();
    let mut needs = Vec::new();
    if !stacks.is_empty() {
        needs.push(format!("values of {}", stacks.join(", ")));
    }
    needs.extend(inputs);
    if needs.is_empty() {
        needs.push("nothing".to_owned());
    }
    needs
}

fn publishes(layer: &Layer, path: &str) -> bool {
    layer.publishes.values().any(|it| it.path == path)
}
