//! The data room: the buckets, the database and its secret. What is lost here is lost.

use serde::Serialize;

use super::access_logs;
use super::bucket::{Buckets, CreatedBucket};
use super::deployment::Deployment;
use super::file_system::FileSystem;
use super::iam::{Role, Trust};
use super::secret;
use super::security::NO_EGRESS_CIDR;
use super::text::{Input, Text, output, text};
use crate::spec::Spec;
use crate::spec::data::{CreateDatabase, Database as SpecDatabase, ExistingDatabase};

/// Everything that holds data.
#[derive(Clone, Debug, Serialize)]
pub struct Data {
    /// Every bucket that is created.
    pub buckets: Vec<CreatedBucket>,
    /// Name of the bucket with dagster.yaml and workspace.yaml.
    pub config_bucket: Text,
    /// Name of the bucket with the compute logs of runs.
    pub compute_logs_bucket: Text,
    /// Name of the bucket with the packages of tasks; none where no task has one.
    pub code_bucket: Option<Text>,
    /// Name of the bucket that pipelines keep their data in; none where no code location has a share of it.
    pub data_bucket: Option<Text>,
    /// File systems of the code locations.
    pub file_systems: Vec<FileSystem>,
    /// Dagster's Postgres.
    pub database: Database,
}

/// Dagster's Postgres, created or existing.
#[derive(Clone, Debug, Serialize)]
pub struct Database {
    /// What is created; none with an existing database.
    pub created: Option<CreatedDatabase>,
    /// Host name.
    pub host: Text,
    /// Port.
    pub port: u16,
    /// Database name.
    pub name: String,
    /// User name.
    pub user: String,
    /// `valueFrom` of the password.
    pub password: Text,
    /// ARN that the execution roles may read the password's secret by.
    pub password_resource: Text,
    /// Action that reads it.
    pub password_action: String,
    /// Security group of the database.
    pub security_group: Text,
}

/// An RDS for PostgreSQL instance with its parameter group, subnet group, security group and secret.
#[derive(Clone, Debug, Serialize)]
pub struct CreatedDatabase {
    /// `Name` tag of what belongs to the database.
    pub label: String,
    /// Prefix of generated names.
    pub name_prefix: String,
    /// What belongs to the database says what it belongs to.
    pub description: String,
    /// Name of the snapshot that Terraform takes before it deletes the database.
    pub final_snapshot: String,
    /// Egress of a group that may not open a connection; see `security::Security`.
    pub no_egress_cidr: String,
    /// Port as text.
    pub port_text: String,
    /// Engine of RDS.
    pub engine: String,
    /// Version to begin with; RDS keeps the minor version up to date by itself. CloudFormation compares templates and
    /// never looks back. Terraform compares with what is there: a minor version would be a downgrade after the first upgrade.
    pub engine_version: Text,
    /// Family of the parameter group.
    pub parameter_family: String,
    /// Parameters that differ from the family's defaults.
    pub parameters: Vec<Parameter>,
    /// Instance class.
    pub class: String,
    /// GiB of storage.
    pub storage_gib: u32,
    /// The same as text.
    pub storage_gib_text: String,
    /// GiB that storage may grow to.
    pub max_storage_gib: u32,
    /// Storage type.
    pub storage_type: String,
    /// Standby in a second zone.
    pub multi_az: bool,
    /// Days that automatic backups are kept.
    pub backup_days: u32,
    /// Logs that RDS sends to CloudWatch.
    pub log_exports: Vec<String>,
    /// KMS key of storage, secret and Performance Insights; none means the AWS managed keys.
    pub kms_key: Option<String>,
    /// Days of Performance Insights; 7 are free.
    pub insights_days: u32,
    /// Seconds between samples of enhanced monitoring.
    pub monitoring_seconds: u32,
    /// The role of enhanced monitoring.
    pub monitoring_role: Role,
    /// The generated password.
    pub secret: GeneratedSecret,
}

/// A parameter of a parameter group.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// `immediate`, or `pending-reboot` for static parameters.
    pub apply_method: String,
}

/// A secret whose value AWS generates. Its shape is frozen: an edit would make a new password
/// that the database never hears of.
#[derive(Clone, Debug, Serialize)]
pub struct GeneratedSecret {
    /// What the secret is for.
    pub description: String,
    /// JSON without the password.
    pub template: String,
    /// JSON key of the password.
    pub key: String,
    /// Length of the password.
    pub length: u32,
    /// Characters that RDS refuses or that need quoting in a connection string.
    pub exclude: String,
}

impl Data {
    /// Resolves the data room.
    pub fn resolve(spec: &Spec, deployment: &Deployment, subnets: &[Text]) -> Self {
        let config = spec.config.clone().unwrap_or_default();
        let storage = spec.storage.clone().unwrap_or_default();
        let logs = storage.compute_logs.unwrap_or_default();
        let packages = spec.tasks.iter().flatten().any(|(_, task)| task.package.is_some());
        let shared = storage.data_bucket.is_some() || spec.code_locations.values().any(|it| it.s3_prefix.is_some());
        let mut buckets = Buckets::new(deployment);
        Self {
            config_bucket: buckets.name("config", "config.bucket", config.bucket.as_ref(), None),
            compute_logs_bucket: buckets.name(
                "compute-logs",
                "storage.compute_logs.bucket",
                logs.bucket.as_ref(),
                Some(logs.expire_days.unwrap_or(90)),
            ),
            code_bucket: packages
                .then(|| buckets.name("code", "storage.code_bucket", storage.code_bucket.as_ref(), None)),
            data_bucket: shared.then(|| buckets.data(storage.data_bucket.as_ref())),
            file_systems: FileSystem::all(spec, deployment, subnets),
            buckets: buckets.created.into_iter().chain(access_logs::bucket(spec, deployment)).collect(),
            database: Database::resolve(&spec.database.clone().unwrap_or_default(), deployment),
        }
    }
}

impl Database {
    fn resolve(spec: &SpecDatabase, deployment: &Deployment) -> Self {
        match &spec.existing {
            Some(existing) => Self::existing(existing),
            None => Self::created(spec, deployment),
        }
    }

    fn existing(database: &ExistingDatabase) -> Self {
        let password = secret::reference(&database.password);
        Self {
            created: None,
            host: database.host.as_str().into(),
            port: database.port.unwrap_or(PORT),
            name: database.name.clone().unwrap_or_else(|| "dagster".to_owned()),
            user: database.user.clone().unwrap_or_else(|| "dagster".to_owned()),
            password: password.value_from,
            password_resource: password.resource,
            password_action: password.action,
            security_group: database.security_group.as_str().into(),
        }
    }

    fn created(spec: &SpecDatabase, deployment: &Deployment) -> Self {
        let secret = output("data", "database_secret_arn");
        let create = spec.create.clone().unwrap_or_default();
        let user = "dagster".to_owned();
        Self {
            created: Some(CreatedDatabase::resolve(&create, spec.backup_days, &user, deployment)),
            host: output("data", "database_host"),
            port: PORT,
            name: "dagster".to_owned(),
            password: text![secret.clone(), format!(":{PASSWORD_KEY}::")],
            password_resource: secret,
            password_action: secret::GET_SECRET_VALUE.to_owned(),
            security_group: output("data", "database_security_group"),
            user,
        }
    }
}

/// Version of PostgreSQL where the spec names none.
const ENGINE_VERSION: &str = "17.7";
/// Port of Postgres.
const PORT: u16 = 5432;
/// JSON key of the password in the generated secret.
const PASSWORD_KEY: &str = "password";

impl CreatedDatabase {
    fn resolve(spec: &CreateDatabase, backup_days: Option<u32>, user: &str, deployment: &Deployment) -> Self {
        let version = spec.engine.as_deref().unwrap_or(ENGINE_VERSION);
        let major = version.split('.').next().unwrap_or_default();
        Self {
            label: format!("{}-database", deployment.name),
            name_prefix: format!("{}-database-", deployment.name),
            description: "Dagster database".to_owned(),
            final_snapshot: format!("{}-database-final", deployment.name),
            no_egress_cidr: NO_EGRESS_CIDR.to_owned(),
            port_text: PORT.to_string(),
            engine: "postgres".to_owned(),
            engine_version: Text::by_target(version, major),
            parameter_family: format!("postgres{major}"),
            parameters: parameters(),
            class: spec.class.clone().unwrap_or_else(|| "db.t4g.small".to_owned()),
            storage_gib: spec.storage_gib.unwrap_or(20),
            storage_gib_text: spec.storage_gib.unwrap_or(20).to_string(),
            max_storage_gib: spec.max_storage_gib.unwrap_or(100),
            storage_type: "gp3".to_owned(),
            multi_az: spec.multi_az.unwrap_or(false),
            backup_days: backup_days.unwrap_or(14),
            log_exports: vec!["postgresql".to_owned(), "upgrade".to_owned()],
            kms_key: spec.kms.as_ref().map(|it| it.as_str().to_owned()),
            insights_days: 7,
            monitoring_seconds: 60,
            monitoring_role: monitoring_role(deployment),
            secret: generated_secret(user, deployment),
        }
    }
}

/// Frozen: see `GeneratedSecret`.
fn generated_secret(user: &str, deployment: &Deployment) -> GeneratedSecret {
    GeneratedSecret {
        description: format!("Password of the Postgres user {user} of the Dagster deployment {}", deployment.name),
        template: format!("{{\"username\":\"{user}\"}}"),
        key: PASSWORD_KEY.to_owned(),
        length: 40,
        exclude: "\"@/\\ '%:?#[]&=+`$".to_owned(),
    }
}

fn monitoring_role(deployment: &Deployment) -> Role {
    let mut role = deployment.role(
        "service",
        "database-monitoring",
        "Sends enhanced monitoring of the database to CloudWatch",
        Trust::service("monitoring.rds.amazonaws.com"),
        Vec::new(),
    );
    let policy = text!["arn:", Input::Partition, ":iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",];
    role.managed.push(policy);
    role
}

/// TLS is forced; slow statements and schema changes are logged.
fn parameters() -> Vec<Parameter> {
    let parameter = |name: &str, value: &str| Parameter {
        name: name.to_owned(),
        value: value.to_owned(),
        apply_method: "immediate".to_owned(),
    };
    vec![
        parameter("log_min_duration_statement", "1000"),
        parameter("log_statement", "ddl"),
        parameter("rds.force_ssl", "1"),
    ]
}
