//! The access room: managed policies for groups of people, each for some of the services and tasks and no others.

pub mod deploy_role;
mod group;

use deploy_role::DeployRole;
pub use group::Parts;
use serde::Serialize;

use super::config::Config;
use super::deployment::Deployment;
use super::exec;
use super::iam::Statement;
use super::key::Key;
use super::layers::Layer;
use super::location::Location;
use super::platform::Platform;
use super::tasks::Task;
use super::ui::Ui;
use crate::spec::Spec;
use crate::spec::scalar::KeyName;

/// Who may do what, beside the deployment itself.
#[derive(Clone, Debug, Serialize)]
pub struct Access {
    /// A policy for each group of people.
    pub policies: Vec<Policy>,
    /// A role that releases; none where the spec does not ask for it.
    pub deploy_role: Option<DeployRole>,
}

/// A managed policy, and who has it.
#[derive(Clone, Debug, Serialize)]
pub struct Policy {
    /// Key of the group in the spec.
    pub key: Key,
    /// Name of the policy, unique in the account.
    pub name: String,
    /// Path of the policy; it starts and ends with `/`.
    pub path: String,
    /// Whose it is.
    pub description: String,
    /// What it allows.
    pub statements: Vec<Statement>,
    /// Names of roles that have it.
    pub roles: Vec<String>,
    /// Names of groups that have it.
    pub groups: Vec<String>,
    /// Names of users that have it.
    pub users: Vec<String>,
}

/// What there is to have rights to.
#[derive(Clone, Copy)]
pub struct Rooms<'a> {
    /// The daemon.
    pub platform: &'a Platform,
    /// The webservers.
    pub ui: &'a Ui,
    /// Code locations.
    pub locations: &'a [Location],
    /// Tasks.
    pub tasks: &'a [Task],
}

impl Access {
    /// Resolves the room; none where nobody is named.
    pub(super) fn resolve(spec: &Spec, deployment: &Deployment, rooms: Rooms<'_>, config: &Config) -> Option<Self> {
        let session_key = exec::key(spec);
        let policy = |(key, it): (&KeyName, _)| group::policy(&key.into(), it, deployment, rooms, session_key.as_ref());
        let policies: Vec<_> = spec.access.iter().flatten().map(policy).collect();
        let deploy_role = DeployRole::resolve(spec, deployment, rooms, config);
        (!policies.is_empty() || deploy_role.is_some()).then_some(Self { policies, deploy_role })
    }

    /// The role that releases deploys every stack that a release does, which the layers tell.
    pub(super) fn see(&mut self, layers: &[Layer], deployment: &Deployment) {
        self.deploy_role.iter_mut().for_each(|it| it.may_deploy(layers, deployment));
    }
}
