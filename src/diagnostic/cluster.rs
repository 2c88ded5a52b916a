//! Findings about the ECS cluster, and about sessions in its containers.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    EXISTING_CLUSTER = "existing-cluster": "Container Insights is a setting of the cluster, and nothing of a cluster that \
        exists is changed: its owner decides."
        => "A rule of dagforge's own: nothing that is given is changed.";
    CLUSTER_CAPACITY = "cluster-capacity": "A strategy takes capacity providers that are associated with the cluster, and \
        associating them replaces the whole list of the cluster, which is its owner's. Without them no run starts."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html";
    EXEC_READ_ONLY = "exec-read-only": "ECS Exec is on for every service, and a code location asks for a read-only root file \
        system. The agent of a session writes below the root, and AWS supports no read-only one."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html";
}

impl Diagnostics {
    /// Container Insights of a cluster that is not the deployment's.
    pub fn insights_of_existing_cluster(&mut self, at: &SpecPath) {
        self.error(EXISTING_CLUSTER, Place::key(at), format!("`{at}` is for the owner of `cluster.existing`"))
            .help("remove it, or remove `existing` to get a cluster of the deployment's own");
    }

    /// Capacity providers that somebody else has to associate.
    pub fn cluster_capacity(&mut self, at: &SpecPath, cluster: &str, providers: &[&str]) {
        let providers = providers.join("` and `");
        let message = format!("runs start only if the cluster `{cluster}` has `{providers}`");
        self.warning(CLUSTER_CAPACITY, Place::value(at), message)
            .help("the runbook says how to see it; without `capacity` runs are on demand and need none");
    }

    /// A server that is both entered and read-only.
    pub fn exec_read_only(&mut self, at: &SpecPath) {
        self.error(
            EXEC_READ_ONLY,
            Place::value(at),
            "sessions of ECS Exec need a root file system that can be written to",
        )
        .help("remove it, or turn `cluster.exec.enabled` off");
    }
}
