//! Rules about how long logs, images and compute logs are kept, and where Terraform's state is.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::choice::WordOr;

pub(super) const RULES: &[Rule] = &[retention, compute_logs, images, state];

/// Days that CloudWatch Logs keeps events
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>).
const RETENTION: &[u32] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// One of the numbers that CloudWatch knows.
fn retention(subject: &Subject, found: &mut Diagnostics) {
    let spec = subject.spec;
    let flow_logs = spec.network.as_ref().and_then(|it| it.flow_logs.as_ref());
    let written = [
        ("logs.retention_days", spec.logs.as_ref().and_then(|it| it.retention_days)),
        ("network.flow_logs.retention_days", flow_logs.and_then(|it| it.retention_days)),
    ];
    for (at, days) in written {
        let Some(days) = days.filter(|it| !RETENTION.contains(it)) else { continue };
        // Of two that are equally near the longer one loses nothing.
        let nearest = RETENTION.iter().rev().copied().min_by_key(|it| it.abs_diff(days)).unwrap_or(365);
        found.retention_days(&at.into(), days, nearest, RETENTION);
    }
    if flow_logs.is_some_and(|it| it.enabled == Some(false) && it.retention_days.is_some()) {
        found.no_effect(&"network.flow_logs.retention_days".into(), "flow logs are turned off", "remove it");
    }
}

/// S3 expires objects after a day at the earliest; an existing bucket has rules of its own.
fn compute_logs(subject: &Subject, found: &mut Diagnostics) {
    let logs = subject.spec.storage.as_ref().and_then(|it| it.compute_logs.as_ref());
    let Some((logs, days)) = logs.and_then(|it| Some((it, it.expire_days?))) else { return };
    let at = "storage.compute_logs.expire_days".into();
    if matches!(logs.bucket, Some(WordOr::Other(_))) {
        found.no_effect(&at, "an existing bucket keeps its own lifecycle rules", "remove it");
    } else if !(1..=2_147_483_647).contains(&days) {
        found.beyond(&at, days.into(), (1, 2_147_483_647), "S3 expires nothing before a day has passed");
    }
}

/// ECR's lifecycle rules count from one.
fn images(subject: &Subject, found: &mut Diagnostics) {
    let Some(keep) = subject.spec.images.as_ref().and_then(|it| it.keep.as_ref()) else { return };
    let reason = "ECR's lifecycle rules count from 1";
    for (at, count) in [("images.keep.tagged", keep.tagged), ("images.keep.untagged_days", keep.untagged_days)] {
        if count == Some(0) {
            found.beyond(&at.into(), 0, (1, u64::MAX), reason);
        }
    }
}

/// S3 takes any key, but one that begins or ends with a slash has a nameless part, which tools lose.
fn state(subject: &Subject, found: &mut Diagnostics) {
    let tf = subject.spec.output.as_ref().and_then(|it| it.tf.as_ref());
    let Some(backend) = tf.and_then(|it| it.backend.as_ref()) else { return };
    let key = &backend.s3.key;
    if key.split('/').any(|it| it.trim().is_empty()) || key.contains(char::is_control) || key.len() > 1024 {
        let help = ["it looks like `dagster/acme.tfstate`".to_owned()];
        found.bad_value(&"output.tf.backend.s3.key".into(), "this is no key of a state in S3", &help);
    }
}
