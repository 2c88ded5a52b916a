//! From the arguments to checked deployments, with every finding reported on the way.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use dagforge::blueprint::{BlueprintError, Blueprints};
use dagforge::check::examine;
use dagforge::cli::{Input, MessageFormat, Revision};
use dagforge::compile::{Compiled, check_rendered, compile};
use dagforge::diagnostic::{Diagnostics, Look, Placed};
use dagforge::output::read_blueprints;
use dagforge::source::Source;
use dagforge::spec::scalar::{GitRev, Scalar};
use dagforge::spec::{Loaded, Spec};

use super::FOUND;

/// The deployments that a spec describes.
pub struct Checked {
    /// One for each environment, or the one.
    pub deployments: Vec<Loaded<Spec>>,
    source: Source,
    format: MessageFormat,
}

/// Reads and checks the spec; `None` means that findings were reported and nothing can be rendered.
pub fn read(input: &Input) -> Result<Option<Checked>> {
    let name = input.spec.display().to_string();
    let bytes = fs::read(&input.spec).with_context(|| format!("cannot read {name}"))?;
    let format = input.message_format;
    let source = match Source::from_bytes(&name, bytes) {
        Ok(source) => source,
        Err(found) => return report(&Source::new(&name, ""), &found, format).map(|()| None),
    };
    let (mut deployments, found) = examine(&source, input.env.as_deref());
    let folder = input.spec.parent().unwrap_or(Path::new(""));
    for extra in deployments.iter_mut().filter_map(|it| it.spec.extra.as_mut()) {
        extra.bring(|path| fs::read_to_string(folder.join(path)).ok());
    }
    report(&source, &found, format)?;
    Ok((!found.has_errors()).then_some(Checked { deployments, source, format }))
}

impl Checked {
    /// Reports what only the rendered text tells; true when there is nothing.
    pub fn rendered(&self, blueprints: &Blueprints) -> Result<bool> {
        let found = check_rendered(&self.deployments, blueprints)?;
        report(&self.source, &found, self.format)?;
        Ok(!found.has_errors())
    }

    /// Compiles every deployment; `None` means that findings were reported.
    pub fn compile(&mut self, revision: &Revision, blueprints: &Blueprints) -> Result<Option<Vec<Compiled>>> {
        let fixed = revision.gitrev.as_deref().map(fixed_revision).transpose()?;
        let compile_one = |loaded: &mut Loaded<Spec>| {
            if let Some(fixed) = &fixed {
                loaded.spec.gitrev = Some(fixed.clone());
            }
            let mut compiled = compile(&loaded.spec, loaded.origin.environment(), blueprints)?;
            loaded.origin.place(&mut compiled.found);
            Ok(compiled)
        };
        let all: Vec<Compiled> = self.deployments.iter_mut().map(compile_one).collect::<Result<_>>()?;
        let mut found = Diagnostics::default();
        all.iter().for_each(|it| found.append(it.found.clone()));
        report(&self.source, &found, self.format)?;
        Ok((!found.has_errors()).then_some(all))
    }
}

/// The built-in blueprints, some of them shadowed by the files of a folder; `None` means that findings were reported.
pub fn blueprints(folder: Option<&Path>, format: MessageFormat) -> Result<Option<Blueprints>> {
    let Some(folder) = folder else {
        return Ok(Some(Blueprints::embedded()));
    };
    match Blueprints::shadowed_by(&folder.display().to_string(), read_blueprints(folder)?) {
        Ok(all) => Ok(Some(all)),
        Err(flawed) => {
            flawed.iter().try_for_each(|it| report(&it.source, &it.found, format))?;
            Ok(None)
        }
    }
}

/// The outcome of a command. Where blueprints of the user's failed, that is a finding at its place in them.
pub fn blamed(outcome: Result<ExitCode>, folder: Option<&Path>, all: &Blueprints, input: &Input) -> Result<ExitCode> {
    match (outcome, folder) {
        (Err(error), Some(folder)) => {
            let fault = error.downcast::<BlueprintError>()?;
            let flawed = all.blame(&folder.display().to_string(), &fault);
            report(&flawed.source, &flawed.found, input.message_format)?;
            Ok(ExitCode::from(FOUND))
        }
        (outcome, _) => outcome,
    }
}

fn fixed_revision(text: &str) -> Result<GitRev> {
    GitRev::parse(text).map_err(|flaw| {
        let help = flaw.help.first().map(|it| format!(": {it}")).unwrap_or_default();
        anyhow!("--gitrev: {}{help}", flaw.message)
    })
}

/// Prints findings as they are asked for.
pub fn report(source: &Source, found: &Diagnostics, format: MessageFormat) -> Result<()> {
    // Finding the places of findings parses the text again.
    if found.is_empty() {
        return Ok(());
    }
    let found = found.placed(source);
    let mut stderr = io::stderr();
    match format {
        MessageFormat::Json => stderr.write_all(found.json_lines().as_bytes())?,
        MessageFormat::Human => {
            let plain = !stderr.is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
            stderr.write_all(found.print(if plain { Look::Plain } else { Look::Coloured }).as_bytes())?;
            summarise(source, &found, &mut stderr)?;
        }
    }
    Ok(())
}

fn summarise(source: &Source, found: &Placed<'_>, out: &mut impl Write) -> Result<()> {
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match found.count() {
        (0, 0) => {}
        (errors, 0) => writeln!(out, "{}: {}", source.name, plural(errors, "error"))?,
        (0, warnings) => writeln!(out, "{}: {}", source.name, plural(warnings, "warning"))?,
        (errors, warnings) => {
            writeln!(out, "{}: {}, {}", source.name, plural(errors, "error"), plural(warnings, "warning"))?;
        }
    }
    Ok(())
}
