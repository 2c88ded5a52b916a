//! EFS file systems, and the access points through which code locations reach their folders in them.

use serde::Serialize;

use super::deployment::Deployment;
use super::iam::{Statement, arn};
use super::key::Key;
use super::security::NO_EGRESS_CIDR;
use super::task::Mount;
use super::text::{Text, output, owned_output, text};
use crate::spec::Spec;
use crate::spec::compute::CodeLocation;
use crate::spec::scalar::KeyName;
use crate::spec::storage::{FileSystem as SpecFileSystem, Side, Throughput, Volume as SpecVolume};

/// A file system, created or existing.
#[derive(Clone, Debug, Serialize)]
pub struct FileSystem {
    /// Identifier, in snake case; also the name of the value that the layer publishes.
    pub id: String,
    /// What is created; none where it exists.
    pub created: Option<CreatedFileSystem>,
    /// Security group of its mount targets.
    pub security_group: Text,
}

/// A file system that is created, with a mount target in each private subnet.
#[derive(Clone, Debug, Serialize)]
pub struct CreatedFileSystem {
    /// `Name` tag.
    pub name: String,
    /// What the security group belongs to.
    pub description: String,
    /// Prefix of generated names.
    pub name_prefix: String,
    /// Name of the value that the layer publishes about its security group.
    pub group_output: String,
    /// `elastic` or `bursting`.
    pub throughput: String,
    /// `generalPurpose`: the other mode is slower for every single file.
    pub performance: String,
    /// `ENABLED` or `DISABLED`.
    pub backup: String,
    /// `AFTER_30_DAYS` and its like; none keeps everything at hand.
    pub transition: Option<String>,
    /// ARN of the KMS key; none means the account's own for EFS.
    pub kms_key: Option<Text>,
    /// Mount targets.
    pub mount_targets: Vec<MountTarget>,
    /// Egress of a group that may not open a connection; see `security::Security`.
    pub no_egress_cidr: String,
}

/// A mount target: a file system's address in one subnet.
#[derive(Clone, Debug, Serialize)]
pub struct MountTarget {
    /// Counted from 1.
    pub number: String,
    /// Its subnet.
    pub subnet: Text,
}

/// A code location's way into a file system.
#[derive(Clone, Debug, Serialize)]
pub struct AccessPoint {
    /// Identifier, in snake case.
    pub id: String,
    /// `Name` tag.
    pub name: String,
    /// The file system.
    pub file_system: Text,
    /// Folder in the file system, which EFS makes when it is not there.
    pub path: String,
    /// User that everything is read and written as, and that owns a folder that is made.
    pub uid: u32,
    /// Group of the same.
    pub gid: u32,
    /// Mode of a folder that is made.
    pub permissions: String,
    /// The same numbers as texts: CloudFormation wants them so.
    pub uid_text: String,
    /// See `uid_text`.
    pub gid_text: String,
}

/// A volume of a task definition that is a folder of a file system.
#[derive(Clone, Debug, Serialize)]
pub struct EfsVolume {
    /// Name of the volume.
    pub name: String,
    /// The file system.
    pub file_system: Text,
    /// Id of the access point.
    pub access_point: Text,
}

/// A volume of a code location.
pub struct Volume {
    /// How the file system is reached.
    pub access_point: AccessPoint,
    /// Its volume in a task definition.
    pub volume: EfsVolume,
    /// Where it is mounted.
    pub mount: Mount,
    /// What a role needs for it.
    pub statement: Statement,
    on: Vec<Side>,
}

impl Volume {
    /// Whether this kind of task has it.
    pub fn is_on(&self, side: Side) -> bool {
        self.on.contains(&side)
    }
}

/// Id of a file system: that of an existing one, or what the data layer publishes. One that is not there is a finding.
fn id(spec: &Spec, key: &KeyName) -> Text {
    let written = spec.storage.as_ref().and_then(|it| it.efs.as_ref()?.get(key));
    let existing = written.and_then(|it| it.existing.as_ref());
    existing.map_or_else(|| output("data", &file_system_id(&key.into())), |it| it.id.as_str().into())
}

fn file_system_id(key: &Key) -> String {
    format!("file_system_{}", key.snake())
}

/// Identifier of a volume's access point.
pub fn access_point_id(volume: &Key) -> String {
    format!("access_point_{}", volume.snake())
}

impl FileSystem {
    /// Every file system of the spec.
    pub fn all(spec: &Spec, deployment: &Deployment, subnets: &[Text]) -> Vec<Self> {
        let written = spec.storage.iter().filter_map(|it| it.efs.as_ref()).flatten();
        written.map(|(key, it)| Self::resolve(&key.into(), it, deployment, subnets)).collect()
    }

    fn resolve(key: &Key, written: &SpecFileSystem, deployment: &Deployment, subnets: &[Text]) -> Self {
        let id = file_system_id(key);
        let group_output = format!("{id}_security_group");
        Self {
            security_group: match &written.existing {
                Some(existing) => existing.security_group.as_str().into(),
                None => output("data", &group_output),
            },
            created: written
                .existing
                .is_none()
                .then(|| CreatedFileSystem::resolve(key, written, deployment, subnets, group_output)),
            id,
        }
    }
}

impl CreatedFileSystem {
    fn resolve(
        key: &Key,
        written: &SpecFileSystem,
        deployment: &Deployment,
        subnets: &[Text],
        group_output: String,
    ) -> Self {
        let name = format!("{}-file-system-{key}", deployment.name);
        let throughput = match written.throughput.unwrap_or(Throughput::Elastic) {
            Throughput::Elastic => "elastic",
            Throughput::Bursting => "bursting",
        };
        let targets = subnets.iter().enumerate();
        Self {
            name_prefix: format!("{name}-"),
            name,
            description: format!("File system {key}"),
            group_output,
            throughput: throughput.to_owned(),
            performance: "generalPurpose".to_owned(),
            backup: if written.backup.unwrap_or(true) { "ENABLED" } else { "DISABLED" }.to_owned(),
            transition: written.infrequent_days.map(transition),
            kms_key: deployment.kms_key.clone(),
            mount_targets: targets
                .map(|(index, subnet)| MountTarget { number: (index + 1).to_string(), subnet: subnet.clone() })
                .collect(),
            no_egress_cidr: NO_EGRESS_CIDR.to_owned(),
        }
    }
}

/// EFS's word for a number of days.
fn transition(days: u32) -> String {
    if days == 1 { "AFTER_1_DAY".to_owned() } else { format!("AFTER_{days}_DAYS") }
}

/// The volumes of a code location.
pub fn volumes(spec: &Spec, deployment: &Deployment, key: &Key, location: &CodeLocation) -> Vec<Volume> {
    let written = location.volumes.iter().flatten();
    written.map(|(name, it)| volume(spec, deployment, key, &name.into(), it)).collect()
}

fn volume(spec: &Spec, deployment: &Deployment, owner: &Key, key: &Key, written: &SpecVolume) -> Volume {
    let file_system = id(spec, &written.efs);
    let point_id = access_point_id(key);
    let point = owned_output("location", owner, &point_id);
    let read_only = written.read_only.unwrap_or(false);
    let access_point = access_point(deployment, owner, key, written, file_system.clone());
    let actions = ["elasticfilesystem:ClientMount"].into_iter();
    let actions = actions.chain((!read_only).then_some("elasticfilesystem:ClientWrite"));
    let resource = arn("elasticfilesystem", text!["file-system/", &file_system]);
    Volume {
        statement: Statement::allow(&format!("Mount{}", key.pascal()), actions, [resource]).when(
            "StringEquals",
            "elasticfilesystem:AccessPointArn",
            arn("elasticfilesystem", text!["access-point/", &point]),
        ),
        mount: Mount { volume: key.to_string(), path: written.mount.clone(), read_only },
        volume: EfsVolume { name: key.to_string(), file_system, access_point: point },
        access_point,
        on: written.on.clone().unwrap_or_else(|| vec![Side::Server, Side::Run]),
    }
}

fn access_point(
    deployment: &Deployment,
    owner: &Key,
    key: &Key,
    written: &SpecVolume,
    file_system: Text,
) -> AccessPoint {
    let (uid, gid) = deployment.user.split_once(':').unwrap_or((&deployment.user, &deployment.user));
    let known_as = deployment.known_as(owner);
    // A user that is no pair of numbers is a finding.
    let number = |given: Option<u32>, default: &str| given.or_else(|| default.parse().ok()).unwrap_or_default();
    let (uid, gid) = (number(written.uid, uid), number(written.gid, gid));
    AccessPoint {
        id: access_point_id(key),
        name: format!("{}-{known_as}-{key}", deployment.name),
        file_system,
        path: written.path.clone().unwrap_or_else(|| format!("/{known_as}/{key}")),
        uid,
        gid,
        permissions: "0750".to_owned(),
        uid_text: uid.to_string(),
        gid_text: gid.to_string(),
    }
}
