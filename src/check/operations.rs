//! Rules about alarms, and about what every role has in common.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::operations::{AlarmKind, Alarms};
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[emails, kinds, path];

fn alarms<'a>(subject: &'a Subject) -> Option<&'a Alarms> {
    subject.spec.alarms.as_ref()
}

/// Addresses subscribe to a topic that is created.
fn emails(subject: &Subject, found: &mut Diagnostics) {
    let Some(Alarms { sns_topic, emails: Some(emails), .. }) = alarms(subject) else { return };
    let at = SpecPath::from("alarms.emails");
    if sns_topic.is_some() {
        let because = "who hears of an existing topic is its owner's to say";
        return found.no_effect(&at, because, "subscribe the addresses there, or remove `sns_topic`");
    }
    for (index, address) in emails.iter().enumerate() {
        let good = address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if !good || address.contains(char::is_whitespace) {
            let help = ["it looks like `oncall@acme.example`".to_owned()];
            found.bad_value(&at.index(index), "this is no address of e-mail", &help);
        }
    }
}

/// What is asked for by name, and cannot be.
fn kinds(subject: &Subject, found: &mut Diagnostics) {
    let Some(Alarms { on: Some(on), .. }) = alarms(subject) else { return };
    let at = SpecPath::from("alarms.on");
    if on.is_empty() {
        found.wrong_count(&at, 0, (1, usize::MAX), "leave `on` out for all of them, or `alarms` for none");
    }
    let database = subject.plan.rooms.data.database.created.as_ref();
    for (index, kind) in on.iter().enumerate() {
        let because = match (kind, database) {
            (AlarmKind::DbCpu | AlarmKind::DbStorage, None) => "an existing database is watched where it was made",
            (AlarmKind::DbStorage, Some(created)) if created.cluster.is_some() => "Aurora's storage grows by itself",
            _ => continue,
        };
        found.no_alarm(&at.index(index), because);
    }
}

/// The path of an IAM role (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>).
fn path(subject: &Subject, found: &mut Diagnostics) {
    let Some(path) = subject.spec.iam.as_ref().and_then(|it| it.path.as_deref()) else { return };
    let plain = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
    let inner = path.strip_prefix('/').and_then(|it| it.strip_suffix('/'));
    if path.len() > 256 || !inner.is_some_and(|it| it.split('/').all(plain)) {
        let help = ["words between slashes, such as `/acme/dagster/`".to_owned()];
        found.bad_value(&"iam.path".into(), "this is no path of IAM roles", &help);
    }
}
