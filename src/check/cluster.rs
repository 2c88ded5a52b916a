//! Rules about the ECS cluster, and about sessions in its containers.

use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::plan::exec;
use crate::spec::cluster::Cluster;
use crate::spec::location::Serve;

pub(super) const RULES: &[Rule] = &[theirs, capacity, read_only, sessions];

fn cluster<'a>(subject: &'a Subject) -> Option<&'a Cluster> {
    subject.spec.cluster.as_ref()
}

/// Nothing of a cluster that exists is changed.
fn theirs(subject: &Subject, found: &mut Diagnostics) {
    if cluster(subject).is_some_and(|it| it.existing.is_some() && it.insights.is_some()) {
        found.insights_of_existing_cluster(&"cluster.insights".into());
    }
}

/// A strategy names capacity providers, which are associated with a cluster by its owner.
fn capacity(subject: &Subject, found: &mut Diagnostics) {
    let Some(existing) = cluster(subject).and_then(|it| it.existing.as_ref()) else { return };
    let wanted: Vec<_> = subject.plan.instance.capacity.iter().map(|it| it.provider.as_str()).collect();
    if !wanted.is_empty() {
        found.cluster_capacity(&"runs.capacity".into(), existing.name(), &wanted);
    }
}

/// A session needs a writable root file system.
fn read_only(subject: &Subject, found: &mut Diagnostics) {
    if !exec::everywhere(subject.spec) {
        return;
    }
    let served = subject.spec.code_locations.iter().filter(|(_, it)| it.serve.is_none_or(|it| it == Serve::Grpc));
    for (key, _) in served.filter(|(_, it)| it.writable_root == Some(false)) {
        found.exec_read_only(&location_at(key.as_str()).key("writable_root"));
    }
}

/// Where nobody can open a session there is nothing to encrypt.
fn sessions(subject: &Subject, found: &mut Diagnostics) {
    let Some(exec) = cluster(subject).and_then(|it| it.exec.as_ref()) else { return };
    if exec.kms.is_some() && !exec::somewhere(subject.spec) {
        let fix = "remove it, or write `cluster: {exec: {enabled: true}}`";
        found.no_effect(&"cluster.exec.kms".into(), "no service has ECS Exec", fix);
    }
}
