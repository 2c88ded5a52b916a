//! A database that is created: an RDS instance or an Aurora cluster, with its parameter group, groups and secret.

use serde::Serialize;

use super::PORT;
use crate::plan::deployment::Deployment;
use crate::plan::iam::{Role, Trust};
use crate::plan::security::NO_EGRESS_CIDR;
use crate::plan::text::{Input, Text, text};
use crate::spec::data::{Aurora, CreateDatabase, Database as SpecDatabase, DatabaseAuth};

/// A database with its parameter group, subnet group, security group and secret.
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
    /// An instance of a fixed class; none with Aurora.
    pub instance: Option<Instance>,
    /// An Aurora cluster; none with an instance.
    pub cluster: Option<Cluster>,
    /// Days that automatic backups are kept.
    pub backup_days: u32,
    /// Daily window of the backups.
    pub backup_window: String,
    /// Weekly window of what interrupts.
    pub maintenance_window: String,
    /// Logs that RDS sends to CloudWatch.
    pub log_exports: Vec<String>,
    /// KMS key of storage, secret and Performance Insights; none means the AWS managed keys.
    pub kms_key: Option<Text>,
    /// Days of Performance Insights; 7 are free.
    pub insights_days: u32,
    /// Seconds between samples of enhanced monitoring.
    pub monitoring_seconds: u32,
    /// The role of enhanced monitoring.
    pub monitoring_role: Role,
    /// The generated password; none where RDS makes, keeps and rotates it.
    pub secret: Option<GeneratedSecret>,
    /// KMS key of the secret that RDS keeps; none with the one that is generated, or with the AWS managed key.
    pub managed_key: Option<Text>,
    /// The resource id is published: the right to sign in with a token names it.
    pub publishes_resource_id: bool,
}

/// An RDS for PostgreSQL instance.
#[derive(Clone, Debug, Serialize)]
pub struct Instance {
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
}

/// An Aurora Serverless v2 cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// Class of its instances.
    pub class: String,
    /// Capacity units that are always there.
    pub min_acu: f64,
    /// Capacity units that each instance may grow to.
    pub max_acu: f64,
    /// Its instances: the writer, and a reader that takes over.
    pub instances: Vec<Member>,
}

/// An instance of a cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// `Name` tag.
    pub label: String,
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

/// Version of PostgreSQL where the spec names none.
const ENGINE_VERSION: &str = "17.7";
/// Windows where the spec names none: without them AWS draws lots, and each target and deployment would have its own.
const BACKUP_WINDOW: &str = "01:00-02:00";
/// See `BACKUP_WINDOW`.
const MAINTENANCE_WINDOW: &str = "sun:03:00-sun:04:00";
/// JSON key of the password, in the generated secret as in the one that RDS keeps.
pub(super) const PASSWORD_KEY: &str = "password";

impl CreatedDatabase {
    pub(super) fn resolve(database: &SpecDatabase, auth: DatabaseAuth, user: &str, deployment: &Deployment) -> Self {
        let spec = database.create.clone().unwrap_or_default();
        let version = spec.engine.as_deref().unwrap_or(ENGINE_VERSION);
        let major = version.split('.').next().unwrap_or_default();
        let cluster = spec.aurora.as_ref().map(|it| Cluster::resolve(it, &spec, deployment));
        let key = deployment.database_kms_key.clone();
        // Aurora upgrades by itself what RDS logs as `upgrade`.
        let (engine, family, logs): (_, _, &[&str]) = match &cluster {
            Some(_) => ("aurora-postgresql", "aurora-postgresql", &["postgresql"]),
            None => ("postgres", "postgres", &["postgresql", "upgrade"]),
        };
        Self {
            label: format!("{}-database", deployment.name),
            name_prefix: format!("{}-database-", deployment.name),
            description: "Dagster database".to_owned(),
            final_snapshot: format!("{}-database-final", deployment.name),
            no_egress_cidr: NO_EGRESS_CIDR.to_owned(),
            port_text: PORT.to_string(),
            engine: engine.to_owned(),
            engine_version: Text::by_target(version, major),
            parameter_family: format!("{family}{major}"),
            parameters: parameters(),
            instance: cluster.is_none().then(|| Instance::resolve(&spec)),
            cluster,
            backup_days: database.backup_days.unwrap_or(14),
            log_exports: logs.iter().map(|it| (*it).to_owned()).collect(),
            kms_key: key.clone(),
            insights_days: 7,
            monitoring_seconds: 60,
            monitoring_role: monitoring_role(deployment),
            secret: (auth != DatabaseAuth::RdsManaged).then(|| generated_secret(user, deployment)),
            managed_key: key.filter(|_| auth == DatabaseAuth::RdsManaged),
            publishes_resource_id: auth == DatabaseAuth::Iam,
            backup_window: spec.backup_window.unwrap_or_else(|| BACKUP_WINDOW.to_owned()),
            maintenance_window: spec.maintenance_window.unwrap_or_else(|| MAINTENANCE_WINDOW.to_owned()),
        }
    }
}

impl Instance {
    fn resolve(spec: &CreateDatabase) -> Self {
        let storage = spec.storage_gib.unwrap_or(20);
        Self {
            class: spec.class.clone().unwrap_or_else(|| "db.t4g.small".to_owned()),
            storage_gib: storage,
            storage_gib_text: storage.to_string(),
            max_storage_gib: spec.max_storage_gib.unwrap_or(100),
            storage_type: "gp3".to_owned(),
            multi_az: spec.multi_az.unwrap_or(false),
        }
    }
}

impl Cluster {
    fn resolve(aurora: &Aurora, spec: &CreateDatabase, deployment: &Deployment) -> Self {
        let members = if spec.multi_az.unwrap_or(false) { 2 } else { 1 };
        let member = |number| Member { label: format!("{}-database-{number}", deployment.name) };
        Self {
            class: "db.serverless".to_owned(),
            min_acu: aurora.min_acu.unwrap_or(0.5),
            max_acu: aurora.max_acu.unwrap_or(4.0),
            instances: (1..=members).map(member).collect(),
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
