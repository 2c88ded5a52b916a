//! Findings about what groups of people may do.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    UNKNOWN_TASK = "unknown-task": "Every name in `access.….tasks` is the key of a task."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    NOTHING_TO_ALLOW = "nothing-to-allow": "A word of `allow` applies to nothing that the group names: ECS Exec is off for \
        all of it, or there is no service to restart, or no task to run. The policy would allow less than the spec says."
        => "A rule of dagforge's own: nothing that is asked for is ignored silently.";
    SHARED_PROCESS = "shared-process": "A code location that is loaded in process has no service, no role and no log of \
        its own: webserver and daemon are its service. Rights to it are rights to them."
        => "A rule of dagforge's own: a right reaches no further than its name says.";
    MANAGED_POLICY_SIZE = "managed-policy-size": "A managed policy has at most 6,144 characters, white space not counted."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
    UNMODIFIABLE_ROLE = "unmodifiable-role": "The roles of IAM Identity Center and of AWS services are changed by those \
        alone: IAM refuses to attach a policy to them."
        => "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html and \
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html";
    POLICY_CLASH = "policy-clash": "Two groups would get one name in a template, because hyphens are lost there."
        => "A rule of dagforge's own: logical ids have no hyphens.";
}

impl Diagnostics {
    /// A name that is no task's key.
    pub fn unknown_task(&mut self, at: &SpecPath, key: &str, meant: Option<&str>, known: &[&str]) {
        let finding = self.error(UNKNOWN_TASK, Place::value(at), format!("there is no task `{key}`"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None if known.is_empty() => finding.help("this deployment has no tasks: remove it"),
            None => finding.help(format!("the tasks are {}", known.join(", "))),
        };
    }

    /// A group that names no part of the deployment.
    pub fn names_nothing(&mut self, at: &SpecPath) {
        self.error(NOTHING_TO_ALLOW, Place::key(at), "the group names nothing that it may do anything to")
            .help("name code locations, tasks or parts of the core: `locations: [sales]`, `core: [webserver]`");
    }

    /// A word that applies to nothing.
    pub fn nothing_to_allow(&mut self, at: &SpecPath, because: &str, fix: &str) {
        self.error(NOTHING_TO_ALLOW, Place::value(at), because).help(fix);
    }

    /// A location without a service of its own.
    pub fn shared_process(&mut self, at: &SpecPath, key: &str) {
        let message =
            format!("`{key}` is loaded by webserver and daemon, and has nothing of its own to have rights to");
        self.error(SHARED_PROCESS, Place::value(at), message)
            .help("name them instead: `core: [webserver, daemon]`, which is everything that they load");
    }

    /// More text than a managed policy may have.
    pub fn managed_policy_size(&mut self, at: &SpecPath, name: &str, size: usize, limit: usize) {
        let message = format!("the policy `{name}` would have some {size} characters, more than {limit}");
        self.error(MANAGED_POLICY_SIZE, Place::key(at), message)
            .help("make two groups of it, each with some of the code locations and tasks");
    }

    /// A role that IAM lets nobody change.
    pub fn unmodifiable_role(&mut self, at: &SpecPath, role: &str, fix: &str) {
        let message = format!("`{role}` is a role that only its owner at AWS changes");
        self.error(UNMODIFIABLE_ROLE, Place::value(at), message).help(fix);
    }

    /// Two groups with one identifier.
    pub fn policy_clash(&mut self, at: &SpecPath, key: &str, other: &str) {
        let message = format!("`{key}` cannot be told from `{other}` where names have no hyphens");
        self.error(POLICY_CLASH, Place::key(at), message).help("take a key that differs in a letter or digit");
    }
}
