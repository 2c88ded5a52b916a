//! Rules about who loads a code location: what each manner needs, and what it has no use for.

use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::plan::workspace::location_name;
use crate::spec::compute::CodeLocation;
use crate::spec::location::Serve;
use crate::spec::scalar::SecretSource;

pub(super) const RULES: &[Rule] = &[keys, address, shared, secrets, names, paths];

fn serve(location: &CodeLocation) -> Serve {
    location.serve.unwrap_or(Serve::Grpc)
}

/// Keys that mean something in one manner alone.
fn keys(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        let serve = serve(location);
        for (name, _, fits) in written(location).into_iter().filter(|it| it.1 && !it.2.contains(&serve)) {
            let word = |it: &Serve| match it {
                Serve::Grpc => "grpc",
                Serve::InProcess => "in_process",
                Serve::External => "external",
            };
            let fits: Vec<&str> = fits.iter().map(word).collect();
            found.serve_key(&location_at(key.as_str()).key(name), name, word(&serve), &fits);
        }
    }
}

/// Keys, whether each is written, and the manners it belongs to.
fn written(location: &CodeLocation) -> [(&'static str, bool, &'static [Serve]); 17] {
    const LOADED: &[Serve] = &[Serve::Grpc, Serve::InProcess];
    const APART: &[Serve] = &[Serve::Grpc, Serve::External];
    const EXTERNAL: &[Serve] = &[Serve::External];
    [
        ("module", location.module.is_some(), LOADED),
        ("file", location.file.is_some(), LOADED),
        ("package", location.package.is_some(), LOADED),
        ("attribute", location.attribute.is_some(), LOADED),
        ("working_directory", location.working_directory.is_some(), LOADED),
        ("executable_path", location.executable_path.is_some(), &[Serve::InProcess]),
        ("server", location.server.is_some(), &[Serve::Grpc]),
        ("image", location.image.is_some(), APART),
        ("build", location.build.is_some(), APART),
        ("gitrev", location.gitrev.is_some(), APART),
        ("writable_root", location.writable_root.is_some(), APART),
        ("volumes", location.volumes.is_some(), APART),
        ("sidecars", location.sidecars.is_some(), APART),
        ("host", location.host.is_some(), EXTERNAL),
        ("port", location.port.is_some(), EXTERNAL),
        ("socket", location.socket.is_some(), EXTERNAL),
        ("ssl", location.ssl.is_some(), EXTERNAL),
    ]
}

/// Dagster wants a port or a socket, and takes its own machine where there is no host
/// (dagster/_core/workspace/load.py, `_location_origin_from_grpc_server_config`).
fn address(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        if serve(location) != Serve::External {
            continue;
        }
        let complete = match (&location.host, location.port, &location.socket) {
            (Some(_), Some(port), None) => port > 0,
            (None, None, Some(_)) => true,
            _ => false,
        };
        if !complete {
            found.external_address(&location_at(key.as_str()), key.as_str());
        }
    }
}

/// Locations in one process share its environment, and their runs one task definition.
fn shared(subject: &Subject, found: &mut Diagnostics) {
    let mut all = subject.spec.code_locations.iter().filter(|(_, it)| serve(it) == Serve::InProcess);
    let Some((first, model)) = all.next() else { return };
    for (key, location) in all {
        let different = [
            ("run", location.run != model.run),
            ("env", location.env != model.env),
            ("secrets", location.secrets != model.secrets),
            ("permissions", location.permissions != model.permissions),
            ("s3_prefix", location.s3_prefix != model.s3_prefix),
        ];
        for (name, _) in different.into_iter().filter(|it| it.1) {
            found.in_process_differs(&location_at(key.as_str()), key.as_str(), name, first.as_str());
        }
    }
}

/// A secret that is created belongs to one location, and whatever loads these is everybody's.
fn secrets(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in subject.spec.code_locations.iter().filter(|(_, it)| serve(it) == Serve::InProcess) {
        for (variable, source) in location.secrets.iter().flatten() {
            if matches!(source, SecretSource::Created(_)) {
                let at = location_at(key.as_str()).key("secrets").key(variable.as_str());
                found.in_process_secret(&at, variable.as_str());
            }
        }
    }
}

/// Dagster tells locations apart by their names.
fn names(subject: &Subject, found: &mut Diagnostics) {
    let all: Vec<(&str, String)> =
        subject.spec.code_locations.iter().map(|(key, it)| (key.as_str(), location_name(key, it))).collect();
    for (index, (key, name)) in all.iter().enumerate() {
        if let Some((other, _)) = all[..index].iter().find(|it| it.1 == *name) {
            found.same_location_name(&location_at(key), key, other, name);
        }
    }
    for (key, location) in &subject.spec.code_locations {
        if location.location_name.as_ref().is_some_and(|it| it.trim().is_empty()) {
            let at = location_at(key.as_str()).key("location_name");
            found.bad_value(&at, "a name that nobody sees", &["write one, or leave it out to take the key".to_owned()]);
        }
    }
}

/// Paths do not depend on where a process happens to start.
fn paths(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in &subject.spec.code_locations {
        for (name, path) in [("executable_path", &location.executable_path), ("socket", &location.socket)] {
            let Some(path) = path.as_ref().filter(|it| !it.starts_with('/')) else { continue };
            let help = ["write the whole path, from `/`".to_owned()];
            found.bad_value(&location_at(key.as_str()).key(name), &format!("`{path}` is not an absolute path"), &help);
        }
    }
}
