//! Findings about Dagster itself and about code locations.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    NO_LOCATIONS = "no-locations": "A deployment without a code location has nothing to show and nothing to run."
        => "A rule of dagforge's own: Dagster itself starts with an empty workspace.";
    DEFINITIONS_SOURCE = "definitions-source": "A code location is loaded from exactly one of `module`, `file` and \
        `package`. Dagster would refuse none, and choose among several by itself."
        => "dagster/_core/workspace/load_target.py of Dagster.";
    SAME_DEFINITIONS = "same-definitions": "Two code locations load the same definitions. Every schedule and sensor in \
        them would run twice."
        => "A rule of dagforge's own: Dagster takes every code location for a different one.";
    SERVER_REPLICAS = "server-replicas": "Each `dagster code-server start` makes an id of its own, and Dagster loads a \
        location anew whenever the id of its server changes: with several it would do so at every other request. \
        `dagster api grpc` can be given an id that all share."
        => "dagster/_grpc/server_watcher.py of Dagster.";
    DAGSTER_VERSION = "dagster-version": "The rendered dagster.yaml needs Dagster 1.13 or later, and the versions of \
        dagster-aws and dagster-postgres that belong to a release of Dagster are known for 1.x."
        => "The releases of dagster and its libraries, https://pypi.org/project/dagster/#history";
    CONTAINER_USER = "container-user": "Containers run as `uid:gid`, two numbers: ECS looks up no names before a \
        container starts. Root is refused, because whatever escapes from code or a dependency would then own the \
        container."
        => "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html";
}

impl Diagnostics {
    /// `code_locations: {}`.
    pub fn no_locations(&mut self, at: &SpecPath) {
        self.error(NO_LOCATIONS, Place::value(at), "there is no code location")
            .help("add one: `sales: {module: acme_sales.definitions}`");
    }

    /// None of the three, or several.
    pub fn definitions_source(&mut self, at: &SpecPath, key: &str, given: &[&str]) {
        let quoted: Vec<String> = given.iter().map(|it| format!("`{it}`")).collect();
        let message = match given {
            [] => format!("the code location `{key}` does not say where its definitions are"),
            _ => format!("the code location `{key}` has {}: Dagster loads one", quoted.join(" and ")),
        };
        let finding = self.error(DEFINITIONS_SOURCE, Place::key(at), message);
        match given {
            [] => finding.help("add `module: acme_sales.definitions`, or `file` or `package`"),
            [first, ..] => finding.help(format!("keep one, for example `{first}`")),
        };
    }

    /// Two locations with the same definitions.
    pub fn same_definitions(&mut self, at: &SpecPath, key: &str, other: &str) {
        let message = format!("`{key}` loads the same definitions as `{other}`");
        self.warning(SAME_DEFINITIONS, Place::key(at), message)
            .help("their schedules and sensors would run twice: remove one, or give each an `attribute` of its own");
    }

    /// Several servers that do not answer as one.
    pub fn server_replicas(&mut self, at: &SpecPath, replicas: u32) {
        let message = format!("{replicas} servers of the mode `code-server` would make Dagster reload all the time");
        self.error(SERVER_REPLICAS, Place::value(at), message)
            .help("write `mode: grpc` beside it, or leave `replicas` out");
    }

    /// A version of Dagster that the rendered files do not fit.
    pub fn dagster_version(&mut self, at: &SpecPath, version: &str, nearest: &str) {
        self.error(DAGSTER_VERSION, Place::value(at), format!("Dagster {version} does not fit what is rendered"))
            .help(format!("it is 1.13.0 or a later 1.x; the nearest is `\"{nearest}\"`"));
    }

    /// A user that is no pair of numbers.
    pub fn container_user(&mut self, at: &SpecPath, user: &str) {
        self.error(CONTAINER_USER, Place::value(at), format!("`{user}` is not `uid:gid`"))
            .help("write two numbers, in quotes: `\"1000:1000\"`");
    }

    /// Root.
    pub fn container_root(&mut self, at: &SpecPath, what: &str) {
        self.error(CONTAINER_USER, Place::value(at), format!("containers do not run as {what}"))
            .help("take any other number, such as `\"1000:1000\"`: nothing in the containers needs root");
    }
}
