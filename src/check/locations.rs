//! Rules about code locations: where their definitions come from, and how their servers start.

use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::spec::compute::CodeLocation;
use crate::spec::location::{Serve, ServerMode};
use crate::spec::scalar::PythonModule;

pub(super) const RULES: &[Rule] = &[some, source, python, twins, server, replicas];

/// A deployment has something to show.
fn some(subject: &Subject, found: &mut Diagnostics) {
    if subject.spec.code_locations.is_empty() {
        found.no_locations(&"code_locations".into());
    }
}

/// Where a location's definitions come from, as it is written.
fn sources(location: &CodeLocation) -> Vec<(&'static str, &str)> {
    let all = [
        ("module", location.module.as_ref().map(PythonModule::as_str)),
        ("file", location.file.as_deref()),
        ("package", location.package.as_ref().map(PythonModule::as_str)),
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// Exactly one of `module`, `file` and `package`.
fn source(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        let given: Vec<&str> = sources(location).into_iter().map(|it| it.0).collect();
        if given.len() != 1 && location.serve != Some(Serve::External) {
            found.definitions_source(&location_at(key.as_str()), key.as_str(), &given);
        }
    }
}

/// What Python can load: a file that it imports, an attribute that is a name, a folder that does not depend on
/// where the image happens to start.
fn python(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        let at = location_at(key.as_str());
        if let Some(file) = location.file.as_ref().filter(|it| !it.ends_with(".py") || it.len() == 3) {
            let help = ["it looks like `/opt/dagster/app/definitions.py`; a module goes below `module`".to_owned()];
            found.bad_value(&at.key("file"), &format!("`{file}` is not a Python file"), &help);
        }
        if let Some(attribute) = location.attribute.as_ref().filter(|it| !identifier(it)) {
            let help = ["it is the name of a variable or function in the module, such as `defs`".to_owned()];
            found.bad_value(&at.key("attribute"), &format!("`{attribute}` is not a name in Python"), &help);
        }
        if let Some(folder) = location.working_directory.as_ref().filter(|it| !it.starts_with('/')) {
            let help = [format!("write the whole path in the image, such as `/opt/dagster/{folder}`")];
            found.bad_value(&at.key("working_directory"), &format!("`{folder}` is not an absolute path"), &help);
        }
    }
}

fn identifier(text: &str) -> bool {
    let start = |it: char| it.is_alphabetic() || it == '_';
    text.starts_with(start) && text.chars().all(|it| start(it) || it.is_numeric())
}

/// The same definitions in two locations.
fn twins(subject: &Subject, found: &mut Diagnostics) {
    let loaded = |it: &CodeLocation| {
        let sources: Vec<(&str, String)> = sources(it).into_iter().map(|(key, it)| (key, it.to_owned())).collect();
        (sources, it.attribute.clone(), it.working_directory.clone())
    };
    let all: Vec<_> = subject.spec.code_locations.iter().map(|(key, it)| (key.as_str(), loaded(it))).collect();
    for (index, (key, what)) in all.iter().enumerate() {
        let other = all[..index].iter().find(|it| it.1 == *what && !what.0.is_empty());
        if let Some((other, _)) = other {
            found.same_definitions(&location_at(key), key, other);
        }
    }
}

/// Limits of a container's health check, and of a container that is not root
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html>).
fn server(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        let Some(server) = &location.server else { continue };
        let at = location_at(key.as_str()).key("server");
        if let Some(seconds) = server.startup_seconds.filter(|it| *it > 300) {
            let reason = "ECS counts failures after 300 seconds at the latest, so definitions have to load by then";
            found.beyond(&at.key("startup_seconds"), seconds.into(), (0, 300), reason);
        }
        if let Some(port) = server.port.filter(|it| *it < 1024) {
            let reason = "ports below are root's, and the containers do not run as root";
            found.beyond(&at.key("port"), port.into(), (1024, 65535), reason);
        }
    }
}

/// Only servers that can be told their id answer as one.
fn replicas(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        let Some(server) = &location.server else { continue };
        let Some(replicas) = server.replicas else { continue };
        let at = location_at(key.as_str()).key("server").key("replicas");
        if replicas == 0 {
            found.beyond(&at, 0, (1, u64::MAX), "without a server the location cannot be loaded");
        } else if replicas > 1 && server.mode != Some(ServerMode::Grpc) {
            found.server_replicas(&at, replicas);
        }
    }
}
