//! Code locations and tasks, as far as one rule serves both.

use indexmap::IndexMap;

use super::Subject;
use crate::plan::Key;
use crate::plan::iam::Role;
use crate::plan::task::TaskDefinition;
use crate::spec::compute::Permission;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{EnvName, SecretSource};

/// A code location or task.
pub(super) struct Owner<'a> {
    /// Its key.
    pub(super) key: Key,
    /// The path of its key.
    pub(super) at: SpecPath,
    env: Option<&'a IndexMap<EnvName, String>>,
    secrets: Option<&'a IndexMap<EnvName, SecretSource>>,
    permissions: Option<&'a Vec<Permission>>,
}

/// What is planned for a code location or task.
pub(super) struct Planned<'a> {
    /// The path of its key.
    pub(super) at: SpecPath,
    /// Its task definitions.
    pub(super) definitions: Vec<&'a TaskDefinition>,
    /// Roles that its permissions are in.
    pub(super) roles: Vec<&'a Role>,
    /// The role that its secrets are in.
    pub(super) execution_role: &'a Role,
}

impl<'a> Owner<'a> {
    /// Variables in plain sight.
    pub(super) fn env(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.env.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Variables from secrets.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&'a EnvName, &'a SecretSource)> + use<'a> {
        self.secrets.into_iter().flatten()
    }

    /// Permissions with their paths.
    pub(super) fn permissions(&self) -> impl Iterator<Item = (SpecPath, &'a Permission)> + use<'a> {
        let at = self.at.key("permissions");
        self.permissions.into_iter().flatten().enumerate().map(move |(index, it)| (at.index(index), it))
    }
}

/// The path of a task's key.
pub(super) fn task_at(key: impl AsRef<str>) -> SpecPath {
    SpecPath::from("tasks").key(key)
}

impl Subject<'_> {
    /// Every code location, each of its sidecars, and every task.
    pub(super) fn owners(&self) -> impl Iterator<Item = Owner<'_>> {
        let locations = self.spec.code_locations.iter().map(|(key, it)| Owner {
            key: key.into(),
            at: super::location_at(key.as_str()),
            env: it.env.as_ref(),
            secrets: it.secrets.as_ref(),
            permissions: it.permissions.as_ref(),
        });
        let sidecars = self.sidecars().into_iter().map(|it| Owner {
            key: it.location.into(),
            env: it.sidecar.env.as_ref(),
            secrets: it.sidecar.secrets.as_ref(),
            permissions: None,
            at: it.at,
        });
        let tasks = self.spec.tasks.iter().flatten().map(|(key, it)| Owner {
            key: key.into(),
            at: task_at(key.as_str()),
            env: it.env.as_ref(),
            secrets: it.secrets.as_ref(),
            permissions: it.permissions.as_ref(),
        });
        locations.chain(sidecars).chain(tasks)
    }

    /// The same, planned.
    pub(super) fn planned(&self) -> impl Iterator<Item = Planned<'_>> {
        let locations = self.plan.rooms.locations.iter().map(|it| Planned {
            at: super::location_at(it.key.as_str()),
            definitions: it.server.iter().map(|it| &it.task).chain([&it.run]).collect(),
            roles: it.server.iter().map(|it| &it.role).chain([&it.run_role]).collect(),
            execution_role: &it.execution_role,
        });
        let tasks = self.plan.rooms.tasks.iter().map(|it| Planned {
            at: task_at(it.key.as_str()),
            definitions: vec![&it.definition],
            roles: vec![&it.role],
            execution_role: &it.execution_role,
        });
        // What they share is as large as what the first says.
        let first = crate::plan::in_process::keys(self.spec).into_iter().next();
        let in_process = first.zip(self.plan.rooms.platform.in_process.as_ref()).map(|(key, it)| Planned {
            at: super::location_at(key.as_str()),
            definitions: vec![&it.run],
            roles: vec![&it.role],
            execution_role: &it.execution_role,
        });
        locations.chain(in_process).chain(tasks)
    }
}
