//! `dagforge explain`: a finding's code, or what the deployments of a spec come to.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use dagforge::blueprint::Blueprints;
use dagforge::cli::Explain;
use dagforge::compile::Compiled;
use dagforge::explain::{self, Template};
use dagforge::render::Target;
use dagforge::spec::Spec;

use super::{FOUND, input};

/// Topics that a spec is read for.
const OF_A_SPEC: [&str; 5] = ["names", "limits", "iam", "env", "deploy"];

/// Prints one topic.
pub fn run(arguments: &Explain) -> Result<ExitCode> {
    let text = match arguments.topic.as_str() {
        "run-sizes" => explain::run_sizes(),
        topic if OF_A_SPEC.contains(&topic) => return of_a_spec(arguments, topic),
        code => match explain::code(code) {
            Ok(text) => text,
            Err(meant) => {
                let meant = meant.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
                bail!("`{code}` is no code of a finding{meant} (nor is it one of {}, run-sizes)", OF_A_SPEC.join(", "));
            }
        },
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn of_a_spec(arguments: &Explain, topic: &str) -> Result<ExitCode> {
    let folder = arguments.revision.blueprints.as_deref();
    let Some(blueprints) = input::blueprints(folder, arguments.input.message_format)? else {
        return Ok(ExitCode::from(FOUND));
    };
    input::blamed(print(arguments, topic, &blueprints), folder, &blueprints, &arguments.input)
}

fn print(arguments: &Explain, topic: &str, blueprints: &Blueprints) -> Result<ExitCode> {
    let Some(mut checked) = input::read(&arguments.input)? else {
        return Ok(ExitCode::from(FOUND));
    };
    let Some(all) = checked.compile(&arguments.revision, blueprints)? else {
        return Ok(ExitCode::from(FOUND));
    };
    let mut stdout = io::stdout().lock();
    for (compiled, loaded) in all.iter().zip(&checked.deployments) {
        if all.len() > 1 {
            writeln!(stdout, "==> {} <==", compiled.plan.deployment.name)?;
        }
        stdout.write_all(explained(topic, compiled, &loaded.spec, blueprints)?.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn explained(topic: &str, compiled: &Compiled, spec: &Spec, blueprints: &Blueprints) -> Result<String> {
    let plan = &compiled.plan;
    let templates = || -> Result<Vec<Template>> {
        let mut found = Vec::new();
        for file in compiled.files(&[Target::Cfn], blueprints) {
            found.extend(Template::of(&file?).transpose()?);
        }
        Ok(found)
    };
    Ok(match topic {
        "names" => explain::names(plan, &templates()?),
        "limits" => explain::limits(&templates()?),
        "deploy" => explain::deploy(plan, &templates()?),
        "iam" => explain::iam(plan)?,
        _ => explain::env(plan, spec)?,
    })
}
