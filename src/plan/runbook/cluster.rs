//! What the runbook says of a cluster that is somebody else's.

use serde::Serialize;

use crate::plan::Rooms;
use crate::plan::exec;
use crate::plan::instance::Instance;
use crate::spec::Spec;

/// What there is to know of a cluster that exists.
#[derive(Clone, Debug, Serialize)]
pub struct ExistingCluster {
    /// Capacity providers that it must have; none where runs ask for none.
    pub providers: Option<String>,
    /// What sessions of ECS Exec are expected to be; none where there are no sessions.
    pub sessions: Option<String>,
}

impl ExistingCluster {
    /// Resolves it; none where the deployment has a cluster of its own.
    pub(super) fn resolve(spec: &Spec, rooms: &Rooms, instance: &Instance) -> Option<Self> {
        if rooms.platform.cluster.created.is_some() {
            return None;
        }
        let providers: Vec<_> = instance.capacity.iter().map(|it| format!("`{}`", it.provider)).collect();
        Some(Self {
            providers: (!providers.is_empty()).then(|| providers.join(" and ")),
            sessions: exec::somewhere(spec).then(|| exec::expected(spec)),
        })
    }
}
