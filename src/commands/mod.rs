//! One file for each command, and what they share: reading a spec and reporting what was found.

mod blueprints;
mod check;
mod explain;
mod init;
mod input;
mod plan;
mod render;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use dagforge::cli::{Cli, Command};
use dagforge::spec::{Spec, schema};

/// Findings, or a difference.
const FOUND: u8 = 1;

/// Runs the command.
pub fn run(cli: &Cli) -> Result<ExitCode> {
    match &cli.command {
        Command::Init(arguments) => init::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Render(arguments) => render::run(arguments),
        Command::Plan(arguments) => plan::run(arguments),
        Command::Blueprints(arguments) => blueprints::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Schema => print_schema(),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "dagforge", &mut script);
            io::stdout().write_all(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn print_schema() -> Result<ExitCode> {
    let schema = serde_json::to_string_pretty(&schema::<Spec>())?;
    writeln!(io::stdout(), "{schema}")?;
    Ok(ExitCode::SUCCESS)
}
