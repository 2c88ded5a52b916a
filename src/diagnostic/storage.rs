//! Findings about the data bucket, file systems and volumes.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    OVERLAPPING_PREFIXES = "overlapping-prefixes": "A code location may use what is below its prefix in the data bucket, \
        and nothing else. Where one prefix is below another, one location may change what belongs to the other."
        => "A rule of dagforge's own, because IAM allows by prefix.";
    LIFECYCLE_RULE = "lifecycle-rule": "A lifecycle rule says when objects are deleted (`expire_days`), or when they move \
        and where to (`move_days` and `move_to`), or both in this order."
        => "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html";
    UNKNOWN_FILE_SYSTEM = "unknown-file-system": "A volume is a folder of a file system, which is named by its key below \
        `storage.efs`."
        => "A rule of dagforge's own: a volume of a file system that nobody defined is a misspelt one.";
    UNUSED_FILE_SYSTEM = "unused-file-system": "A file system is there for the volumes of code locations. One that \
        nothing mounts is a mistake somewhere else."
        => "A rule of dagforge's own: what is accepted is used.";
    VOLUME_CLASH = "volume-clash": "Two volumes would get one name in a template or module, because hyphens are lost \
        there."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html";
}

impl Diagnostics {
    /// Two shares of the data bucket with something in common: the key of a location and its prefix, of either.
    pub fn overlapping_prefixes(&mut self, at: &SpecPath, (key, prefix): (&str, &str), (other, theirs): (&str, &str)) {
        let message = format!("`{prefix}` of `{key}` and `{theirs}` of `{other}` overlap");
        self.warning(OVERLAPPING_PREFIXES, Place::value(at), message).help(format!(
            "each may change what is the other's: take a prefix beside it, such as `{theirs}` and `{key}/`"
        ));
    }

    /// A lifecycle rule that cannot be meant.
    pub fn lifecycle_rule(&mut self, at: &SpecPath, problem: &str) {
        self.error(LIFECYCLE_RULE, Place::value(at), format!("the rule {problem}"))
            .help("write `{prefix: raw, expire_days: 365}`, or `{prefix: raw, move_days: 60, move_to: standard_ia}`");
    }

    /// A volume of a file system that is not there.
    pub fn unknown_file_system(&mut self, at: &SpecPath, key: &str, meant: Option<&str>) {
        let finding = self.error(UNKNOWN_FILE_SYSTEM, Place::value(at), format!("there is no file system `{key}`"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help(format!("add it: `storage: {{efs: {{{key}: {{}}}}}}`")),
        };
    }

    /// A file system without volumes.
    pub fn unused_file_system(&mut self, at: &SpecPath, key: &str) {
        self.error(UNUSED_FILE_SYSTEM, Place::key(at), format!("nothing mounts the file system `{key}`"))
            .help(format!("give a code location `volumes: {{data: {{mount: /mnt/data, efs: {key}}}}}`, or remove it"));
    }

    /// Two volumes with one identifier.
    pub fn volume_clash(&mut self, at: &SpecPath, name: &str, other: &str) {
        let message = format!("the volume `{name}` cannot be told from `{other}` where names have no hyphens");
        self.error(VOLUME_CLASH, Place::key(at), message).help("rename it, so that it differs in a letter or digit");
    }
}
