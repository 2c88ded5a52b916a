//! The archive that a task works on: two init containers bring it from the code bucket into a volume.
//!
//! The first has the AWS CLI and fetches; the official image has no tar (<https://github.com/aws/aws-cli/issues/5106>), so
//! the second, which unpacks, is the task's own image. Both run as root and hand the files to the task's user.

use serde::Serialize;

use crate::plan::config::init_image;
use crate::plan::data::Data;
use crate::plan::deployment::Deployment;
use crate::plan::iam::{Statement, s3_arn};
use crate::plan::key::Key;
use crate::plan::revision;
use crate::plan::task::{Container, Dependency, Log, LogGroup, Mount, TMP, variable};
use crate::plan::text::{Text, text};
use crate::spec::Spec;
use crate::spec::scalar::REVISION;
use crate::spec::task::Task;

/// Where the task finds its package, and where its command starts.
pub const DIRECTORY: &str = "/opt/package";
/// Volume of the unpacked files, and name of the container that fetches the archive.
const PACKAGE: &str = "package";
/// Name of the container that unpacks it.
const UNPACK: &str = "unpack";
/// Volume of the archive itself: it does not lie among the files.
const ARCHIVE: &str = "archive";
/// Where that volume is mounted.
const ARCHIVE_DIRECTORY: &str = "/opt/archive";
/// Name of the archive there.
const FILE: &str = "package.tar.gz";
/// Environment variables with the bucket's name and the archive's key.
const BUCKET_VARIABLE: &str = "DAGFORGE_CODE_BUCKET";
const KEY_VARIABLE: &str = "DAGFORGE_PACKAGE";

/// An archive in the code bucket.
#[derive(Clone, Debug, Serialize)]
pub struct Package {
    /// Bucket it is fetched from.
    pub bucket: Text,
    /// Its key.
    pub key: Text,
    /// Keys that the task may read: the same for every revision.
    pub readable: String,
    /// Folder it is unpacked to.
    pub directory: String,
}

impl Package {
    /// Resolves the package of a task, where it has one.
    pub fn resolve(task: &Task, owner: &Key, deployment: &Deployment, data: &Data) -> Option<Self> {
        let (package, bucket) = task.package.as_ref().zip(data.code_bucket.as_ref())?;
        let revision = revision::of(deployment, task.gitrev.as_ref(), owner);
        let mut parts = package.as_str().split(REVISION);
        let first = text![parts.next().unwrap_or_default()];
        Some(Self {
            bucket: bucket.clone(),
            key: parts.fold(first, |key, part| text![key, &revision, part]),
            readable: package.as_str().replace(REVISION, "*"),
            directory: DIRECTORY.to_owned(),
        })
    }

    /// The init containers share the task's role.
    pub fn read(&self) -> Statement {
        Statement::allow("ReadPackage", ["s3:GetObject"], [s3_arn(&self.bucket, &format!("/{}", self.readable))])
    }

    /// Volumes of the archive and of what was in it.
    pub fn volumes(&self) -> [String; 2] {
        [ARCHIVE.to_owned(), PACKAGE.to_owned()]
    }

    /// The mount of the task: its user may write there, as dbt does.
    pub fn mount(&self) -> Mount {
        Mount { volume: PACKAGE.to_owned(), path: self.directory.clone(), read_only: false }
    }

    /// What the task waits for.
    pub fn dependency(&self) -> Dependency {
        Dependency { container: UNPACK.to_owned(), condition: "SUCCESS".to_owned() }
    }

    /// The init container that fetches the archive.
    pub fn fetch(&self, spec: &Spec, deployment: &Deployment, log_group: &LogGroup) -> Container {
        let script = format!(
            "aws s3api get-object --bucket \"${BUCKET_VARIABLE}\" --key \"${KEY_VARIABLE}\" {ARCHIVE_DIRECTORY}/{FILE} > /dev/null \
             || {{ echo \"${KEY_VARIABLE} cannot be fetched: was the package uploaded?\" >&2; exit 1; }}\n"
        );
        Container {
            name: PACKAGE.to_owned(),
            image: init_image(spec).into(),
            credentials: None,
            essential: false,
            cpu: None,
            memory: None,
            entry_point: shell(),
            command: vec![script.into()],
            working_directory: None,
            user: Some(ROOT.to_owned()),
            environment: vec![
                variable("AWS_DEFAULT_REGION", &deployment.region),
                variable(BUCKET_VARIABLE, &self.bucket),
                variable(KEY_VARIABLE, &self.key),
            ],
            secrets: Vec::new(),
            ports: Vec::new(),
            health_check: None,
            depends_on: Vec::new(),
            mounts: vec![archive(false)],
            read_only_root: true,
            init_process: false,
            stop_timeout: 30,
            log: Log::new(log_group, PACKAGE),
        }
    }

    /// The init container that unpacks the archive with the image of the task, whose mounts it shares.
    pub fn unpack(&self, task: &Container) -> Container {
        let (directory, user) = (&self.directory, task.user.as_deref().unwrap_or(ROOT));
        // Owners in the archive mean nothing here: `-o` leaves the files to whoever unpacks.
        let mut script = format!("cd {directory}\ntar -xzof {ARCHIVE_DIRECTORY}/{FILE}\nchown -R {user} .\n");
        if task.mounts.iter().any(|it| it.volume == TMP) {
            // An image that does not declare /tmp as a volume leaves it to root.
            script.push_str("chmod 1777 /tmp\n");
        }
        Container {
            name: UNPACK.to_owned(),
            essential: false,
            entry_point: shell(),
            command: vec![script.into()],
            working_directory: None,
            user: Some(ROOT.to_owned()),
            environment: Vec::new(),
            secrets: Vec::new(),
            depends_on: vec![Dependency { container: PACKAGE.to_owned(), condition: "SUCCESS".to_owned() }],
            mounts: [archive(true)].into_iter().chain(task.mounts.iter().cloned()).collect(),
            read_only_root: true,
            init_process: false,
            stop_timeout: 30,
            log: Log { stream_prefix: UNPACK.to_owned(), ..task.log.clone() },
            ..task.clone()
        }
    }
}

/// The volumes belong to root.
const ROOT: &str = "0:0";

fn shell() -> Vec<String> {
    vec!["/bin/sh".to_owned(), "-ec".to_owned()]
}

fn archive(read_only: bool) -> Mount {
    Mount { volume: ARCHIVE.to_owned(), path: ARCHIVE_DIRECTORY.to_owned(), read_only }
}
