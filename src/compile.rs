//! A checked spec to everything that is rendered from it.

use crate::blueprint::{BlueprintError, Blueprints};
use crate::plan::config::ConfigText;
use crate::plan::{Foundation, Plan};
use crate::render::{self, File, Job, Rooms, Target};
use crate::spec::Spec;

/// A deployment with its plan resolved and its config files rendered.
pub struct Compiled {
    /// The resolved plan.
    pub plan: Plan,
    config: Vec<ConfigText>,
    rooms: Rooms,
}

/// Resolves the plan of a checked spec. The config files come first: the digest of their text is part of the plan.
pub fn compile(spec: &Spec, environment: Option<&str>, blueprints: &Blueprints) -> Result<Compiled, BlueprintError> {
    let foundation = Foundation::resolve(spec, environment);
    let config = render::config(&foundation.instance, blueprints)?;
    let plan = Plan::resolve(spec, foundation, &config);
    Ok(Compiled { rooms: Rooms::of(&plan)?, plan, config })
}

impl Compiled {
    /// Every file of the deployment for these targets, one by one.
    pub fn files<'a>(
        &'a self,
        targets: &'a [Target],
        blueprints: &'a Blueprints,
    ) -> impl Iterator<Item = Result<File, BlueprintError>> + 'a {
        self.jobs(targets, blueprints).map(|render| render())
    }

    /// The same files, each yet to be rendered.
    pub fn jobs<'a>(&'a self, targets: &'a [Target], blueprints: &'a Blueprints) -> impl Iterator<Item = Job<'a>> {
        let config = self.config.iter().map(|it| -> Job<'a> {
            Box::new(move || Ok(File { path: format!("config/{}", it.name), text: it.text.clone() }))
        });
        let always = render::always_jobs(&self.plan, &self.rooms, blueprints);
        let targets = targets.iter().flat_map(|target| render::jobs(&self.plan, &self.rooms, *target, blueprints));
        always.chain(config).chain(targets)
    }
}
