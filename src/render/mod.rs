//! From the plan to files.

/// What a deployment is rendered into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// CloudFormation templates.
    Cfn,
    /// A Terraform root module.
    Tf,
    /// A local stack for docker compose.
    Compose,
    /// A GitHub Actions workflow.
    Github,
}

impl Target {
    /// The word on the command line, and the folder of its blueprints and of its output.
    pub fn folder(self) -> &'static str {
        match self {
            Target::Cfn => "cfn",
            Target::Tf => "tf",
            Target::Compose => "compose",
            Target::Github => "github",
        }
    }
}

/// One rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it belongs under `output/<deployment>/`, with forward slashes on every system.
    pub path: String,
    /// All of it.
    pub text: String,
}
