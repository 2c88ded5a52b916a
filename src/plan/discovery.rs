//! The private DNS namespace in which webserver and daemon find the code servers: one of the deployment's own, or one that
//! exists and that others use too.

use super::deployment::Deployment;
use super::names::shortened;
use super::text::{Text, output};
use crate::spec::Spec;
use crate::spec::choice::WordOr;

/// Longest label of a name in DNS (<https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4>).
const LABEL_LIMIT: usize = 63;

/// The namespace.
pub struct Namespace {
    /// Name that every code server's ends with.
    pub name: String,
    /// Seconds that resolvers may keep an answer.
    pub ttl: u32,
    /// Id of one that exists.
    existing: Option<String>,
    deployment: String,
}

impl Namespace {
    /// Resolves the namespace.
    pub fn resolve(spec: &Spec, deployment: &Deployment) -> Self {
        let written = spec.discovery.as_ref().and_then(|it| it.namespace.as_ref());
        let (name, existing) = match written {
            None => (format!("{}.internal", deployment.name), None),
            Some(WordOr::Word(name)) => (name.to_string(), None),
            Some(WordOr::Other(existing)) => (existing.name.to_string(), Some(existing.id.to_string())),
        };
        let ttl = spec.discovery.as_ref().and_then(|it| it.ttl).unwrap_or(10);
        Self { name, ttl, existing, deployment: deployment.name.clone() }
    }

    /// It has to be created.
    pub fn is_created(&self) -> bool {
        self.existing.is_none()
    }

    /// Its id.
    pub fn id(&self) -> Text {
        self.existing.as_ref().map_or_else(|| output("platform", "namespace_id"), Text::from)
    }

    /// What a code location's server is called in it. Others may have a code location of the same key.
    pub fn service(&self, key: &str) -> String {
        match self.existing {
            Some(_) => shortened(&format!("{}-{key}", self.deployment), LABEL_LIMIT),
            None => key.to_owned(),
        }
    }

    /// Host name of a code location's server.
    pub fn host(&self, key: &str) -> String {
        format!("{}.{}", self.service(key), self.name)
    }
}
