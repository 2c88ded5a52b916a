//! Rules across fields: what a shape cannot say.
//!
//! A rule is a small function from a spec and its plan to findings. It reports the path of what to change; the reason
//! and the nearest good value are in the finding. A rule about a name or size that AWS gets asks the plan for it, so that
//! defaults and formats stand in one place.

mod adopt;
mod arns;
mod cluster;
mod config;
pub(crate) mod credentials;
mod dagster;
mod database;
mod discovery;
mod egress;
pub(crate) mod environment;
mod extra;
pub mod fargate;
mod github;
mod images;
mod listener;
mod local;
mod locations;
mod login;
mod logs;
mod measure;
pub(crate) mod names;
mod network;
mod operations;
mod overrides;
mod owners;
mod people;
mod permissions;
mod ranges;
mod registry;
mod renames;
mod runs;
mod serving;
mod sharing;
mod sidecars;
mod sizes;
mod storage;
mod subnets;
mod tags;
mod tasks;
mod terraform;
mod web;
mod webservers;

use std::borrow::Cow;

use crate::diagnostic::{Diagnostics, Place};
use crate::plan::{Foundation, Plan};
use crate::source::Source;
use crate::spec::choice::{CountOrList, WordOr};
use crate::spec::network::{ExistingVpc, Network};
use crate::spec::path::{SpecPath, Step};
use crate::spec::{Loaded, Remnant, Spec, load_all, remnants};

/// What rules look at.
struct Subject<'a> {
    spec: &'a Spec,
    /// Name of the environment that was laid over the spec.
    environment: Option<&'a str>,
    /// What would come out. The digest of the config files is not that of the rendered ones.
    plan: Plan,
}

/// A rule.
type Rule = fn(&Subject, &mut Diagnostics);

/// Every rule, by room.
const RULES: &[&[Rule]] = &[
    dagster::RULES,
    tags::RULES,
    names::RULES,
    network::RULES,
    ranges::RULES,
    subnets::RULES,
    egress::RULES,
    discovery::RULES,
    cluster::RULES,
    database::RULES,
    logs::RULES,
    web::RULES,
    login::RULES,
    listener::RULES,
    webservers::RULES,
    sizes::RULES,
    locations::RULES,
    serving::RULES,
    sidecars::RULES,
    images::RULES,
    storage::RULES,
    local::RULES,
    environment::RULES,
    permissions::RULES,
    arns::RULES,
    runs::RULES,
    operations::RULES,
    people::RULES,
    tasks::RULES,
    registry::RULES,
    renames::RULES,
    adopt::RULES,
    extra::RULES,
    github::RULES,
    terraform::RULES,
    config::RULES,
    overrides::RULES,
];

/// Runs every rule over a spec, for the environment it was laid out for; all findings at once.
pub fn check(spec: &Spec, environment: Option<&str>) -> Diagnostics {
    let mut found = Diagnostics::default();
    let plan = outlook(spec, environment);
    let subject = Subject { spec, environment, plan };
    for rule in RULES.iter().copied().flatten() {
        rule(&subject, &mut found);
    }
    found
}

/// Reads a spec and checks it: the deployments that it describes, and everything that is wrong with it. Where some parts have
/// the wrong shape there are no deployments, and the rules run over the rest, so that nobody corrects a spec in two rounds.
pub fn examine(source: &Source, environment: Option<&str>) -> (Vec<Loaded<Spec>>, Diagnostics) {
    match load_all(source, environment) {
        Ok(deployments) => {
            let found = check_all(&deployments);
            (deployments, found)
        }
        Err(mut found) => {
            for rest in &remnants::<Spec>(source, environment) {
                found.append(check_rest(rest));
            }
            (Vec::new(), found)
        }
    }
}

/// What the rules say of the parts that stand. A finding may come of a part that is missing, so none is reported beside or
/// around one.
fn check_rest(Remnant { loaded, left_out }: &Remnant<Spec>) -> Diagnostics {
    let mut found = Diagnostics::default();
    if left_out.iter().any(|it| it.steps().len() < 2) {
        return found;
    }
    found.append(check(&loaded.spec, loaded.origin.environment()));
    let apart =
        |at: &SpecPath| left_out.iter().all(|it| section(it) != section(at) && !it.steps().starts_with(at.steps()));
    found.retain(|it| matches!(&it.place, Place::Spec(at, _) if apart(at)));
    loaded.origin.place(&mut found);
    found
}

/// What a path belongs to: a section of the spec, or one of the things that a section has by keys of the user's.
fn section(at: &SpecPath) -> &[Step] {
    let keyed = matches!(at.steps().first(), Some(Step::Key(name)) if name == "code_locations" || name == "tasks");
    &at.steps()[..at.steps().len().min(if keyed { 2 } else { 1 })]
}

/// Checks the deployments of one spec, each by itself and against the others. Findings are placed where their text is.
pub fn check_all(deployments: &[Loaded<Spec>]) -> Diagnostics {
    let mut found = Diagnostics::default();
    for loaded in deployments {
        let mut own = check(&loaded.spec, loaded.origin.environment());
        loaded.origin.place(&mut own);
        found.append(own);
    }
    sharing::check(deployments, &mut found);
    found
}

/// The plan of a spec that no rule has seen yet. Only a number of zones could make it arbitrarily large.
fn outlook(spec: &Spec, environment: Option<&str>) -> Plan {
    let mut spec = Cow::Borrowed(spec);
    if let Some(Network { azs: Some(CountOrList::Count(4..)), .. }) = spec.network {
        spec.to_mut().network.get_or_insert_default().azs = None;
    }
    Plan::resolve(&spec, Foundation::resolve(&spec, environment), &[])
}

impl Subject<'_> {
    /// The existing VPC, when there is one.
    fn existing_vpc(&self) -> Option<&ExistingVpc> {
        match self.spec.network.as_ref()?.vpc.as_ref()? {
            WordOr::Other(existing) => Some(existing),
            WordOr::Word(_) => None,
        }
    }
}

/// The path of a code location's key.
fn location_at(key: impl AsRef<str>) -> SpecPath {
    SpecPath::from("code_locations").key(key)
}
