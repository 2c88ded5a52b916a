//! Rules about sidecars: names, ports, sizes, and what ends a task.

use super::{Rule, Subject, location_at};
use crate::diagnostic::Diagnostics;
use crate::plan::location::server::port;
use crate::spec::compute::CodeLocation;
use crate::spec::location::Serve;
use crate::spec::path::SpecPath;
use crate::spec::scalar::KeyName;
use crate::spec::sidecar::Sidecar;
use crate::spec::storage::Side;

pub(super) const RULES: &[Rule] = &[names, count, sides, essential, ports, shares, users, timings];

/// A sidecar and where it is written.
pub(super) struct Written<'a> {
    /// Whose it is.
    pub(super) location: &'a KeyName,
    owner: &'a CodeLocation,
    name: &'a KeyName,
    /// The path of its name.
    pub(super) at: SpecPath,
    /// What is written.
    pub(super) sidecar: &'a Sidecar,
}

impl Written<'_> {
    fn is_on(&self, side: Side) -> bool {
        self.sidecar.on.as_ref().is_none_or(|it| it.contains(&side))
    }

    /// It and another are in one task.
    fn meets(&self, other: &Written<'_>) -> bool {
        let both = |side| self.is_on(side) && other.is_on(side);
        self.location == other.location && (both(Side::Server) || both(Side::Run))
    }
}

impl Subject<'_> {
    /// Every sidecar of every code location.
    pub(super) fn sidecars(&self) -> Vec<Written<'_>> {
        let all = self.spec.code_locations.iter().flat_map(|(location, owner)| {
            let at = location_at(location.as_str()).key("sidecars");
            owner.sidecars.iter().flatten().map(move |(name, sidecar)| Written {
                location,
                owner,
                name,
                at: at.key(name.as_str()),
                sidecar,
            })
        });
        all.collect()
    }
}

/// Names of containers that tasks of the deployment have.
const TAKEN: [&str; 3] = ["run", "server", "config"];

fn names(subject: &Subject, found: &mut Diagnostics) {
    for it in subject.sidecars().iter().filter(|it| TAKEN.contains(&it.name.as_str())) {
        found.sidecar_name(&it.at, it.name.as_str());
    }
}

/// Containers of a task definition, Dagster's own included
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>).
const CONTAINERS: usize = 10;

fn count(subject: &Subject, found: &mut Diagnostics) {
    for key in subject.spec.code_locations.keys() {
        let all = subject.sidecars();
        let on = |side| all.iter().filter(|it| it.location == key && it.is_on(side)).count();
        let most = on(Side::Server).max(on(Side::Run));
        if most >= CONTAINERS {
            let reason = "a task definition has ten containers at most, one of which is Dagster's";
            found.wrong_count(&location_at(key.as_str()).key("sidecars"), most, (0, CONTAINERS - 1), reason);
        }
    }
}

/// A sidecar is on something that there is.
fn sides(subject: &Subject, found: &mut Diagnostics) {
    for it in subject.sidecars() {
        let Some(on) = &it.sidecar.on else { continue };
        let at = it.at.key("on");
        if on.is_empty() {
            found.wrong_count(&at, 0, (1, 2), "leave it out for both, or remove the sidecar");
        }
        let twice = on.iter().enumerate().find(|(index, side)| on[..*index].contains(side));
        if let Some((index, side)) = twice {
            let word = if *side == Side::Server { "server" } else { "run" };
            found.repeated_item(&at.index(index), word, &at.index(0), None);
        }
        if it.owner.serve == Some(Serve::External) && !on.is_empty() && !on.contains(&Side::Run) {
            let help = ["a server elsewhere has its own: write `on: [run]`, or remove the sidecar".to_owned()];
            found.bad_value(&at, "the server of an external code location is no task of the deployment", &help);
        }
    }
}

/// Nothing but Dagster's own container ends a run.
fn essential(subject: &Subject, found: &mut Diagnostics) {
    for it in subject.sidecars().iter().filter(|it| it.sidecar.essential == Some(true) && it.is_on(Side::Run)) {
        found.sidecar_essential(&it.at.key("essential"));
    }
}

/// A port is one container's.
fn ports(subject: &Subject, found: &mut Diagnostics) {
    let all = subject.sidecars();
    for (position, it) in all.iter().enumerate() {
        let at = it.at.key("ports");
        let ports = it.sidecar.ports.as_deref().unwrap_or_default();
        for (index, number) in ports.iter().enumerate() {
            let before = ports[..index].iter().position(|other| other == number);
            let other = all[..position]
                .iter()
                .find(|other| other.meets(it) && other.sidecar.ports.iter().flatten().any(|it| it == number));
            if *number == 0 {
                found.beyond(&at.index(index), 0, (1, 65535), "nothing listens on port 0");
            } else if let Some(first) = before {
                found.repeated_item(&at.index(index), &number.to_string(), &at.index(first), None);
            } else if it.is_on(Side::Server) && *number == port(it.owner) {
                found.sidecar_port(&at.index(index), *number, "the code server's");
            } else if let Some(other) = other {
                found.sidecar_port(&at.index(index), *number, &format!("the sidecar `{}`'s", other.name));
            }
        }
    }
}

/// Least memory that a container is given
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
const MEMORY: u32 = 6;

/// Shares of a task: none of a run's, and not all of a server's.
fn shares(subject: &Subject, found: &mut Diagnostics) {
    let all = subject.sidecars();
    for (position, it) in all.iter().enumerate() {
        let Sidecar { cpu, memory, .. } = it.sidecar;
        if let Some(memory) = memory.filter(|it| *it < MEMORY) {
            let limits = (MEMORY.into(), u64::MAX);
            found.beyond(&it.at.key("memory"), memory.into(), limits, "no container starts with less");
        }
        if it.is_on(Side::Run) {
            for (key, _) in [("cpu", cpu), ("memory", memory)].into_iter().filter(|share| share.1.is_some()) {
                found.sidecar_in_run(&it.at.key(key), key);
            }
            continue;
        }
        let planned = subject.plan.rooms.locations.iter().find(|planned| planned.key.as_str() == it.location.as_str());
        let Some(task) = planned.and_then(|it| it.server.as_ref()).map(|it| &it.task) else { continue };
        let so_far = |share: fn(&Sidecar) -> Option<u32>| {
            let mine =
                all[..=position].iter().filter(|other| other.location == it.location && other.is_on(Side::Server));
            mine.filter_map(|it| share(it.sidecar)).map(u64::from).sum::<u64>()
        };
        let shares = [
            ("cpu", "CPU units", cpu, so_far(|it| it.cpu), &task.cpu),
            ("memory", "MiB of memory", memory, so_far(|it| it.memory), &task.memory),
        ];
        for (key, what, share, sum, task) in shares {
            let task = task.parse().unwrap_or(u64::MAX);
            if share.is_some() && sum >= task {
                found.sidecar_size(&it.at.key(key), what, sum, task);
            }
        }
    }
}

fn users(subject: &Subject, found: &mut Diagnostics) {
    let number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()) && it.parse::<u32>().is_ok();
    for it in subject.sidecars() {
        let Some(user) = it.sidecar.user.as_deref() else { continue };
        if !user.split_once(':').is_some_and(|(uid, gid)| number(uid) && number(gid)) {
            found.container_user(&it.at.key("user"), user);
        }
    }
}

/// Times and counts that ECS takes
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html>).
fn timings(subject: &Subject, found: &mut Diagnostics) {
    for it in subject.sidecars() {
        let mut numbers = vec![(it.at.key("stop_timeout"), it.sidecar.stop_timeout, (2, 120))];
        if let Some(check) = &it.sidecar.health_check {
            let at = it.at.key("health_check");
            numbers.extend([
                (at.key("interval"), check.interval, (5, 300)),
                (at.key("timeout"), check.timeout, (2, 60)),
                (at.key("retries"), check.retries, (1, 10)),
                (at.key("start_period"), check.start_period, (0, 300)),
            ]);
        }
        for (at, number, limits) in numbers {
            if let Some(number) = number.map(u64::from).filter(|it| !(limits.0..=limits.1).contains(it)) {
                found.beyond(&at, number, limits, "ECS takes no other");
            }
        }
    }
}
