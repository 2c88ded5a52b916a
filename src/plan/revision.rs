//! The revision of the images: a deploy-time input, or fixed in the spec.

use serde::Serialize;

use super::deployment::Deployment;
use super::key::Key;
use super::text::{Input, Text};
use crate::spec::scalar::GitRev;

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
    /// Code locations and tasks that can be released on their own.
    pub owners: Vec<Key>,
}

impl Revision {
    /// Resolves how revisions reach the output.
    pub fn resolve(deployment: &Deployment, owners: Vec<Key>) -> Self {
        Self {
            is_input: deployment.gitrev.is_none(),
            pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$".to_owned(),
            refused: "latest".to_owned(),
            strict_pattern: "^(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$".to_owned(),
            constraint: "A revision is an image tag, usually a commit's hash, and never latest.".to_owned(),
            owners,
        }
    }
}

/// The revision that the spec fixes for a code location or task: its own, or that of the deployment.
pub fn fixed<'a>(deployment: &'a Deployment, own: Option<&'a GitRev>) -> Option<&'a str> {
    own.map(GitRev::as_str).or(deployment.gitrev.as_deref())
}

/// The revision of a code location or task: fixed, or a deploy-time input.
pub fn of(deployment: &Deployment, own: Option<&GitRev>, key: &Key) -> Text {
    fixed(deployment, own).map_or_else(|| Input::GitRev(Some(key.clone())).into(), Text::from)
}
