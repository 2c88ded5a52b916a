//! `access:` as written: what groups of people may do to parts of the deployment.

use schemars::JsonSchema;
use serde::Deserialize;

use super::keyed::Keyed;
use super::scalar::{GroupName, KeyName, PrincipalName};

/// Groups of people, by a key of your choice.
pub type Access = Keyed<Group>;

/// What people may do to some of the services and tasks: a managed policy, and who has it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Code locations: their services, the logs of these, and the logs of their runs; default none.
    pub locations: Option<Vec<KeyName>>,
    /// Tasks, and their logs; default none.
    pub tasks: Option<Vec<KeyName>>,
    /// What every code location depends on, and its logs; default none.
    pub core: Option<Vec<Core>>,
    /// What may be done to them.
    #[schemars(length(min = 1))]
    pub allow: Vec<Allow>,
    /// Names of IAM roles that exist and get the policy; default none.
    pub roles: Option<Vec<PrincipalName>>,
    /// Names of IAM groups that exist and get the policy; default none.
    pub groups: Option<Vec<GroupName>>,
    /// Names of IAM users that exist and get the policy; default none.
    pub users: Option<Vec<PrincipalName>>,
}

/// A part of the core.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Core {
    /// The webserver, and its copy that changes nothing.
    Webserver,
    /// The daemon, and the runs of code locations that are loaded in process.
    Daemon,
}

/// Something that people do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Allow {
    /// Read the logs.
    Logs,
    /// Open a shell, or forward a port, with ECS Exec where it is on.
    Exec,
    /// Replace the tasks of a service by new ones of the same definition.
    Restart,
    /// Start a task.
    Run,
}
