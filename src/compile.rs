//! A checked spec to everything that is rendered from it.

mod extra;

use std::collections::BTreeMap;
use std::iter;
use std::sync::OnceLock;

use crate::blueprint::{BlueprintError, Blueprints};
use crate::check::examine;
use crate::diagnostic::Diagnostics;
use crate::patch;
use crate::plan::config::ConfigText;
use crate::plan::{Foundation, Plan};
use crate::render::{self, File, Rooms, Target};
use crate::source::Source;
use crate::spec::{Loaded, Spec};

/// A deployment with its plan resolved and its config files rendered.
pub struct Compiled {
    /// The resolved plan.
    pub plan: Plan,
    /// What is wrong with the changes that the spec makes to the rendered text.
    pub found: Diagnostics,
    config: Vec<ConfigText>,
    /// The text of the files that these changes have changed.
    changed: BTreeMap<String, String>,
    /// Made once the plan itself is written, so that its text is gone by then.
    rooms: OnceLock<Rooms>,
}

/// Resolves the plan of a checked spec. The config files come first: the digest of their text is part of the plan.
pub fn compile(spec: &Spec, environment: Option<&str>, blueprints: &Blueprints) -> Result<Compiled, BlueprintError> {
    let foundation = Foundation::resolve(spec, environment);
    let config = render::config(&foundation.instance, blueprints)?;
    let mut compiled = Compiled {
        plan: Plan::resolve(spec, foundation, &config),
        found: Diagnostics::default(),
        config,
        changed: BTreeMap::new(),
        rooms: OnceLock::new(),
    };
    compiled.change(blueprints)?;
    Ok(compiled)
}

/// Whether only the rendered text tells if a spec is right.
pub fn changes_text(spec: &Spec) -> bool {
    spec.overrides.is_some() || spec.extra.is_some()
}

/// Everything that is wrong with a spec, what shows only in the text of the built-in blueprints included. These render, so a
/// fault of theirs is left to whoever renders.
pub fn examine_rendered(source: &Source, environment: Option<&str>) -> Diagnostics {
    let (deployments, mut found) = examine(source, environment);
    if !found.has_errors() {
        found.append(check_rendered(&deployments, &Blueprints::embedded()).unwrap_or_default());
    }
    found
}

/// What only the rendered text tells about specs that the rules have passed.
pub fn check_rendered(deployments: &[Loaded<Spec>], blueprints: &Blueprints) -> Result<Diagnostics, BlueprintError> {
    let mut found = Diagnostics::default();
    for loaded in deployments.iter().filter(|it| changes_text(&it.spec)) {
        let mut own = compile(&loaded.spec, loaded.origin.environment(), blueprints)?.found;
        loaded.origin.place(&mut own);
        found.append(own);
    }
    Ok(found)
}

impl Compiled {
    /// Does what the spec asks for beyond its own keys. Only such a spec is rendered twice.
    fn change(&mut self, blueprints: &Blueprints) -> Result<(), BlueprintError> {
        let extra = self.plan.extra.files().next().is_some();
        if self.plan.overrides.is_empty() && !extra {
            return Ok(());
        }
        let rooms = Rooms::of(&self.plan);
        let targets = [Target::Cfn, Target::Tf];
        let files = targets.into_iter().flat_map(|it| render::render(&self.plan, &rooms, it, blueprints));
        let files: Vec<File> = files.collect::<Result<_, _>>()?;
        extra::examine(&self.plan.extra, &files, &mut self.found);
        if self.found.has_errors() {
            return Ok(());
        }
        let prefix = format!("{}-", self.plan.deployment.name);
        let plan = &mut self.plan;
        self.changed = patch::apply(&mut plan.overrides, &plan.layers, &prefix, files, &mut self.found);
        Ok(())
    }

    /// Everything that the spec asks for: both ways to deploy, and whatever it turns on.
    pub fn targets(&self) -> Vec<Target> {
        let local = self.plan.local.as_ref().map(|_| Target::Compose);
        let workflow = self.plan.github.as_ref().map(|_| Target::Github);
        [Target::Cfn, Target::Tf].into_iter().chain(local).chain(workflow).collect()
    }

    /// Every file of the deployment for these targets, each rendered when it is asked for.
    pub fn files<'a>(
        &'a self,
        targets: &'a [Target],
        blueprints: &'a Blueprints,
    ) -> impl Iterator<Item = Result<File, BlueprintError>> + 'a {
        let config = self.config.iter().map(|it| File { path: format!("config/{}", it.name), text: it.text.clone() });
        let plan = iter::once_with(|| render::plan_file(&self.plan));
        let rooms = iter::once_with(|| self.rooms.get_or_init(|| Rooms::of(&self.plan)));
        let rendered = rooms.flat_map(|rooms| {
            let targets = targets.iter().flat_map(|target| render::render(&self.plan, rooms, *target, blueprints));
            render::always(rooms, blueprints).chain(targets)
        });
        plan.chain(config.map(Ok)).chain(rendered).map(|file| file.map(|it| self.as_changed(it)))
    }

    /// A file as the spec changes it.
    fn as_changed(&self, file: File) -> File {
        match self.changed.get(&file.path) {
            Some(text) => File { text: text.clone(), ..file },
            None => file,
        }
    }
}
