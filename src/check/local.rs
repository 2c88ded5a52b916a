//! Rules about the stack on one machine, where all services share its ports and one name space.

use super::{Rule, Subject, credentials, environment, location_at};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::local::{CODE_DIRECTORY, OWN_SERVICES, known, path_in_project, ports, service_image};
use crate::spec::choice::WordOr;
use crate::spec::keyed::Keyed;
use crate::spec::local::{ExtraService, Local, LocalLocation};
use crate::spec::location::Serve;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{EnvName, ImageRef, KeyName};

pub(super) const RULES: &[Rule] = &[
    unknown_locations,
    location_names,
    service_names,
    same_ports,
    low_ports,
    folders,
    health_checks,
    localstack,
    variables,
];

type Extra = WordOr<ImageRef, ExtraService>;

fn at() -> SpecPath {
    SpecPath::from("local")
}

impl Subject<'_> {
    /// The stack, where it is rendered.
    fn local(&self) -> Option<&Local> {
        self.spec.local.as_ref().filter(|it| it.compose.unwrap_or(true))
    }

    fn local_locations(&self) -> impl Iterator<Item = (&KeyName, &LocalLocation)> {
        self.local().and_then(|it| it.code_locations.as_ref()).into_iter().flat_map(Keyed::iter)
    }

    fn extra_services(&self) -> impl Iterator<Item = (&KeyName, &Extra)> {
        self.local().and_then(|it| it.extra_services.as_ref()).into_iter().flat_map(Keyed::iter)
    }
}

/// Keys below `local.code_locations` are those of code locations.
fn unknown_locations(subject: &Subject, found: &mut Diagnostics) {
    let here = subject.spec.code_locations.iter().filter(|(_, it)| it.serve != Some(Serve::External));
    let known: Vec<&str> = here.map(|it| it.0.as_str()).collect();
    for (key, _) in subject.local_locations().filter(|(key, _)| !known.contains(&key.as_str())) {
        let meant = nearest(key.as_str(), known.iter().copied());
        found.unknown_location_key(&at().key("code_locations").key(key.as_str()), key.as_str(), meant, &known);
    }
}

/// No code location is called like a service that every stack has.
fn location_names(subject: &Subject, found: &mut Diagnostics) {
    let taken = subject.spec.code_locations.keys().filter(|it| OWN_SERVICES.contains(&it.as_str()));
    for key in taken.filter(|_| subject.local().is_some()) {
        found.local_location(&location_at(key.as_str()), key.as_str());
    }
}

/// No extra service is called like another service; `localstack` is there to be given another image.
fn service_names(subject: &Subject, found: &mut Diagnostics) {
    for (key, _) in subject.extra_services() {
        let name = key.as_str();
        let path = at().key("extra_services").key(name);
        if subject.spec.code_locations.contains_key(key) {
            found.local_service(&path, name, "a code location");
        } else if OWN_SERVICES.contains(&name) && name != "localstack" {
            found.local_service(&path, name, "one of Dagster's own services");
        }
    }
}

/// Where a port of this machine is decided, and for whom.
struct Listener {
    at: SpecPath,
    port: u16,
    owner: String,
}

/// Every port of this machine.
fn listeners(subject: &Subject) -> Vec<Listener> {
    let Some(plan) = &subject.plan.local else { return Vec::new() };
    let place = |name: &str| match name {
        "webserver" => at().key("port"),
        "postgres" => at().key("database_port"),
        _ if subject.extra_services().any(|(key, _)| key.as_str() == name) => at().key("extra_services").key(name),
        _ => at().key("code_locations").key(name),
    };
    let of = |(name, port): (&str, u16)| Listener { at: place(name), port, owner: format!("`{name}`") };
    let mut all: Vec<Listener> = plan.published_ports().map(of).collect();
    // A finding is placed at the second of two, so what is always written comes after what has defaults.
    all.sort_by_key(|it| it.at.to_string().starts_with("local.extra_services"));
    all
}

/// A port belongs to one service.
fn same_ports(subject: &Subject, found: &mut Diagnostics) {
    let all = listeners(subject);
    for (index, listener) in all.iter().enumerate() {
        if let Some(other) = all[..index].iter().find(|it| it.port == listener.port) {
            let taken = |port: &u16| all.iter().any(|it| it.port == *port);
            let free = (listener.port..=u16::MAX).find(|it| !taken(it)).unwrap_or(4000);
            found.local_port(&listener.at, listener.port, &other.owner, &listener.owner, free);
        }
    }
}

/// Nothing listens on a port below 1024: it would need root.
fn low_ports(subject: &Subject, found: &mut Diagnostics) {
    let Some(local) = subject.local() else { return };
    let own = [("port", local.port), ("first_port", local.first_port), ("database_port", local.database_port)];
    let own = own.into_iter().map(|(key, port)| (at().key(key), port));
    let locations =
        subject.local_locations().map(|(key, it)| (at().key("code_locations").key(key.as_str()).key("port"), it.port));
    let extra = subject.extra_services().flat_map(|(key, it)| {
        let path = at().key("extra_services").key(key.as_str()).key("ports");
        ports(it).into_iter().enumerate().map(move |(index, port)| (path.index(index), Some(port.0)))
    });
    for (path, port) in own.chain(locations).chain(extra) {
        if let Some(port) = port.filter(|it| *it < 1024) {
            let reason = "ports below are root's, and Docker without root cannot publish them";
            found.beyond(&path, port.into(), (1024, 65535), reason);
        }
    }
}

/// Folders of this machine stay within the project, folders of a container do not hide what the deployment puts there.
fn folders(subject: &Subject, found: &mut Diagnostics) {
    for (key, location) in subject.local_locations() {
        let at = at().key("code_locations").key(key.as_str());
        for (field, path) in [("path", &location.path), ("dockerfile", &location.dockerfile)] {
            if let Some(path) = path.as_ref().filter(|it| path_in_project(it).is_none()) {
                let help = [
                    "it is a path from the folder of the project, without `..`; `PROJECT` in `.env` says where that is",
                ];
                found.bad_value(
                    &at.key(field),
                    &format!("`{path}` is outside of the project"),
                    &help.map(str::to_owned),
                );
            }
        }
        if let Some(mount) = location.mount.as_ref().filter(|it| hides(it, &subject.plan.deployment.home)) {
            let help = [format!("write the folder with the code in the image, such as `{CODE_DIRECTORY}`")];
            found.bad_value(&at.key("mount"), &format!("code cannot be mounted at `{mount}`"), &help);
        }
    }
}

/// A folder that is none, or that something else needs.
fn hides(mount: &str, home: &str) -> bool {
    let path = mount.trim_end_matches('/');
    !mount.starts_with('/') || path.is_empty() || path == "/tmp" || home.starts_with(path)
}

/// Every service tells when it is ready.
fn health_checks(subject: &Subject, found: &mut Diagnostics) {
    for (key, service) in subject.extra_services().filter(|it| it.0.as_str() != "localstack") {
        let given =
            matches!(service, WordOr::Other(long) if long.health_check.as_ref().is_some_and(|it| !it.is_empty()));
        let image = service_image(service);
        if !given && known(image).is_none() {
            let path = at().key("extra_services").key(key.as_str());
            found.local_health_check(&path, key.as_str(), image.as_str());
        }
    }
}

/// Of `localstack` only the image is a choice: everything else follows from the deployment's buckets.
fn localstack(subject: &Subject, found: &mut Diagnostics) {
    let given = subject.extra_services().find(|it| it.0.as_str() == "localstack");
    let Some((_, WordOr::Other(service))) = given else { return };
    let set = [
        ("command", service.command.is_some()),
        ("env", service.env.is_some()),
        ("secrets", service.secrets.is_some()),
        ("ports", service.ports.is_some()),
        ("data", service.data.is_some()),
        ("health_check", service.health_check.is_some()),
    ];
    for (key, _) in set.into_iter().filter(|it| it.1) {
        let path = at().key("extra_services").key("localstack").key(key);
        found.no_effect(
            &path,
            "it follows from the deployment's buckets",
            "keep `image` alone, or remove `localstack`",
        );
    }
}

/// Variables are the user's to set, and no credentials.
fn variables(subject: &Subject, found: &mut Diagnostics) {
    let Some(local) = subject.local() else { return };
    let none = indexmap::IndexMap::new();
    let all = subject.extra_services().map(|(key, it)| {
        let env = match it {
            WordOr::Other(long) => long.env.as_ref(),
            WordOr::Word(_) => None,
        };
        (at().key("extra_services").key(key.as_str()).key("env"), env.unwrap_or(&none))
    });
    let own = (at().key("env"), local.env.as_ref().unwrap_or(&none));
    for (name, reason) in own.1.keys().filter_map(|it| Some((it.as_str(), environment::owner(it.as_str())?))) {
        found.reserved_variable(&own.0.key(name), name, reason);
    }
    for (path, variables) in all.chain([own]) {
        for (name, value) in variables {
            credential(&path, name, value, found);
        }
    }
}

fn credential(path: &SpecPath, name: &EnvName, value: &str, found: &mut Diagnostics) {
    if let Some(kind) = credentials::looks_like(name.as_str(), value) {
        found.credential(&path.key(name.as_str()), name.as_str(), kind);
    }
}
