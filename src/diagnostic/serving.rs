//! Findings about who loads a code location.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    SERVE_KEY = "serve-key": "A code location is served by a service of its own (`grpc`), loaded by webserver and daemon \
        (`in_process`), or served by something else (`external`). Some keys mean something in one of these alone."
        => "dagster/_core/workspace/config_schema.py of Dagster.";
    EXTERNAL_ADDRESS = "external-address": "Dagster reaches a server elsewhere at a host and port, or at a socket."
        => "dagster/_core/workspace/config_schema.py of Dagster, `grpc_server`.";
    IN_PROCESS_DIFFERS = "in-process-differs": "Code locations in one process share its environment and its role, and \
        Dagster takes image and task definition of a run from that process. So `run`, `env`, `secrets`, \
        `permissions` and `s3_prefix` are the same for all of them."
        => "dagster_aws/ecs/launcher.py of dagster-aws.";
    IN_PROCESS_SECRET = "in-process-secret": "A secret that is created belongs to one code location. What webserver and \
        daemon load is one process for all, so its secrets have to exist."
        => "A rule of dagforge's own: a created secret stands in the stack of its owner.";
    LOCATION_NAME = "location-name": "Dagster tells code locations apart by their names, and loads only one of two that \
        have the same."
        => "dagster/_core/workspace/context.py of Dagster: locations are kept by name.";
}

impl Diagnostics {
    /// A key that does not go with `serve`; `fits` are those that it goes with.
    pub fn serve_key(&mut self, at: &SpecPath, key: &str, serve: &str, fits: &[&str]) {
        let message = format!("`{key}` does not go with `serve: {serve}`");
        self.error(SERVE_KEY, Place::key(at), message)
            .help(format!("remove it, or write `serve: {}`", fits.join("` or `serve: ")));
    }

    /// No address, half of one, or two.
    pub fn external_address(&mut self, at: &SpecPath, key: &str) {
        let message = format!("the external code location `{key}` needs `host` and `port`, or `socket`");
        self.error(EXTERNAL_ADDRESS, Place::key(at), message)
            .help("write `host: sales.acme.internal` and `port: 4000`, or `socket: /run/sales.sock`");
    }

    /// What an in-process location says otherwise than the first one.
    pub fn in_process_differs(&mut self, at: &SpecPath, key: &str, name: &str, first: &str) {
        let message = format!("`{name}` of `{key}` differs from that of `{first}`, with which it shares a process");
        self.error(IN_PROCESS_DIFFERS, Place::key(at), message)
            .help(format!("write the same in both, or `serve: grpc` for `{key}`"));
    }

    /// A secret that would be created for a process that several share.
    pub fn in_process_secret(&mut self, at: &SpecPath, variable: &str) {
        let message = format!("the secret `{variable}` cannot be created for a location that is loaded in-process");
        self.error(IN_PROCESS_SECRET, Place::key(at), message)
            .help("name a secret that exists, or write `serve: grpc` for the location");
    }

    /// Two locations with one name.
    pub fn same_location_name(&mut self, at: &SpecPath, key: &str, other: &str, name: &str) {
        let message = format!("the code locations `{other}` and `{key}` are both called `{name}`");
        self.error(LOCATION_NAME, Place::key(at), message).help("give one of them another `location_name`");
    }
}
