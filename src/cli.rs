//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// One YAML spec of a Dagster deployment in, CloudFormation and Terraform out.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a first spec: commented, or read from a compose file
    Init(Init),
    /// Check the spec and report everything that is wrong with it
    Check(Check),
    /// Write the files of a deployment, or compare them with what is there
    Render(Render),
    /// Print the resolved model: every default applied, every name chosen
    Plan(Plan),
    /// Explain a finding's code, or what a deployment comes to
    Explain(Explain),
    /// List, print or copy the built-in blueprints
    #[command(subcommand)]
    Blueprints(Blueprints),
    /// Print the JSON Schema of the spec, for editors
    Schema,
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Which spec, and which of its environments.
#[derive(Args, Debug)]
pub struct Input {
    /// The spec
    #[arg(default_value = "dagforge.yaml")]
    pub spec: PathBuf,
    /// One environment of the spec; without it all of them
    #[arg(long, value_name = "ENV")]
    pub env: Option<String>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = MessageFormat::Human)]
    pub message_format: MessageFormat,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum MessageFormat {
    /// For people, with an excerpt of the spec
    Human,
    /// For programs, one JSON object a line
    Json,
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// The spec to write; one that exists is not overwritten
    #[arg(default_value = "dagforge.yaml")]
    pub spec: PathBuf,
    /// Read the code locations from this compose file: its `dagster api grpc` and `dagster code-server` services
    #[arg(long, value_name = "COMPOSE")]
    pub from: Option<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = MessageFormat::Human)]
    pub message_format: MessageFormat,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// The spec.
    #[command(flatten)]
    pub input: Input,
}

/// Arguments that decide what is rendered.
#[derive(Args, Debug)]
pub struct Revision {
    /// Write this revision into every image reference, instead of asking for it at deployment
    #[arg(long, value_name = "REV")]
    pub gitrev: Option<String>,
    /// Folder whose files shadow the built-in blueprints of the same path
    #[arg(long, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
}

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct Render {
    /// What to render
    #[arg(value_enum)]
    pub target: RenderTarget,
    /// The spec.
    #[command(flatten)]
    pub input: Input,
    /// What goes into it.
    #[command(flatten)]
    pub revision: Revision,
    /// Folder that gets one folder for each deployment
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// Compare with the files that are there, print the difference and exit with 1 if there is one
    #[arg(long, conflicts_with = "stdout")]
    pub check: bool,
    /// Print the files instead of writing them
    #[arg(long)]
    pub stdout: bool,
}

/// What `render` can render.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum RenderTarget {
    /// CloudFormation templates
    Cfn,
    /// A Terraform root module
    Tf,
    /// The same deployment on one machine, for `docker compose`; the spec turns it on with `local`
    Compose,
    /// A workflow for GitHub Actions, which `github` in the spec asks for
    Github,
    /// Everything that the spec turns on
    All,
}

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct Plan {
    /// The spec.
    #[command(flatten)]
    pub input: Input,
    /// What goes into it.
    #[command(flatten)]
    pub revision: Revision,
    /// Language to print in
    #[arg(long, value_enum, default_value_t = PlanFormat::Json)]
    pub format: PlanFormat,
}

/// Languages of `plan`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum PlanFormat {
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// What `blueprints` can do.
#[derive(Debug, Subcommand)]
pub enum Blueprints {
    /// Print the path of every blueprint, and which of them a folder shadows
    List {
        /// Folder whose files shadow the built-in blueprints of the same path
        #[arg(long, value_name = "DIR")]
        blueprints: Option<PathBuf>,
    },
    /// Print one built-in blueprint
    Show {
        /// Its path, as `list` prints it
        name: String,
    },
    /// Copy built-in blueprints into a folder for `--blueprints`; without a name all of them
    #[command(override_usage = "dagforge blueprints eject [NAME]... <DIR>")]
    Eject {
        /// Their paths, as `list` prints them, and last the folder; files that are there and differ are never overwritten
        #[arg(value_name = "NAME… DIR", required = true)]
        words: Vec<String>,
    },
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A finding's code, such as `fargate-size`, or one of: `names` in AWS with their lengths and limits, `limits` of the
    /// templates, `iam` statements by role, `env` of every container, `run-sizes` as tags of a job, `deploy` order
    pub topic: String,
    /// The spec.
    #[command(flatten)]
    pub input: Input,
    /// What goes into it.
    #[command(flatten)]
    pub revision: Revision,
}
