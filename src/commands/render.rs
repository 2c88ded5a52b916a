//! `dagforge render`: writes the files of every deployment, or compares them with what is there.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use dagforge::blueprint::Blueprints;
use dagforge::cli::{Render, RenderTarget};
use dagforge::compile::Compiled;
use dagforge::render::Target;

use super::{FOUND, input};

/// Renders every deployment of the spec.
pub fn run(arguments: &Render) -> Result<ExitCode> {
    let blueprints = input::blueprints(&arguments.revision)?;
    let Some(mut checked) = input::read(&arguments.input)? else {
        return Ok(ExitCode::from(FOUND));
    };
    for compiled in checked.compile(&arguments.revision, &blueprints)? {
        write(arguments, &compiled, &blueprints)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(arguments: &Render, compiled: &Compiled, blueprints: &Blueprints) -> Result<()> {
    let folder = arguments.out.join(&compiled.plan.deployment.name);
    for file in compiled.files(targets(arguments.target), blueprints) {
        let file = file?;
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        fs::write(&path, file.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn targets(target: RenderTarget) -> &'static [Target] {
    match target {
        RenderTarget::Cfn => &[Target::Cfn],
        RenderTarget::Tf => &[Target::Tf],
        RenderTarget::All => &[Target::Cfn, Target::Tf],
    }
}
