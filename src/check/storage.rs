//! Rules about the data bucket and its shares, about file systems and the volumes that are folders of them.

use std::collections::BTreeMap;

use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::Key;
use crate::plan::file_system::access_point_id;
use crate::spec::choice::WordOr;
use crate::spec::data::Storage;
use crate::spec::location::Serve;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{FolderPath, KeyName};
use crate::spec::storage::{DataBucket, LifecycleRule, Side, StorageClass, Volume};

pub(super) const RULES: &[Rule] =
    &[shares, data_bucket, lifecycle, file_systems, references, folders, mounts, sides, clashes];

/// What IAM keeps apart does not overlap.
fn shares(subject: &Subject, found: &mut Diagnostics) {
    let written = subject.spec.code_locations.iter().filter(|(_, it)| it.serve != Some(Serve::InProcess));
    let all: Vec<(&str, String)> =
        written.filter_map(|(key, it)| Some((key.as_str(), format!("{}/", it.s3_prefix.as_ref()?)))).collect();
    for (index, (key, prefix)) in all.iter().enumerate() {
        let other = all[..index].iter().find(|it| it.1.starts_with(prefix) || prefix.starts_with(&it.1));
        if let Some((other, theirs)) = other {
            found.overlapping_prefixes(&location_at(key).key("s3_prefix"), (key, prefix), (other, theirs));
        }
    }
}

fn storage<'a>(subject: &'a Subject) -> Option<&'a Storage> {
    subject.spec.storage.as_ref()
}

fn written<'a>(subject: &'a Subject) -> Option<&'a DataBucket> {
    match storage(subject)?.data_bucket.as_ref()? {
        WordOr::Other(bucket) => Some(bucket),
        WordOr::Word(_) => None,
    }
}

/// A bucket that exists is its owner's, and one that nobody reaches is nobody's.
fn data_bucket(subject: &Subject, found: &mut Diagnostics) {
    let at = SpecPath::from("storage.data_bucket");
    let given = storage(subject).is_some_and(|it| it.data_bucket.is_some());
    if given && subject.spec.code_locations.values().all(|it| it.s3_prefix.is_none()) {
        found.no_effect(&at, "no code location has an `s3_prefix`", "give one to each that keeps data in the bucket");
    }
    let Some(bucket) = written(subject).filter(|it| it.existing.is_some()) else { return };
    for (key, given) in
        [("noncurrent_days", bucket.noncurrent_days.is_some()), ("lifecycle", bucket.lifecycle.is_some())]
    {
        if given {
            let fix = "remove it, and set it where the bucket is made";
            found.no_effect(&at.key(key), "the bucket exists already", fix);
        }
    }
}

/// Least days before an object moves to a class, and the page that says so
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html>).
const INFREQUENT_DAYS: u32 = 30;

fn lifecycle(subject: &Subject, found: &mut Diagnostics) {
    let Some(bucket) = written(subject) else { return };
    let at = SpecPath::from("storage.data_bucket");
    if bucket.noncurrent_days == Some(0) {
        found.beyond(&at.key("noncurrent_days"), 0, (1, u64::MAX), "S3 counts from one day");
    }
    for (index, rule) in bucket.lifecycle.iter().flatten().enumerate() {
        aging(rule, &at.key("lifecycle").index(index), found);
    }
}

fn aging(rule: &LifecycleRule, at: &SpecPath, found: &mut Diagnostics) {
    if let Some(problem) = shape(rule) {
        return found.lifecycle_rule(at, problem);
    }
    if rule.expire_days == Some(0) {
        found.beyond(&at.key("expire_days"), 0, (1, u64::MAX), "S3 counts from one day");
    }
    let least = if rule.move_to == Some(StorageClass::StandardIa) { INFREQUENT_DAYS } else { 0 };
    if let Some(days) = rule.move_days.filter(|it| *it < least) {
        let reason = "S3 moves nothing to `standard_ia` that is younger";
        found.beyond(&at.key("move_days"), days.into(), (least.into(), u64::MAX), reason);
    }
}

fn shape(rule: &LifecycleRule) -> Option<&'static str> {
    match (rule.expire_days, rule.move_days, rule.move_to) {
        (None, None, None) => Some("does nothing"),
        (_, Some(_), None) => Some("says when objects move, but not where to"),
        (_, None, Some(_)) => Some("says where objects move, but not when"),
        (Some(expire), Some(moved), _) if expire <= moved => Some("moves what it has deleted by then"),
        _ => None,
    }
}

/// Days that EFS knows
/// (<https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html>).
const TRANSITIONS: [u32; 9] = [1, 7, 14, 30, 60, 90, 180, 270, 365];

/// A file system that is created has numbers that EFS knows, one that exists has its owner's, and each is mounted.
fn file_systems(subject: &Subject, found: &mut Diagnostics) {
    for (key, it) in storage(subject).and_then(|it| it.efs.as_ref()).into_iter().flatten() {
        let at = SpecPath::from("storage.efs").key(key.as_str());
        if let Some(days) = it.infrequent_days.filter(|it| !TRANSITIONS.contains(it)) {
            let near = TRANSITIONS.into_iter().min_by_key(|it| it.abs_diff(days)).unwrap_or_default();
            let help = [format!("EFS knows 1, 7, 14, 30, 60, 90, 180, 270 and 365; the nearest is {near}")];
            found.bad_value(&at.key("infrequent_days"), &format!("EFS knows no transition after {days} days"), &help);
        }
        let own = [
            ("throughput", it.throughput.is_some()),
            ("backup", it.backup.is_some()),
            ("infrequent_days", it.infrequent_days.is_some()),
        ];
        for (name, _) in own.into_iter().filter(|own| own.1 && it.existing.is_some()) {
            let fix = "remove it, and set it where the file system is made";
            found.no_effect(&at.key(name), "the file system exists already", fix);
        }
        if !volumes(subject).iter().any(|it| it.volume.efs == *key) {
            found.unused_file_system(&at, key.as_str());
        }
    }
}

/// A volume and where it is written.
struct Written<'a> {
    location: &'a KeyName,
    serve: Option<Serve>,
    name: &'a KeyName,
    at: SpecPath,
    volume: &'a Volume,
}

fn volumes<'a>(subject: &'a Subject) -> Vec<Written<'a>> {
    let locations = subject.spec.code_locations.iter();
    let all = locations.flat_map(|(key, location)| {
        location.volumes.iter().flatten().map(move |(name, volume)| Written {
            location: key,
            serve: location.serve,
            name,
            at: location_at(key.as_str()).key("volumes").key(name.as_str()),
            volume,
        })
    });
    all.collect()
}

/// `efs` names a file system.
fn references(subject: &Subject, found: &mut Diagnostics) {
    let known: Vec<&str> =
        storage(subject).and_then(|it| it.efs.as_ref()).into_iter().flatten().map(|it| it.0.as_str()).collect();
    for it in volumes(subject) {
        let name = it.volume.efs.as_str();
        if !known.contains(&name) {
            found.unknown_file_system(&it.at.key("efs"), name, nearest(name, known.iter().copied()));
        }
    }
}

/// Longest folder, and most levels, that EFS makes
/// (<https://docs.aws.amazon.com/efs/latest/ug/API_RootDirectory.html>).
const FOLDER: (usize, usize) = (100, 4);

/// Folders that EFS can make.
fn folders(subject: &Subject, found: &mut Diagnostics) {
    for it in volumes(subject) {
        let Some(path) = &it.volume.path else { continue };
        let at = it.at.key("path");
        let levels: Vec<&str> = path.strip_prefix('/').map(|it| it.split('/').collect()).unwrap_or_default();
        let plain = |level: &&str| {
            !["", ".", ".."].contains(level) && level.chars().all(|it| it.is_ascii_alphanumeric() || "_.-".contains(it))
        };
        if levels.is_empty() || !levels.iter().all(plain) {
            let help =
                ["it looks like `/models/cache`: letters, digits, `_`, `.` and `-` between the slashes".to_owned()];
            found.bad_value(&at, &format!("`{path}` is no folder of a file system"), &help);
        } else if path.len() > FOLDER.0 || levels.len() > FOLDER.1 {
            let help = [format!("EFS makes folders of {} characters and {} levels at most", FOLDER.0, FOLDER.1)];
            found.bad_value(&at, &format!("`{path}` is too long or too deep"), &help);
        }
    }
}

/// Places in the containers: whole paths, each once, and none that the container needs.
fn mounts(subject: &Subject, found: &mut Diagnostics) {
    let all = volumes(subject);
    for (index, it) in all.iter().enumerate() {
        let (at, mount) = (it.at.key("mount"), it.volume.mount.as_str());
        if !mount.starts_with('/') || mount.len() > 1 && mount.ends_with('/') || mount.contains([':', '\0', '\n']) {
            let help = ["it looks like `/mnt/models`".to_owned()];
            found.bad_value(&at, &format!("`{mount}` is no path in a container"), &help);
        } else if mount == "/" || FolderPath::TAKEN.contains(&mount) {
            let help = ["take a folder of its own, such as `/mnt/models`".to_owned()];
            found.bad_value(&at, &format!("a volume at `{mount}` would hide what the container needs"), &help);
        }
        let first = all[..index].iter().find(|other| other.location == it.location && other.volume.mount == mount);
        if let Some(first) = first {
            found.repeated_item(&at, mount, &first.at.key("mount"), None);
        }
        if it.name.as_str() == crate::plan::task::TMP {
            let help = ["every container has a volume of that name; take another".to_owned()];
            found.bad_key(&it.at, "`tmp` is the name of the volume at `/tmp`", &help);
        }
    }
}

/// A volume is on something that there is.
fn sides(subject: &Subject, found: &mut Diagnostics) {
    for it in volumes(subject) {
        let Some(on) = &it.volume.on else { continue };
        let at = it.at.key("on");
        if on.is_empty() {
            found.wrong_count(&at, 0, (1, 2), "leave it out for both, or remove the volume");
        }
        let twice = on.iter().enumerate().find(|(index, side)| on[..*index].contains(side));
        if let Some((index, side)) = twice {
            let word = if *side == Side::Server { "server" } else { "run" };
            found.repeated_item(&at.index(index), word, &at.index(0), None);
        }
        if it.serve == Some(Serve::External) && !on.is_empty() && !on.contains(&Side::Run) {
            let help = ["a server elsewhere mounts for itself: write `on: [run]`, or remove the volume".to_owned()];
            found.bad_value(&at, "the server of an external code location is no task of the deployment", &help);
        }
    }
}

/// Terraform's names join the volume's and the location's, and logical ids run all words together.
fn clashes(subject: &Subject, found: &mut Diagnostics) {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for it in volumes(subject) {
        let (owner, name) = (Key::from(it.location), access_point_id(&it.name.into()));
        let full = format!("{}.{}", it.location, it.name);
        let label = format!("{name}_{}", owner.snake());
        let id = format!("{owner}/{}", crate::blueprint::logical_id(&name));
        let others =
            [labels.entry(label).or_insert_with(|| full.clone()), ids.entry(id).or_insert_with(|| full.clone())];
        if let Some(other) = others.into_iter().find(|it| **it != full) {
            found.volume_clash(&it.at, &full, other);
        }
    }
}
