//! The revision of the images: a deploy-time input, or fixed in the spec.

use serde::Serialize;

use super::deployment::Deployment;
use super::key::Key;
use super::location::Location;

/// How revisions reach the output.
#[derive(Clone, Debug, Serialize)]
pub struct Revision {
    /// Whoever deploys gives it; a commit of the pipelines' code then changes no reviewed file.
    pub is_input: bool,
    /// What a revision looks like: an image tag.
    pub pattern: String,
    /// A tag that names another image every day.
    pub refused: String,
    /// `pattern` without `refused`, for regular expressions that can look ahead.
    pub strict_pattern: String,
    /// Message for a revision that does not fit.
    pub constraint: String,
    /// Code locations that can be released on their own.
    pub locations: Vec<Key>,
}

impl Revision {
    /// Resolves how revisions reach the output.
    pub fn resolve(deployment: &Deployment, locations: &[Location]) -> Self {
        let own = locations.iter().filter(|it| it.revision_is_input);
        Self {
            is_input: deployment.gitrev.is_none(),
            pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$".to_owned(),
            refused: "latest".to_owned(),
            strict_pattern: "^(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$".to_owned(),
            constraint: "A revision is an image tag, usually a commit's hash, and never latest.".to_owned(),
            locations: own.map(|it| it.key.clone()).collect(),
        }
    }
}
