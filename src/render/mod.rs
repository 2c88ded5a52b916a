//! From the plan to files.

mod cfn;
mod compose;
mod config;
mod github;
mod json;
mod rooms;
mod tf;

pub use config::config;
pub use rooms::Rooms;

use std::iter;

use minijinja::context;

use crate::blueprint::{BlueprintError, Blueprints};
use crate::plan::Plan;
use crate::plan::extra::ExtraFile;
use crate::plan::layers::EXTRA;

/// What a deployment is rendered into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// CloudFormation templates.
    Cfn,
    /// A Terraform root module.
    Tf,
    /// The stack on one machine.
    Compose,
    /// A workflow for GitHub Actions.
    Github,
}

impl Target {
    /// Every target, in the order they are rendered.
    pub const ALL: [Target; 4] = [Target::Cfn, Target::Tf, Target::Compose, Target::Github];

    /// The word on the command line, and the folder of its blueprints and of its output.
    pub fn folder(self) -> &'static str {
        match self {
            Target::Cfn => "cfn",
            Target::Tf => "tf",
            Target::Compose => "compose",
            Target::Github => "github",
        }
    }
}

/// One rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it belongs under `output/<deployment>/`, with forward slashes on every system.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// Files of a deployment whatever its targets, beside the plan itself: the runbook, the Dockerfile of the core image,
/// the program that operates it.
pub fn always<'a>(
    rooms: &'a Rooms,
    blueprints: &'a Blueprints,
) -> impl Iterator<Item = Result<File, BlueprintError>> + 'a {
    let own = [
        ("README.md", "runbook/README.md.j2"),
        ("images/core/Dockerfile", "images/core/Dockerfile.j2"),
        ("ops/ops.sh", "ops/ops.sh.j2"),
    ];
    own.into_iter().map(move |(path, blueprint)| {
        let rendered = blueprints.render(blueprint, context! { plan => rooms.plan() })?;
        Ok(File { path: path.to_owned(), text: rendered.text })
    })
}

/// What one layer adds to the text of a plan, and a little more.
const LAYER_BYTES: usize = 16 * 1024;

/// The resolved plan, for whoever reviews it.
pub fn plan_file(plan: &Plan) -> Result<File, BlueprintError> {
    let text = json::pretty(plan, plan.layers.len() * LAYER_BYTES)
        .map_err(|error| BlueprintError::new("plan.json", error.to_string()))?;
    Ok(File { path: "plan.json".to_owned(), text })
}

/// A file of the user's own, as it is.
fn own(file: &ExtraFile) -> File {
    File { path: file.path.clone(), text: file.text.clone().unwrap_or_default() }
}

/// The files of a target, rendered one by one: nobody has to hold them all.
pub fn render<'a>(
    plan: &'a Plan,
    rooms: &'a Rooms,
    target: Target,
    blueprints: &'a Blueprints,
) -> Box<dyn Iterator<Item = Result<File, BlueprintError>> + 'a> {
    let layers = 0..plan.layers.len();
    match target {
        Target::Cfn => {
            let policy = plan.deployment.protection.stack_policy.then(|| cfn::stack_policy(rooms, blueprints));
            Box::new(layers.map(move |index| cfn::template(plan, rooms, index, blueprints)).chain(policy))
        }
        Target::Github => Box::new(plan.github.iter().map(move |_| github::workflow(rooms, blueprints))),
        Target::Tf => {
            let module = tf::MODULE_FILES.into_iter().map(move |name| tf::module_file(rooms, name, blueprints));
            // A location's repository stands in the file of the location.
            let own = layers.filter(|index| match plan.layers[*index].name.as_str() {
                "registry" => plan.layers[*index].owner.is_none(),
                name => name != EXTRA,
            });
            let own = own.map(move |index| tf::layer_file(plan, rooms, index, blueprints));
            let moved = iter::once_with(|| tf::moved(plan, rooms, blueprints).transpose()).flatten();
            Box::new(module.chain(own).chain(moved).chain(plan.extra.modules.iter().map(|it| Ok(self::own(it)))))
        }
        Target::Compose => {
            let files = plan.local.iter().flat_map(compose::files);
            Box::new(files.map(move |name| compose::file(rooms, name, blueprints)))
        }
    }
}
