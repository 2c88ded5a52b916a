//! Findings about deployments of one spec that would get in each other's way.

use super::code::codes;
use super::{Diagnostics, Place, Severity};
use crate::spec::path::SpecPath;

codes! {
    SHARED_BY_ENVIRONMENTS = "shared-by-environments": "Several environments of the spec would use the same thing: two daemons \
        on one database launch everything twice, two deployments in one config bucket overwrite each other's config, \
        two UIs cannot answer to one name."
        => "A rule of dagforge's own: deployments share nothing that they write.";
}

impl Diagnostics {
    /// The same thing in two environments; `fix` says how to tell them apart.
    pub fn shared_by_environments(
        &mut self,
        at: &SpecPath,
        what: &str,
        environments: &[&str],
        fix: &str,
        severity: Severity,
    ) {
        let names: Vec<String> = environments.iter().map(|it| format!("`{it}`")).collect();
        let (last, others) = names.split_last().map_or(("", [].as_slice()), |(last, others)| (last.as_str(), others));
        let message = format!("the environments {} and {last} would share {what}", others.join(", "));
        self.add(severity, SHARED_BY_ENVIRONMENTS, Place::value(at), message).help(fix);
    }
}
