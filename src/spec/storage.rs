//! The data bucket and the file systems of `storage:`, and the volumes of code locations, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{BucketName, FileSystemId, KeyName, KeyPrefix, SecurityGroupId};

/// The bucket that pipelines keep their data in.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataBucket {
    /// Name of a bucket that exists; default none: the bucket is created.
    pub existing: Option<BucketName>,
    /// Days that a version of an object is kept after it was replaced or deleted; default for ever.
    pub noncurrent_days: Option<u32>,
    /// What becomes of objects as they grow old; default nothing.
    pub lifecycle: Option<Vec<LifecycleRule>>,
}

/// What becomes of objects as they grow old.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// Prefix of the objects, such as `repos/sales/tmp`; default all objects.
    pub prefix: Option<KeyPrefix>,
    /// Days after which they are deleted; default never.
    pub expire_days: Option<u32>,
    /// Days after which they move to `move_to`; default never.
    pub move_days: Option<u32>,
    /// Storage class that they move to; default none.
    pub move_to: Option<StorageClass>,
}

/// Storage classes of S3 that objects can move to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum StorageClass {
    /// S3 finds out what is used.
    IntelligentTiering,
    /// For what is read once a month.
    StandardIa,
    /// For what is read once a quarter, and then at once.
    GlacierIr,
    /// For archives that may take hours to read.
    Glacier,
    /// For archives that nobody reads.
    DeepArchive,
}

/// An EFS file system: encrypted, and mounted over TLS by roles that may.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSystem {
    /// A file system that exists, with a mount target in every private subnet's zone; default none: it is created.
    pub existing: Option<ExistingFileSystem>,
    /// `elastic` (default), or `bursting` with its size.
    pub throughput: Option<Throughput>,
    /// Back it up daily with AWS Backup; default true.
    pub backup: Option<bool>,
    /// Days after which files that nobody reads move to cheaper storage, one of 1, 7, 14, 30, 60, 90, 180, 270 and 365;
    /// default never.
    pub infrequent_days: Option<u32>,
}

/// A file system that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingFileSystem {
    /// Id of the file system, `fs-…`.
    pub id: FileSystemId,
    /// Security group of its mount targets: it gets one ingress rule for each group of tasks.
    pub security_group: SecurityGroupId,
}

/// How the throughput of a file system is bounded and billed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Throughput {
    /// By use.
    Elastic,
    /// With the size.
    Bursting,
}

/// A folder of a file system in the containers of a code location.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Path in the containers, such as `/mnt/models`.
    pub mount: String,
    /// Key of the file system below `storage.efs`.
    pub efs: KeyName,
    /// Folder in the file system, which is made when it is not there; default `/<code location>/<volume>`.
    pub path: Option<String>,
    /// User that everything in the folder is read and written as; default the user of the containers.
    pub uid: Option<u32>,
    /// Group of the same; default the group of the containers.
    pub gid: Option<u32>,
    /// Mount it read-only; default false.
    pub read_only: Option<bool>,
    /// Who gets it: `server`, `run` or both; default both.
    pub on: Option<Vec<Side>>,
}

/// The two kinds of tasks of a code location.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Its server.
    Server,
    /// Its runs.
    Run,
}
