//! Findings about the ECS cluster, and sessions in its containers.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    EXISTING_CLUSTER = "existing-cluster": "A setting of the cluster is given for a cluster that exists. Nothing of that \
        cluster is changed: its owner decides about Container Insights and about the log of sessions."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCluster.html";
    EXEC_READ_ONLY = "exec-read-only": "ECS Exec is on for every service, and a code location wants a read-only root file \
        system. The agent that serves a session writes below the root, so its server would refuse every session."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html";
}

impl Diagnostics {
    /// A setting of a cluster that is not the deployment's.
    pub fn existing_cluster(&mut self, at: &SpecPath, cluster: &str) {
        let message = format!("`{at}` cannot be set: the cluster `{cluster}` exists, and nothing of it is changed");
        self.error(EXISTING_CLUSTER, Place::key(at), message)
            .help("remove it, and set it where the cluster is made; an environment deletes it with `null`");
    }

    /// A server that is both entered and read-only.
    pub fn exec_read_only(&mut self, at: &SpecPath) {
        let message = "a session of ECS Exec needs a writable root file system";
        self.error(EXEC_READ_ONLY, Place::value(at), message)
            .help("remove it: the runs of the code location stay read-only, only its server does not")
            .help("or remove `cluster.exec`");
    }
}
