//! Findings about the tags of resources.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    TOO_MANY_TAGS = "too-many-tags": "A resource has at most 50 tags, the deployment's own included."
        => "https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html";
    BAD_TAG = "bad-tag": "A tag's key has 1 to 128 characters and its value up to 256: letters, digits, blanks and \
        `_ . : / = + - @`."
        => "https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html";
    RESERVED_TAG = "reserved-tag": "The tag is AWS's or the deployment's own."
        => "https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html";
    TAGS_DIFFER_IN_CASE = "tags-differ-in-case": "IAM does not tell tag keys apart that differ in case only, and refuses \
        the second one."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";
}

impl Diagnostics {
    /// More tags than a resource takes.
    pub fn too_many_tags(&mut self, at: &SpecPath, count: usize, most: usize, taken: usize) {
        let message = format!("{count} tags are more than the {most} that are free");
        self.error(TOO_MANY_TAGS, Place::value(at), message).help(format!(
            "AWS takes 50 for each resource: {taken} are the deployment's, Dagster's or propagated by runs"
        ));
    }

    /// A key or value that AWS refuses.
    pub fn bad_tag(&mut self, place: Place, message: String) {
        self.error(BAD_TAG, place, message)
            .help("a key has 1 to 128 characters, a value up to 256: letters, digits, blanks and `_ . : / = + - @`");
    }

    /// A key that is taken.
    pub fn reserved_tag(&mut self, at: &SpecPath, key: &str, owner: &str) {
        self.error(RESERVED_TAG, Place::key(at), format!("the tag `{key}` is {owner}")).help("take another key");
    }

    /// `Team` and `team`.
    pub fn tags_differ_in_case(&mut self, at: &SpecPath, key: &str, other: &str) {
        let message = format!("`{key}` and `{other}` are the same tag to IAM");
        self.error(TAGS_DIFFER_IN_CASE, Place::key(at), message).help("keep one of the two");
    }
}
