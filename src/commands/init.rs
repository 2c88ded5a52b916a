//! `dagforge init`: a first spec, commented, or read from a compose file. It never overwrites one.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use dagforge::cli::{Init, MessageFormat};
use dagforge::init::{STARTER, from_compose};
use dagforge::output;
use dagforge::source::Source;

use super::{FOUND, input};

/// Writes the spec.
pub fn run(arguments: &Init) -> Result<ExitCode> {
    let text = match &arguments.from {
        None => STARTER.to_owned(),
        Some(file) => match read(file, arguments.message_format)? {
            Some(text) => text,
            None => return Ok(ExitCode::from(FOUND)),
        },
    };
    output::create(&arguments.spec, &text)?;
    let next = format!("dagforge check {}", arguments.spec.display());
    writeln!(io::stderr(), "{}: written; next: {next}", arguments.spec.display())?;
    Ok(ExitCode::SUCCESS)
}

/// The spec that a compose file becomes, with everything reported that did not come along.
fn read(file: &Path, format: MessageFormat) -> Result<Option<String>> {
    let name = file.display().to_string();
    let bytes = fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let source = match Source::from_bytes(&name, bytes) {
        Ok(source) => source,
        Err(found) => return input::report(&Source::new(&name, ""), &found, format).map(|()| None),
    };
    let imported = from_compose(&source);
    input::report(&source, &imported.found, format)?;
    Ok(imported.spec)
}
