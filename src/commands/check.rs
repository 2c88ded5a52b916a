//! `dagforge check`: everything that is wrong with the spec, at once.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use dagforge::blueprint::Blueprints;
use dagforge::cli::Check;

use super::{FOUND, input};

/// Checks the spec and reports.
pub fn run(arguments: &Check) -> Result<ExitCode> {
    let Some(checked) = input::read(&arguments.input)? else {
        return Ok(ExitCode::from(FOUND));
    };
    if !checked.rendered(&Blueprints::embedded())? {
        return Ok(ExitCode::from(FOUND));
    }
    let count = checked.deployments.len();
    let what = if count == 1 { "deployment" } else { "deployments" };
    writeln!(io::stderr(), "{}: {count} {what}, no error", arguments.input.spec.display())?;
    Ok(ExitCode::SUCCESS)
}
