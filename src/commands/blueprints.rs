//! `dagforge blueprints`: what is built in, for whoever wants to replace a part of it.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use dagforge::blueprint;
use dagforge::cli::{Blueprints, MessageFormat};
use dagforge::diagnostic::suggest::nearest;
use dagforge::output::write_blueprints;

use super::{FOUND, input};

/// Lists, prints or copies.
pub fn run(arguments: &Blueprints) -> Result<ExitCode> {
    match arguments {
        Blueprints::List { blueprints } => list(blueprints.as_deref()),
        Blueprints::Show { name } => show(name),
        Blueprints::Eject { words } => eject(words),
    }
}

/// One path a line; behind a tab the file that stands in for it.
fn list(folder: Option<&Path>) -> Result<ExitCode> {
    let Some(all) = input::blueprints(folder, MessageFormat::Human)? else {
        return Ok(ExitCode::from(FOUND));
    };
    let mut stdout = io::stdout().lock();
    for name in all.names() {
        match folder.filter(|_| all.shadowed().contains(name)) {
            Some(folder) => writeln!(stdout, "{name}\t{}", folder.join(name).display())?,
            None => writeln!(stdout, "{name}")?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(name: &str) -> Result<ExitCode> {
    let built_in = blueprint::Blueprints::embedded();
    io::stdout().write_all(text(&built_in, name)?.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn eject(words: &[String]) -> Result<ExitCode> {
    let built_in = blueprint::Blueprints::embedded();
    let Some((folder, names)) = words.split_last().filter(|(folder, _)| built_in.source(folder).is_none()) else {
        bail!("the last word is the folder to copy into: dagforge blueprints eject [NAME]... <DIR>");
    };
    let folder = Path::new(folder);
    let names: Vec<&str> =
        if names.is_empty() { built_in.names().collect() } else { names.iter().map(String::as_str).collect() };
    let files = names.into_iter().map(|name| Ok((name, text(&built_in, name)?))).collect::<Result<Vec<_>>>()?;
    let written = write_blueprints(folder, &files)?;
    let mut stdout = io::stdout().lock();
    for name in written {
        writeln!(stdout, "{}", folder.join(name).display())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text<'a>(built_in: &'a blueprint::Blueprints, name: &str) -> Result<&'a str> {
    built_in.source(name).ok_or_else(|| {
        let meant = nearest(name, built_in.names()).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
        anyhow!("there is no blueprint `{name}`{meant} (`dagforge blueprints list` prints them all)")
    })
}
