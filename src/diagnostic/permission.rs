//! Findings about what code locations may do in AWS.

use super::code::codes;
use super::{Diagnostics, Place, Severity};
use crate::spec::path::SpecPath;

codes! {
    PERMISSION_SHAPE = "permission-shape": "A permission is either a list of actions in `allow` with a list of ARNs in \
        `on`, or the ARN of a managed policy in `managed`."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    BAD_ACTION = "bad-action": "An IAM action is a service and an operation, `s3:GetObject`; the operation may have `*` \
        and `?`."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html";
    WIDE_PERMISSION = "wide-permission": "A permission covers every operation of a service, or every resource. Some \
        actions know no narrower resource; for the others, naming it limits what a mistake or an intruder can do."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";
    UNSAFE_PERMISSION = "unsafe-permission": "A permission is worth every permission: with `*` as action, or with the \
        right to pass or change any role, whoever controls a run controls the account."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html";
    BAD_RESOURCE = "bad-resource": "What a permission is allowed on is an ARN, in which `*` and `?` may stand for parts, \
        or `*` alone."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html";
    TOO_MANY_POLICIES = "too-many-policies": "IAM attaches 10 managed policies to a role, up to 20 after a quota \
        increase, and never more; to a user as many, and to a group 10."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
    POLICY_SIZE = "policy-size": "The inline policies of a role have at most 10,240 characters together. A managed policy \
        of yours, named in `managed`, has a limit of its own."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
}

impl Diagnostics {
    /// Neither form, or both.
    pub fn permission_shape(&mut self, at: &SpecPath, problem: &str) {
        self.error(PERMISSION_SHAPE, Place::value(at), format!("a permission {problem}"))
            .help("write `{allow: [s3:GetObject], on: [\"arn:aws:s3:::acme-lake/*\"]}`")
            .help("or `{managed: \"arn:aws:iam::…:policy/…\"}`");
    }

    /// Something else than `service:Operation`.
    pub fn bad_action(&mut self, at: &SpecPath, action: &str, meant: Option<&str>) {
        let finding = self.error(BAD_ACTION, Place::value(at), format!("`{action}` is not an IAM action"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("it looks like `s3:GetObject`: a service and an operation"),
        };
    }

    /// Every operation, or every resource.
    pub fn wide_permission(&mut self, at: &SpecPath, what: &str, fix: &str) {
        self.warning(WIDE_PERMISSION, Place::value(at), what).help(fix);
    }

    /// As good as administrator.
    pub fn unsafe_permission(&mut self, at: &SpecPath, what: &str, fix: &str) {
        self.error(UNSAFE_PERMISSION, Place::value(at), what).help(fix);
    }

    /// No ARN.
    pub fn bad_resource(&mut self, at: &SpecPath, resource: &str, meant: Option<&str>) {
        let finding = self.error(BAD_RESOURCE, Place::value(at), format!("`{resource}` is not an ARN"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("it looks like `arn:aws:s3:::acme-lake/*`"),
        };
    }

    /// More managed policies than a role takes.
    pub fn too_many_policies(&mut self, at: &SpecPath, count: usize, severity: Severity) {
        let message = format!("{count} managed policies are more than IAM attaches to a role");
        self.add(severity, TOO_MANY_POLICIES, Place::value(at), message).help(match severity {
            Severity::Error => "20 is the most that AWS ever grants: merge some of them",
            Severity::Warning => "it is 10, unless AWS has raised the account's quota: merge some of them",
        });
    }

    /// More managed policies than something takes, counting those of this spec alone.
    pub fn too_many_groups(&mut self, at: &SpecPath, what: &str, count: usize, (usual, most): (usize, usize)) {
        let severity = if count > most { Severity::Error } else { Severity::Warning };
        let message = format!("{what} would have {count} policies of this deployment alone, more than {usual}");
        let help = match severity {
            Severity::Error => format!("{most} is the most that AWS ever grants: name it in fewer groups"),
            Severity::Warning => "AWS may have raised the account's quota; else name it in fewer groups".to_owned(),
        };
        self.add(severity, TOO_MANY_POLICIES, Place::value(at), message).help(help);
    }

    /// More text than a role's inline policies may have.
    pub fn policy_size(&mut self, at: &SpecPath, role: &str, size: usize, limit: usize, fix: &str) {
        let message = format!("the policy of the role `{role}` would have some {size} characters, more than {limit}");
        self.error(POLICY_SIZE, Place::key(at), message).help(fix);
    }
}
