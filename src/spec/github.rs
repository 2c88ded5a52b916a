//! `github:` as written: the workflow that checks, builds and deploys.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Arn, CommitHash, GitUrl, ProjectPath, RefName, TerraformVersion};

/// A GitHub Actions workflow that checks, builds and deploys: with this key, `render all` writes `github/deploy.yml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Github {
    /// What the workflow deploys with: `cfn` or `tf`.
    pub target: DeployTarget,
    /// ARN of the IAM role that deploying jobs take on through OIDC, whose trust policy names the repository and
    /// `environment`; default the one of `iam.deploy_role`.
    pub role: Option<Arn>,
    /// Where the workflow installs dagforge from.
    pub dagforge: Install,
    /// Terraform that deploys, where `target` is `tf`; default `1.11.4`.
    pub terraform_version: Option<TerraformVersion>,
    /// Branch that is deployed; default `main`.
    pub branch: Option<RefName>,
    /// GitHub environment of the deploying jobs, whose rules can ask somebody first; default the deployment's name.
    pub environment: Option<RefName>,
    /// The spec, from the root of the repository, which is the folder that holds `output/`; default `dagforge.yaml`.
    pub spec: Option<ProjectPath>,
    /// Commands that lint and test the code, run in the folder of each image that is built; default `uv sync --locked`,
    /// `uv run ruff check .` and `uv run pytest`, which want `pyproject.toml` and `uv.lock` there, with ruff and pytest.
    pub checks: Option<Vec<String>>,
    /// Runner of every job; default `ubuntu-24.04`, or `ubuntu-24.04-arm` with `images.arch: arm64`. It needs bash, git, Docker, the AWS CLI, gh and, for dagforge, Rust.
    pub runner: Option<RefName>,
}

/// What deploys.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum DeployTarget {
    /// CloudFormation.
    Cfn,
    /// Terraform.
    Tf,
}

/// Where dagforge is installed from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// The git repository.
    pub repository: GitUrl,
    /// The commit: its whole hash, which nobody can point elsewhere.
    pub commit: CommitHash,
}
