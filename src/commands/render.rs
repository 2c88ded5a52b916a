//! `dagforge render`: writes the files of every deployment, or compares them with what is there.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use dagforge::blueprint::Blueprints;
use dagforge::cli::{Render, RenderTarget};
use dagforge::compile::Compiled;
use dagforge::output::{self, Comparison, Difference, Stage};
use dagforge::render::Target;
use dagforge::verify::{Problem, Reader};

use super::{FOUND, input};

/// Renders every deployment of the spec; where one has a fault, none of the following is written.
pub fn run(arguments: &Render) -> Result<ExitCode> {
    let folder = arguments.revision.blueprints.as_deref();
    let Some(blueprints) = input::blueprints(folder, arguments.input.message_format)? else {
        return Ok(ExitCode::from(FOUND));
    };
    input::blamed(render(arguments, &blueprints), folder, &blueprints, &arguments.input)
}

fn render(arguments: &Render, blueprints: &Blueprints) -> Result<ExitCode> {
    let Some(mut checked) = input::read(&arguments.input)? else {
        return Ok(ExitCode::from(FOUND));
    };
    let mut differs = false;
    let Some(mut compiled) = checked.compile(&arguments.revision, blueprints)? else {
        return Ok(ExitCode::from(FOUND));
    };
    if let Some((target, key)) = asked_for(arguments.target) {
        compiled.retain(|it| it.targets().contains(&target));
        if compiled.is_empty() {
            bail!("{} asks for no {}: it has no `{key}`", arguments.input.spec.display(), target.folder());
        }
    }
    for compiled in compiled {
        let folder = arguments.out.join(&compiled.plan.deployment.name);
        let run = Run { arguments, compiled: &compiled, blueprints, folder: &folder };
        let problems = match (arguments.check, arguments.stdout) {
            (true, _) => run.compare(&mut differs)?,
            (_, true) => run.print()?,
            _ => run.write()?,
        };
        if !problems.is_empty() {
            report(&problems)?;
            return Ok(ExitCode::from(FOUND));
        }
        // The process ends soon, and taking a plan apart piece by piece would be one thing more to wait for.
        std::mem::forget(compiled);
    }
    if differs {
        writeln!(io::stderr(), "the files differ from a fresh render; this writes them: {}", command(arguments))?;
        return Ok(ExitCode::from(FOUND));
    }
    Ok(ExitCode::SUCCESS)
}

/// A target that a deployment has only where its spec asks for it, and the key that does.
fn asked_for(target: RenderTarget) -> Option<(Target, &'static str)> {
    match target {
        RenderTarget::Compose => Some((Target::Compose, "local")),
        RenderTarget::Github => Some((Target::Github, "github")),
        RenderTarget::Cfn | RenderTarget::Tf | RenderTarget::All => None,
    }
}

/// One deployment on its way to its folder.
struct Run<'a> {
    arguments: &'a Render,
    compiled: &'a Compiled,
    blueprints: &'a Blueprints,
    folder: &'a Path,
}

impl Run<'_> {
    fn write(&self) -> Result<Vec<Problem>> {
        let mut stage = Stage::new(self.folder)?;
        let problems = self.each(|file| Ok(stage.add(file)?))?;
        if problems.is_empty() {
            let summary = stage.commit(|path| self.owns(path))?;
            let (written, removed) = (summary.written.len(), summary.removed.len());
            let unchanged = summary.unchanged;
            let folder = self.folder.display();
            writeln!(io::stderr(), "{folder}: {written} written, {removed} removed, {unchanged} unchanged")?;
        }
        Ok(problems)
    }

    fn compare(&self, differs: &mut bool) -> Result<Vec<Problem>> {
        let mut comparison = Comparison::new(self.folder)?;
        let mut stdout = io::stdout();
        let problems = self.each(|file| {
            if let Some(difference) = comparison.add(file)? {
                *differs = true;
                self.show(&difference, &mut stdout)?;
            }
            Ok(())
        })?;
        for difference in comparison.finish(|path| self.owns(path))? {
            *differs = true;
            self.show(&difference, &mut stdout)?;
        }
        Ok(problems)
    }

    fn print(&self) -> Result<Vec<Problem>> {
        let mut stdout = io::stdout().lock();
        self.each(|file| Ok(output::print(&mut stdout, file)?))
    }

    /// Renders file after file, reads each back, and hands it on.
    fn each(&self, mut take: impl FnMut(&dagforge::render::File) -> Result<()>) -> Result<Vec<Problem>> {
        let mut reader = Reader::default();
        for file in self.compiled.files(&self.targets(), self.blueprints) {
            let file = file?;
            reader.read(&file);
            take(&file)?;
        }
        Ok(reader.problems())
    }

    fn targets(&self) -> Vec<Target> {
        match self.arguments.target {
            RenderTarget::Cfn => vec![Target::Cfn],
            RenderTarget::Tf => vec![Target::Tf],
            RenderTarget::Compose => vec![Target::Compose],
            RenderTarget::Github => vec![Target::Github],
            RenderTarget::All => self.compiled.targets(),
        }
    }

    /// Whether this run would have rendered a file with this path: one for a single target leaves the others alone.
    fn owns(&self, path: &str) -> bool {
        let folder = path.split_once('/').map(|(folder, _)| folder);
        let targets = match self.arguments.target {
            RenderTarget::All => Target::ALL.to_vec(),
            _ => self.targets(),
        };
        let mut foreign = Target::ALL.iter().filter(|it| !targets.contains(it));
        !foreign.any(|it| folder == Some(it.folder()))
    }

    fn show(&self, difference: &Difference, out: &mut impl Write) -> io::Result<()> {
        let folder = self.folder.display();
        match difference {
            Difference::Missing(path) => writeln!(out, "missing: {folder}/{path}"),
            Difference::Extra(path) => writeln!(out, "no longer rendered: {folder}/{path}"),
            Difference::Mode(path) => writeln!(out, "wrong mode: {folder}/{path}"),
            Difference::Changed { path, diff } => writeln!(out, "changed: {folder}/{path}\n{diff}"),
        }
    }
}

/// Faults of rendered text are faults of a blueprint, never of the spec.
fn report(problems: &[Problem]) -> Result<()> {
    let mut stderr = io::stderr();
    for Problem { file, line, message } in problems {
        let place = line.map(|it| format!("{file}:{it}")).unwrap_or_else(|| file.clone());
        writeln!(stderr, "error[rendered]: {place}: {message}")?;
    }
    writeln!(stderr, "nothing was written: the rendered text does not hold together, which is a fault of a blueprint")?;
    Ok(())
}

/// The command that writes what was compared.
fn command(arguments: &Render) -> String {
    let target = match arguments.target {
        RenderTarget::Cfn => "cfn",
        RenderTarget::Tf => "tf",
        RenderTarget::Compose => "compose",
        RenderTarget::Github => "github",
        RenderTarget::All => "all",
    };
    let mut words = vec![format!("dagforge render {target} {}", arguments.input.spec.display())];
    words.extend(arguments.input.env.as_ref().map(|it| format!("--env {it}")));
    words.extend(arguments.revision.gitrev.as_ref().map(|it| format!("--gitrev {it}")));
    words.extend(arguments.revision.blueprints.as_ref().map(|it| format!("--blueprints {}", it.display())));
    words.push(format!("--out {}", arguments.out.display()));
    words.join(" ")
}
