//! Rules about the tags of resources.

use super::{Rule, Subject};
use crate::diagnostic::{Diagnostics, Place};
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[count, texts, owners, case];

/// Tags of a resource (<https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html>).
const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// Tags that a run's task gets from the launcher: `dagster/run_id` and `dagster/job_name`.
const LAUNCHER: usize = 2;

/// The deployment's own tags and `Name` count too, and so do a run's.
fn count(subject: &Subject, found: &mut Diagnostics) {
    let Some(tags) = &subject.spec.tags else { return };
    let deployment = subject.plan.deployment.tags.len() - tags.len();
    let propagated = subject.plan.instance.propagate_tags.len();
    // A resource has a `Name`, a run has the launcher's tags.
    let others = deployment + 1.max(LAUNCHER + propagated);
    let free = MOST.saturating_sub(others);
    if tags.len() > free {
        found.too_many_tags(&"tags".into(), tags.len(), free, others);
    }
}

/// What AWS takes as key and value.
fn texts(subject: &Subject, found: &mut Diagnostics) {
    for (key, value) in subject.spec.tags.iter().flatten() {
        let at = SpecPath::from("tags").key(key);
        let keyed = key.chars().count();
        if keyed == 0 {
            found.bad_tag(Place::key(&at), "a tag has no key".to_owned());
        } else if keyed > LONGEST_KEY {
            found.bad_tag(Place::key(&at), format!("a tag's key has {keyed} characters, more than {LONGEST_KEY}"));
        } else if let Some(odd) = odd(key) {
            found.bad_tag(Place::key(&at), format!("the tag's key `{key}` has {odd:?}"));
        }
        let length = value.chars().count();
        if length > LONGEST_VALUE {
            found.bad_tag(
                Place::value(&at),
                format!("the tag `{key}` has {length} characters, more than {LONGEST_VALUE}"),
            );
        } else if let Some(odd) = odd(value) {
            found.bad_tag(Place::value(&at), format!("the tag `{key}` has {odd:?}"));
        }
    }
}

/// The first character that some service refuses: IAM and ECS take these.
fn odd(text: &str) -> Option<char> {
    text.chars().find(|it| !it.is_alphanumeric() && !" _.:/=+-@".contains(*it))
}

/// Keys that are taken.
fn owners(subject: &Subject, found: &mut Diagnostics) {
    for (key, _) in subject.spec.tags.iter().flatten() {
        let lower = key.to_lowercase();
        let owner = if lower.starts_with("aws:") {
            "AWS's own"
        } else if lower == "name" {
            "each resource's own name"
        } else if lower.starts_with("dagforge:") {
            "the deployment's own"
        } else {
            continue;
        };
        found.reserved_tag(&SpecPath::from("tags").key(key), key, owner);
    }
}

/// IAM does not look at case.
fn case(subject: &Subject, found: &mut Diagnostics) {
    let keys: Vec<&String> = subject.spec.tags.iter().flatten().map(|it| it.0).collect();
    for (index, key) in keys.iter().enumerate() {
        if let Some(other) = keys[..index].iter().find(|it| it.to_lowercase() == key.to_lowercase()) {
            found.tags_differ_in_case(&SpecPath::from("tags").key(key), key, other);
        }
    }
}
