//! The stacks that take over what exists, as the runbook's function `take_over` is called for them.

use crate::plan::layers::Layer;

/// The call for a stack: its name, its template, and options of its change sets.
pub(super) fn command(layer: &Layer) -> String {
    let capabilities = layer.capabilities.iter().map(|it| format!(" --capabilities {it}"));
    let parameters =
        layer.parameters.iter().map(|it| format!(" --parameters \"ParameterKey={it},ParameterValue=$GITREV\""));
    let options: String = capabilities.chain(parameters).collect();
    format!("take_over {} {}{options}", layer.stack, layer.template)
}
