//! What every room needs to know of the whole: names, tags, protection, and how roles and logs are made.

use serde::Serialize;

use super::config;
use super::encryption;
use super::iam::{Role, Statement, Trust, iam_arn};
use super::key::Key;
use super::names::{ROLE_LIMIT, shortened};
use super::renames::Renamed;
use super::task::LogGroup;
use super::text::Text;
use crate::spec::Spec;
use crate::spec::adopt::Adopt;
use crate::spec::data::LogMode;
use crate::spec::scalar::{FolderPath, url_suffix};

/// Facts of the whole deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Deployment {
    /// `<name>`, or `<name>-<environment>`.
    pub name: String,
    /// AWS region.
    pub region: String,
    /// `aws`, `aws-cn` or `aws-us-gov`, by region.
    pub partition: String,
    /// Account the deployment is guarded to; none means whichever account the credentials belong to.
    pub account: Option<String>,
    /// Name of the ECS cluster, where one is used that exists and may have tasks of others.
    #[serde(skip)]
    pub existing_cluster: Option<String>,
    /// Deletion policies that keep what holds data.
    pub protection: Protection,
    /// Tags of every resource.
    pub tags: Vec<Tag>,
    /// Permissions boundary of every role.
    pub boundary: Option<Text>,
    /// Beginning of every role's path; it starts and ends with `/`.
    pub role_root: String,
    /// Days that log events are kept.
    pub log_retention_days: u32,
    /// KMS key of what keeps data and has no key of its own; none means AWS's own keys.
    #[serde(skip)]
    pub kms_key: Option<Text>,
    /// KMS key of the database and of its password.
    #[serde(skip)]
    pub database_kms_key: Option<Text>,
    /// KMS key of every log group; none means the key that CloudWatch owns.
    pub log_kms_key: Option<Text>,
    /// Containers wait for CloudWatch to take their lines.
    #[serde(skip)]
    pub blocking_logs: bool,
    /// `DAGSTER_HOME` of webserver and daemon; the config has it.
    #[serde(skip)]
    pub home: String,
    /// User of the containers, `uid:gid`.
    pub user: String,
    /// `X86_64` or `ARM64`.
    pub cpu_architecture: String,
    /// The same for `docker build --platform`.
    pub platform: String,
    /// A fixed revision of every image; none makes it a deploy-time input.
    pub gitrev: Option<String>,
    /// What exists and is taken over.
    #[serde(skip)]
    pub adopt: Adopt,
    /// Code locations and tasks that had another key.
    pub renamed: Vec<Renamed>,
}

/// A tag.
#[derive(Clone, Debug, Serialize)]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// What happens to data when a resource is deleted or replaced.
#[derive(Clone, Debug, Serialize)]
pub struct Protection {
    /// Data is protected.
    pub enabled: bool,
    /// Data may be deleted with its container: the opposite of `enabled`, for arguments such as `force_destroy`.
    pub disabled: bool,
    /// CloudFormation `DeletionPolicy` of what holds data.
    /// `RetainExceptOnCreate` lets a failed first deployment clean up after itself.
    pub deletion_policy: String,
    /// CloudFormation `UpdateReplacePolicy` of what holds data.
    pub update_replace_policy: String,
    /// CloudFormation `DeletionPolicy` and `UpdateReplacePolicy` of the database.
    pub database_policy: String,
    /// A stack policy is written.
    pub stack_policy: bool,
    /// CloudFormation types that the stack policy guards: they hold data, or everything else stands on them.
    pub guarded_types: Vec<String>,
    /// Days a deleted secret can be restored.
    pub secret_recovery_days: u32,
}

impl Deployment {
    /// Resolves the facts of the whole from the spec and the chosen environment.
    pub fn resolve(spec: &Spec, environment: Option<&str>) -> Self {
        let name = match environment {
            Some(environment) => format!("{}-{environment}", spec.name.as_str()),
            None => spec.name.as_str().to_owned(),
        };
        let logs = spec.logs.clone().unwrap_or_default();
        let images = spec.images.clone().unwrap_or_default();
        let kms_key = encryption::default_key(spec);
        let arm = images.arch == Some(crate::spec::data::Arch::Arm64);
        Self {
            tags: tags(spec, &name),
            name,
            region: spec.region.as_str().to_owned(),
            partition: spec.region.partition().to_owned(),
            account: spec.account.as_ref().map(|it| it.as_str().to_owned()),
            existing_cluster: spec.cluster.as_ref().and_then(|it| Some(it.existing.as_ref()?.name().to_owned())),
            protection: protection(spec),
            boundary: boundary(spec),
            role_root: spec.iam.as_ref().and_then(|it| it.path.clone()).unwrap_or_else(|| "/dagforge/".to_owned()),
            log_retention_days: logs.retention_days.unwrap_or(365),
            blocking_logs: logs.mode == Some(LogMode::Blocking),
            log_kms_key: logs.kms.map(|it| it.as_str().into()).or_else(|| kms_key.clone()),
            database_kms_key: database_key(spec).or_else(|| kms_key.clone()),
            kms_key,
            home: home(spec),
            user: user(spec),
            cpu_architecture: if arm { "ARM64" } else { "X86_64" }.to_owned(),
            platform: if arm { "linux/arm64" } else { "linux/amd64" }.to_owned(),
            gitrev: spec.gitrev.as_ref().map(|it| it.as_str().to_owned()),
            adopt: spec.adopt.clone().unwrap_or_default(),
            renamed: Renamed::all(spec),
        }
    }

    /// What AWS knows a code location or task by: its key, or the first one that it had.
    pub fn known_as<'a>(&'a self, key: &'a Key) -> &'a Key {
        self.renamed.iter().find(|it| it.key == *key).map_or(key, |it| &it.known_as)
    }

    /// Ending of AWS host names.
    pub fn url_suffix(&self) -> &'static str {
        url_suffix(&self.region)
    }

    /// A service as keys and policies name it where it has a name in each region.
    pub fn regional(&self, service: &str) -> String {
        format!("{service}.{}.{}", self.region, self.url_suffix())
    }

    /// Path of the roles that belong together: IAM statements name a path and so serve any number of locations.
    pub fn role_path(&self, kind: &str) -> String {
        format!("{}{}/{}/{kind}/", self.role_root, self.region, self.name)
    }

    /// Name of a role in AWS.
    pub fn role_name(&self, name: &str) -> String {
        shortened(&format!("{}-{}-{name}", self.name, self.region), ROLE_LIMIT)
    }

    /// ARN of a role, for statements of other roles.
    pub fn role_arn(&self, kind: &str, name: &str) -> Text {
        iam_arn(format!("role{}{}", self.role_path(kind), self.role_name(name)))
    }

    /// A role. Role names are unique in an account, so they carry the region.
    pub fn role(&self, kind: &str, name: &str, description: &str, trust: Trust, statements: Vec<Statement>) -> Role {
        Role {
            name: self.role_name(name),
            path: self.role_path(kind),
            description: description.to_owned(),
            trust,
            statements: encryption::with_keys(self, statements),
            managed: Vec::new(),
            boundary: self.boundary.clone(),
        }
    }

    /// What the names of all log groups begin with.
    pub fn log_prefix(&self) -> String {
        format!("/dagforge/{}/", self.name)
    }

    /// A log group below the deployment's own prefix.
    pub fn log_group(&self, name: &str, reference: Text) -> LogGroup {
        LogGroup {
            name: format!("{}{name}", self.log_prefix()),
            adopted: self.adopt.log_group(name),
            reference,
            retention_days: self.log_retention_days,
            kms_key: self.log_kms_key.clone(),
            blocking: self.blocking_logs,
        }
    }

    /// Path of the SSM parameter that publishes a value of a layer.
    pub fn parameter_path(&self, layer: &str, name: &str) -> String {
        format!("/dagforge/{}/{layer}/{name}", self.name)
    }
}

impl Protection {
    fn new(enabled: bool, stack_policy: bool, key: bool) -> Self {
        let (deletion, replace, database) = match enabled {
            true => ("RetainExceptOnCreate", "Retain", "Snapshot"),
            false => ("Delete", "Delete", "Delete"),
        };
        Self {
            enabled,
            disabled: !enabled,
            deletion_policy: deletion.to_owned(),
            update_replace_policy: replace.to_owned(),
            database_policy: database.to_owned(),
            stack_policy,
            guarded_types: GUARDED_TYPES.into_iter().chain(key.then_some("AWS::KMS::Key")).map(str::to_owned).collect(),
            secret_recovery_days: if enabled { 30 } else { 0 },
        }
    }
}

/// What the stack policy guards.
const GUARDED_TYPES: [&str; 8] = [
    "AWS::EC2::VPC",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
];

fn protection(spec: &Spec) -> Protection {
    let enabled = spec.protect.unwrap_or(true);
    let cfn = spec.output.as_ref().and_then(|it| it.cfn.as_ref());
    Protection::new(enabled, cfn.and_then(|it| it.stack_policy).unwrap_or(enabled), encryption::is_created(spec))
}

fn tags(spec: &Spec, deployment: &str) -> Vec<Tag> {
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    let own = spec.tags.iter().flatten().map(|(key, value)| tag(key, value));
    let mut tags: Vec<_> = own.chain([tag("dagforge:deployment", deployment)]).collect();
    tags.sort_by(|left, right| left.key.cmp(&right.key));
    tags
}

fn boundary(spec: &Spec) -> Option<Text> {
    let boundary = spec.iam.as_ref()?.permissions_boundary.as_ref()?;
    Some(boundary.as_str().into())
}

fn home(spec: &Spec) -> String {
    let written = spec.dagster.as_ref().and_then(|it| it.home.as_ref());
    written.map_or(config::DIRECTORY, FolderPath::as_str).to_owned()
}

fn database_key(spec: &Spec) -> Option<Text> {
    Some(spec.database.as_ref()?.create.as_ref()?.kms.as_ref()?.as_str().into())
}

fn user(spec: &Spec) -> String {
    let user = spec.dagster.as_ref().and_then(|it| it.user.clone());
    user.unwrap_or_else(|| "1000:1000".to_owned())
}
