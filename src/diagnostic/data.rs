//! Findings about database, logs and buckets.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    CREATE_AND_EXISTING = "create-and-existing": "`create` and `existing` exclude each other: one of the two databases \
        would not be used."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    ENGINE_VERSION = "engine-version": "RDS does not create this version of PostgreSQL. A version has a major and a minor \
        number; RDS keeps the minor one up to date by itself afterwards."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html";
    DATABASE_CLASS = "database-class": "An RDS instance class is `db.`, a family and a size, and the old families do not \
        run today's PostgreSQL."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html";
    MAX_STORAGE = "max-storage": "Storage that may grow by itself needs a limit at least a tenth above what it begins \
        with; RDS refuses a smaller one."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html";
    NO_BACKUPS = "no-backups": "Without automatic backups a mistake on the database is final, and so is everything Dagster \
        knows about past runs. That is accepted with `protect: false` only."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html";
    SMALL_DATABASE = "small-database": "Every run holds a connection to the database, and PostgreSQL on RDS accepts a \
        number of them that depends on the instance's memory: bytes divided by 9,531,392. Beyond it runs fail."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html";
    RETENTION_DAYS = "retention-days": "CloudWatch Logs keeps log events for one of a few numbers of days, and refuses \
        every other number."
        => "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html";
    CONFIG_SIZE = "config-size": "With `config.delivery: inline` every task definition of webserver and daemon has both \
        config files in it, and so has its template. CloudFormation takes 51,200 bytes of a template that is not in a \
        bucket; ECS takes 64 KiB of a task definition."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and \
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html";
}

impl Diagnostics {
    /// Both databases.
    pub fn create_and_existing(&mut self, at: &SpecPath) {
        self.error(CREATE_AND_EXISTING, Place::key(at), "`database` has both `create` and `existing`")
            .help("keep one of the two; an environment can delete the other with `null`");
    }

    /// Config files that a template has no room for.
    pub fn config_size(&mut self, at: &SpecPath, template: &str, size: usize, limit: usize) {
        let message = format!("with the config in it `{template}` would have {size} bytes, more than {limit}");
        self.error(CONFIG_SIZE, Place::value(at), message)
            .help("`s3`, the default, keeps the files in a bucket: task definitions name them alone");
    }

    /// A version that RDS does not create.
    pub fn engine_version(&mut self, at: &SpecPath, version: &str, nearest: &str) {
        let message = format!("RDS creates no PostgreSQL `{version}`");
        self.error(ENGINE_VERSION, Place::value(at), message)
            .help(format!("majors are 14 to 18, with a minor number; the nearest is `\"{nearest}\"`"));
    }

    /// A class that is none, or too old.
    pub fn database_class(&mut self, at: &SpecPath, class: &str, help: &str) {
        let message = format!("`{class}` is no RDS instance class for this PostgreSQL");
        self.error(DATABASE_CLASS, Place::value(at), message).help(help);
    }

    /// A limit below what storage begins with.
    pub fn max_storage(&mut self, at: &SpecPath, storage: u32, max: u32, least: u32) {
        let message = format!("storage of {storage} GiB cannot grow up to {max} GiB");
        self.error(MAX_STORAGE, Place::value(at), message)
            .help(format!("`max_storage_gib` is at least a tenth more than `storage_gib`: {least} or more"));
    }

    /// No backups of what is protected.
    pub fn no_backups(&mut self, at: &SpecPath) {
        self.error(NO_BACKUPS, Place::value(at), "a protected database needs backups")
            .help("keep them for 1 to 35 days; the default is 14")
            .help("a deployment to throw away says `protect: false`, and may then do without");
    }

    /// More runs than connections.
    pub fn small_database(&mut self, at: &SpecPath, class: &str, connections: u64, tasks: u64, enough: Option<&str>) {
        let message = format!("`{class}` takes {connections} connections, fewer than the {tasks} tasks there may be");
        let finding = self.warning(SMALL_DATABASE, Place::value(at), message);
        if let Some(enough) = enough {
            finding.help(format!("`{enough}` takes enough"));
        }
        finding.help("or lower `runs.max_concurrent`");
    }

    /// A number of days that CloudWatch does not know.
    pub fn retention_days(&mut self, at: &SpecPath, days: u32, nearest: u32, known: &[u32]) {
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        self.error(RETENTION_DAYS, Place::value(at), format!("CloudWatch Logs does not keep events for {days} days"))
            .help(format!("the nearest is {nearest}"))
            .help(format!("it is one of {}", known.join(", ")));
    }
}
