//! Findings about the workflow for GitHub Actions.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    FORGOTTEN_STATE = "forgotten-state": "Terraform keeps its state in a local file where nobody says otherwise. On a runner \
        that file is gone after the job, and the next one would create everything again."
        => "https://developer.hashicorp.com/terraform/language/backend";
    WORKFLOW_EXPRESSION = "workflow-expression": "GitHub evaluates what stands in `${{ }}` and puts the result into the \
        command, whatever it is: a title or a branch's name becomes a part of the program."
        => "https://docs.github.com/en/actions/reference/security/secure-use";
    NO_DEPLOY_ROLE = "no-deploy-role": "Deploying jobs of the workflow need a role in AWS. It is the one of `github.role`, or the \
        one of `iam.deploy_role`, whose ARN is known where `account` is."
        => "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws";
    UNTRUSTED_ENVIRONMENT = "untrusted-environment": "A job with a GitHub environment has the environment in the subject of its \
        token, and no branch. Where the role does not name it, AWS refuses the workflow's deploying jobs."
        => "https://docs.github.com/en/actions/reference/openid-connect-reference";
    RELEASE_BY_TERRAFORM = "release-by-terraform": "`terraform apply` compares the whole module with what is there, and changes \
        all that differs: its role has to read everything, and cannot be kept from changing more than a release does. \
        CloudFormation deploys the stacks that a release changes, one by one."
        => "https://developer.hashicorp.com/terraform/cli/commands/apply";
}

impl Diagnostics {
    /// A state that nobody keeps.
    pub fn forgotten_state(&mut self, at: &SpecPath) {
        self.warning(FORGOTTEN_STATE, Place::value(at), "the runner forgets Terraform's state")
            .help("say where it is kept: `output: {tf: {backend: {s3: {bucket: …, key: …}}}}`")
            .help("or put a file of your own with a `backend` into `tf/`; it is left alone");
    }

    /// A workflow without a role.
    pub fn no_deploy_role(&mut self, at: &SpecPath, fix: &str) {
        self.error(NO_DEPLOY_ROLE, Place::key(at), "deploying jobs have no role that they take on").help(fix);
    }

    /// The workflow's jobs have an environment that the role does not know.
    pub fn untrusted_environment(&mut self, at: &SpecPath, environment: &str) {
        let message = format!("the workflow's deploying jobs have the environment `{environment}`, which is not here");
        self.error(UNTRUSTED_ENVIRONMENT, Place::value(at), message)
            .help(format!("add `{environment}`, or leave `environments` out"));
    }

    /// A role that releases, for a workflow that applies.
    pub fn release_by_terraform(&mut self, at: &SpecPath) {
        self.error(RELEASE_BY_TERRAFORM, Place::key(at), "a role that only releases cannot apply the Terraform module")
            .help("take `github.target: cfn`, or remove it and give `github.role` one that may read and change the module");
    }

    /// An expression in a command.
    pub fn workflow_expression(&mut self, at: &SpecPath) {
        self.error(WORKFLOW_EXPRESSION, Place::value(at), "GitHub would replace the `${{` in this command")
            .help("use a variable of the shell, such as `$GITHUB_SHA`");
    }
}
