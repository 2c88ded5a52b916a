//! Rules about the ECS cluster, and sessions in its containers.

use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::plan::exec;
use crate::spec::location::Serve;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[existing, read_only];

/// Nothing of a cluster that exists is changed.
fn existing(subject: &Subject, found: &mut Diagnostics) {
    let Some(cluster) = &subject.spec.cluster else { return };
    let Some(name) = &cluster.existing else { return };
    let log = cluster.exec.as_ref().is_some_and(|it| it.log.is_some());
    let keys = [("cluster.insights", cluster.insights.is_some()), ("cluster.exec.log", log)];
    for (key, _) in keys.into_iter().filter(|it| it.1) {
        found.existing_cluster(&SpecPath::from(key), name.as_str());
    }
}

/// Whoever says `writable_root: false` and has sessions at the same time asks for what cannot be.
fn read_only(subject: &Subject, found: &mut Diagnostics) {
    if !exec::everywhere(subject.spec) {
        return;
    }
    let served = subject.spec.code_locations.iter().filter(|(_, it)| it.serve.is_none_or(|it| it == Serve::Grpc));
    for (key, _) in served.filter(|(_, it)| it.writable_root == Some(false)) {
        found.exec_read_only(&location_at(key.as_str()).key("writable_root"));
    }
}
