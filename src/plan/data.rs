//! The data room: the buckets, the database and its secret. What is lost here is lost.

use serde::Serialize;

use super::access_logs;
use super::bucket::{Buckets, CreatedBucket};
use super::config::is_inline;
use super::database::Database;
use super::deployment::Deployment;
use super::file_system::FileSystem;
use super::text::Text;
use crate::spec::Spec;

/// Everything that holds data.
#[derive(Clone, Debug, Serialize)]
pub struct Data {
    /// Every bucket that is created.
    pub buckets: Vec<CreatedBucket>,
    /// Name of the bucket with dagster.yaml and workspace.yaml; none where they are in the task definitions.
    pub config_bucket: Option<Text>,
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
            config_bucket: (!is_inline(spec))
                .then(|| buckets.name("config", "config.bucket", config.bucket.as_ref(), None)),
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
