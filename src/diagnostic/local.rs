//! Findings about the stack on one machine.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    LOCAL_PORT = "local-port": "Two services of the local stack would listen on the same port of the machine, and Docker \
        starts only the first. On ECS each task has an address of its own, so this concerns nothing but `local`."
        => "https://docs.docker.com/reference/compose-file/services/#ports";
    LOCAL_SERVICE = "local-service": "Services of the local stack find each other by name: code locations by their keys, \
        extra services by theirs, and `postgres`, `localstack`, `webserver` and `daemon`, which every stack has."
        => "https://docs.docker.com/compose/how-tos/networking/";
    LOCAL_HEALTH_CHECK = "local-health-check": "What depends on a service waits until it is healthy, so every service of \
        the local stack has a health check. Those of a few images are known; the spec has to give any other."
        => "https://docs.docker.com/reference/compose-file/services/#healthcheck";
}

impl Diagnostics {
    /// A port that another service has.
    pub fn local_port(&mut self, at: &SpecPath, port: u16, owner: &str, other: &str, free: u16) {
        let message = format!("{owner} and {other} would both have port {port} of this machine");
        self.error(LOCAL_PORT, Place::value(at), message).help(format!("give one of them another, such as {free}"));
    }

    /// An extra service that is called like one of the stack's own.
    pub fn local_service(&mut self, at: &SpecPath, name: &str, owner: &str) {
        let message = format!("`{name}` is the name of {owner} in the local stack");
        self.error(LOCAL_SERVICE, Place::key(at), message)
            .help("take another name: it is the host name that others find it by");
    }

    /// A code location that is called like one of the stack's own services.
    pub fn local_location(&mut self, at: &SpecPath, name: &str) {
        let message = format!("the local stack has a service `{name}` of its own");
        self.error(LOCAL_SERVICE, Place::key(at), message)
            .help("rename the code location, or remove `local`: in one stack two services cannot share a name");
    }

    /// An image that nothing is known about, without a health check.
    pub fn local_health_check(&mut self, at: &SpecPath, name: &str, image: &str) {
        let message = format!("`{name}` has no health check, and none is known for `{image}`");
        self.error(LOCAL_HEALTH_CHECK, Place::key(at), message).help(format!(
            "write a command that succeeds once it is ready: `{name}: {{image: {image}, health_check: [curl, -f, http://localhost:8080]}}`"
        ));
    }
}
