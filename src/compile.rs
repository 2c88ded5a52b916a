//! A checked spec to everything that is rendered from it.

use std::iter;
use std::sync::OnceLock;

use crate::blueprint::{BlueprintError, Blueprints};
use crate::plan::config::ConfigText;
use crate::plan::{Foundation, Plan};
use crate::render::{self, File, Rooms, Target};
use crate::spec::Spec;

/// A deployment with its plan resolved and its config files rendered.
pub struct Compiled {
    /// The resolved plan.
    pub plan: Plan,
    config: Vec<ConfigText>,
    /// Made once the plan itself is written, so that its text is gone by then.
    rooms: OnceLock<Rooms>,
}

/// Resolves the plan of a checked spec. The config files come first: the digest of their text is part of the plan.
pub fn compile(spec: &Spec, environment: Option<&str>, blueprints: &Blueprints) -> Result<Compiled, BlueprintError> {
    let foundation = Foundation::resolve(spec, environment);
    let config = render::config(&foundation.instance, blueprints)?;
    Ok(Compiled { plan: Plan::resolve(spec, foundation, &config), config, rooms: OnceLock::new() })
}

impl Compiled {
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
        plan.chain(config.map(Ok)).chain(rendered)
    }
}
