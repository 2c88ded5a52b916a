//! `dagforge plan`: the resolved model, one document for each deployment.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use dagforge::blueprint::Blueprints;
use dagforge::cli::{Plan, PlanFormat};

use super::{FOUND, input};

/// Prints the plan of every deployment.
pub fn run(arguments: &Plan) -> Result<ExitCode> {
    let folder = arguments.revision.blueprints.as_deref();
    let Some(blueprints) = input::blueprints(folder, arguments.input.message_format)? else {
        return Ok(ExitCode::from(FOUND));
    };
    input::blamed(print(arguments, &blueprints), folder, &blueprints, &arguments.input)
}

fn print(arguments: &Plan, blueprints: &Blueprints) -> Result<ExitCode> {
    let Some(mut checked) = input::read(&arguments.input)? else {
        return Ok(ExitCode::from(FOUND));
    };
    let Some(compiled) = checked.compile(&arguments.revision, blueprints)? else {
        return Ok(ExitCode::from(FOUND));
    };
    let plans: Vec<_> = compiled.iter().map(|it| &it.plan).collect();
    let mut stdout = io::stdout();
    match (arguments.format, plans.as_slice()) {
        (PlanFormat::Json, [plan]) => writeln!(stdout, "{}", serde_json::to_string_pretty(plan)?)?,
        (PlanFormat::Json, plans) => writeln!(stdout, "{}", serde_json::to_string_pretty(plans)?)?,
        (PlanFormat::Yaml, plans) => {
            for plan in plans {
                write!(stdout, "---\n{}", serde_yaml::to_string(plan)?)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
