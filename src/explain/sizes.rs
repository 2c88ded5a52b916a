//! Budgets of the templates, and the sizes that runs can have.

use super::table::table;
use super::template::Template;
use crate::check::fargate;
use crate::verify::{MAX_BYTES, MAX_OUTPUTS, MAX_PARAMETERS, MAX_RESOURCES};

/// How much of CloudFormation's budgets each template uses.
pub fn limits(templates: &[Template]) -> String {
    let of = |used: usize, most: usize| format!("{used} of {most}");
    let rows = templates.iter().map(|it| {
        let count = |section: &str| it.section(section).count();
        [
            it.path.clone(),
            of(it.bytes, MAX_BYTES),
            of(count("Resources"), MAX_RESOURCES),
            of(count("Parameters"), MAX_PARAMETERS),
            of(count("Outputs"), MAX_OUTPUTS),
        ]
    });
    let rows: Vec<_> = rows.collect();
    table(["template", "bytes", "resources", "parameters", "outputs"], &rows)
}

/// The tags of a job for every pair that Fargate sells. A job with one of the two tags keeps the other value of its code
/// location's run definition, so that both are given
/// (`get_cpu_and_memory_overrides` in dagster_aws/ecs/launcher.py).
pub fn run_sizes() -> String {
    let rows: Vec<_> = fargate::pairs()
        .map(|(cpu, memory)| {
            [cpu.to_string(), memory.to_string(), format!(r#"{{"ecs/cpu": "{cpu}", "ecs/memory": "{memory}"}}"#)]
        })
        .collect();
    table(["cpu", "memory", "tags of the job"], &rows)
}
