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
}

impl Diagnostics {
    /// A state that nobody keeps.
    pub fn forgotten_state(&mut self, at: &SpecPath) {
        self.warning(FORGOTTEN_STATE, Place::value(at), "the runner forgets Terraform's state")
            .help("say where it is kept: `output: {tf: {backend: {s3: {bucket: …, key: …}}}}`")
            .help("or put a file of your own with a `backend` into `tf/`; it is left alone");
    }

    /// An expression in a command.
    pub fn workflow_expression(&mut self, at: &SpecPath) {
        self.error(WORKFLOW_EXPRESSION, Place::value(at), "GitHub would replace the `${{` in this command")
            .help("use a variable of the shell, such as `$GITHUB_SHA`");
    }
}
