//! dagster.yaml and workspace.yaml, the same for every AWS target.

use minijinja::context;

use crate::blueprint::{BlueprintError, Blueprints, value_of};
use crate::plan::config::ConfigText;
use crate::plan::instance::Instance;

/// Names of the config files with their blueprints.
const FILES: [(&str, &str); 2] =
    [("dagster.yaml", "dagster/dagster.yaml.j2"), ("workspace.yaml", "dagster/workspace.yaml.j2")];

/// Renders both config files.
pub fn config(instance: &Instance, blueprints: &Blueprints) -> Result<Vec<ConfigText>, BlueprintError> {
    let instance = value_of(instance);
    let render = |(name, blueprint)| {
        let rendered = blueprints.render(blueprint, context! { instance => instance.clone() })?;
        Ok(ConfigText { name, text: rendered.text })
    };
    FILES.into_iter().map(render).collect()
}
