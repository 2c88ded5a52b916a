//! Rules about Dagster's version and the containers' user.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;

pub(super) const RULES: &[Rule] = &[version, user];

/// The rendered dagster.yaml has keys of 1.13, and library versions are known for 1.x.
fn version(subject: &Subject, found: &mut Diagnostics) {
    let Some(version) = subject.spec.dagster.as_ref().and_then(|it| it.version.as_ref()) else { return };
    let nearest = match version.numbers() {
        (0, _, _) | (1, 0..13, _) => "1.13.0",
        (1, _, _) => return,
        _ => crate::plan::DAGSTER_VERSION,
    };
    found.dagster_version(&"dagster.version".into(), version.as_str(), nearest);
}

/// Two numbers, neither of them root's.
fn user(subject: &Subject, found: &mut Diagnostics) {
    let Some(user) = subject.spec.dagster.as_ref().and_then(|it| it.user.as_deref()) else { return };
    let at = "dagster.user".into();
    let number = |it: &str| it.bytes().all(|it| it.is_ascii_digit()).then(|| it.parse::<u32>().ok()).flatten();
    match user.split_once(':').map(|(uid, gid)| (number(uid), number(gid))) {
        Some((Some(0), Some(_))) => found.container_root(&at, "root"),
        Some((Some(_), Some(0))) => found.container_root(&at, "members of root's group"),
        Some((Some(1..), Some(1..))) => {}
        _ => found.container_user(&at, user),
    }
}
