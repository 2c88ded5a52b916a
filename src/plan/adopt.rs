//! What exists and is taken over: Terraform imports it, and CloudFormation does in the change set that makes the rest.
//!
//! CloudFormation finds by itself what exists where a template gives it a fixed name and keeps it when the stack goes
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html>). The other way, a
//! change set of the type IMPORT, may hold nothing new, and every stack here publishes something.

use super::Rooms;
use super::layers::Layer;
use super::task::LogGroup;
use super::text::{Output, Part};
use crate::spec::adopt::Adopt;

impl Adopt {
    /// Name of the bucket with this id, where one is taken over.
    pub fn bucket(&self, id: &str) -> Option<&str> {
        self.buckets.as_ref()?.given().find(|it| it.0 == id).map(|it| it.1.as_str())
    }

    /// Name of the repository with these images, where one is taken over.
    pub fn repository(&self, called: &str) -> Option<&str> {
        self.repositories.as_ref()?.get(called).map(|it| it.as_str())
    }

    /// Whether the log group with this end of its name is taken over.
    pub fn log_group(&self, end: &str) -> bool {
        self.log_groups.iter().flatten().any(|it| it == end)
    }
}

impl Rooms {
    /// Every log group of the deployment.
    pub fn log_groups(&self) -> impl Iterator<Item = &LogGroup> {
        let flow_logs = self.network.created.iter().filter_map(|it| it.flow_logs.as_ref()).map(|it| &it.log_group);
        let platform = &self.platform;
        let sessions = platform.cluster.created.iter().filter_map(|it| it.exec.created_log_group.as_ref());
        let core = sessions.chain([&platform.daemon.log_group, &self.ui.webserver.log_group]);
        let copy = self.ui.read_only_copy.iter().map(|it| &it.log_group);
        let in_process = platform.in_process.iter().map(|it| &it.log_group);
        let migration = platform.migration.iter().map(|it| &it.log_group);
        let servers = self.locations.iter().filter_map(|it| it.server.as_ref()).map(|it| &it.log_group);
        let runs = self.locations.iter().map(|it| &it.run_log_group);
        let tasks = self.tasks.iter().map(|it| &it.log_group);
        let core = flow_logs.chain(core).chain(copy).chain(in_process).chain(migration);
        core.chain(servers).chain(runs).chain(tasks)
    }

    /// Whether a layer has something that is taken over.
    pub fn adopts(&self, layer: &Layer) -> bool {
        let own = |it: &Output| it.layer == layer.name && it.owner == layer.owner;
        let log_group =
            |it: &&LogGroup| it.adopted && matches!(it.reference.parts(), [Part::Output(output)] if own(output));
        let owners = self.locations.iter().map(|it| (&it.key, &it.repository));
        let owners = owners.chain(self.tasks.iter().map(|it| (&it.key, &it.repository)));
        let repository = match (layer.name.as_str(), &layer.owner) {
            ("registry", None) => self.registry.as_ref().is_some_and(|it| it.adopted),
            ("registry", Some(owner)) => {
                owners.filter(|it| it.0 == owner).filter_map(|it| it.1.as_ref()).any(|it| it.adopted)
            }
            _ => false,
        };
        let bucket = layer.name == "data" && self.data.buckets.iter().any(|it| it.adopted);
        bucket || repository || self.log_groups().any(|it| log_group(&it))
    }
}
