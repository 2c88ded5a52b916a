//! Rules about Dagster's Postgres.

mod auth;
mod windows;

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::database::created::{Cluster, CreatedDatabase, Instance};
use crate::spec::data::{CreateDatabase, ExistingDatabase};
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] =
    &[one_of_two, existing, engine, class, storage, aurora, backups, windows::windows, connections, auth::auth];

/// Major versions with the oldest minor one that RDS still creates
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html>).
const ENGINES: &[(u32, u32)] = &[(14, 18), (15, 13), (16, 9), (17, 5), (18, 0)];
/// GiB of gp3 storage (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html>).
const STORAGE: (u64, u64) = (20, 65536);
/// Instance families that run no PostgreSQL of these versions
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html>).
const OLD_FAMILIES: &[&str] = &["m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2"];
/// GiB of memory of the burstable classes; `t3` and `t4g` have the same
/// (<https://aws.amazon.com/rds/instance-types/>).
const BURSTABLE: &[(&str, u64)] =
    &[("micro", 1), ("small", 2), ("medium", 4), ("large", 8), ("xlarge", 16), ("2xlarge", 32)];
/// Bytes of memory for each connection, by the default of `max_connections`
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html>).
const BYTES_PER_CONNECTION: u64 = 9_531_392;

/// The database that is created, as written.
fn create<'a>(subject: &'a Subject) -> Option<&'a CreateDatabase> {
    let database = subject.spec.database.as_ref()?;
    database.create.as_ref().filter(|_| database.existing.is_none())
}

/// The database that is created, resolved.
fn created<'a>(subject: &'a Subject) -> Option<&'a CreatedDatabase> {
    subject.plan.rooms.data.database.created.as_ref()
}

/// The instance that is created, resolved; none with Aurora.
fn instance<'a>(subject: &'a Subject) -> Option<&'a Instance> {
    created(subject)?.instance.as_ref()
}

fn one_of_two(subject: &Subject, found: &mut Diagnostics) {
    let Some(database) = &subject.spec.database else { return };
    if database.create.is_some() && database.existing.is_some() {
        found.create_and_existing(&"database.existing".into());
    }
    if database.existing.is_some() && database.backup_days.is_some() {
        let because = "backups of an existing database are set where it was made";
        found.no_effect(&"database.backup_days".into(), because, "remove it");
    }
}

/// A host is a host: whoever pastes a connection string pastes the password too, so no message repeats it.
fn existing(subject: &Subject, found: &mut Diagnostics) {
    let database = subject.spec.database.as_ref().and_then(|it| it.existing.as_ref());
    let Some(ExistingDatabase { host, port, name, user, .. }) = database else { return };
    let at = SpecPath::from("database.existing");
    if !is_host(host) {
        let help = ["a host alone: port, database name and user have keys of their own".to_owned()];
        found.bad_value(&at.key("host"), "this is not a host name", &help);
    }
    if *port == Some(0) {
        found.beyond(&at.key("port"), 0, (1, 65535), "PostgreSQL's own port is 5432");
    }
    for (key, value) in [("name", name), ("user", user)] {
        if value.as_ref().is_some_and(|it| it.trim().is_empty()) {
            found.bad_value(&at.key(key), &format!("the {key} is empty"), &["the default is `dagster`".to_owned()]);
        }
    }
}

/// A name or address, and nothing else.
pub(super) fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '.' || it == '-')
}

/// A version that RDS creates. Minor versions come and go; older ones than its oldest never come back.
fn engine(subject: &Subject, found: &mut Diagnostics) {
    let Some(version) = create(subject).and_then(|it| it.engine.as_deref()) else { return };
    let numbers: Vec<Option<u32>> = version.split('.').map(|it| it.parse().ok()).collect();
    let nearest = |major: u32| {
        let (major, minor) = ENGINES.iter().min_by_key(|it| it.0.abs_diff(major)).copied().unwrap_or((17, 5));
        format!("{major}.{minor}")
    };
    let good = |major: u32, minor: u32| ENGINES.iter().any(|it| it.0 == major && minor >= it.1);
    match numbers.as_slice() {
        [Some(major), Some(minor)] if good(*major, *minor) => {}
        [Some(major), ..] => found.engine_version(&"database.create.engine".into(), version, &nearest(*major)),
        _ => found.engine_version(&"database.create.engine".into(), version, &nearest(17)),
    }
}

/// `db.`, a family that runs today's PostgreSQL, and a size.
fn class(subject: &Subject, found: &mut Diagnostics) {
    let Some(class) = create(subject).and_then(|it| it.class.as_deref()) else { return };
    let at = "database.create.class".into();
    let word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    match class.split('.').collect::<Vec<_>>().as_slice() {
        ["db", family, _] if OLD_FAMILIES.contains(family) => {
            found.database_class(&at, class, "take a family of today: `db.t4g.small`, `db.m7g.large`, `db.r7g.large`");
        }
        ["db", family, size] if word(family) && word(size.trim_end_matches("-tpc")) => {}
        [family, size] if word(family) && word(size) => {
            found.database_class(&at, class, &format!("did you mean `db.{class}`?"));
        }
        _ => found.database_class(&at, class, "it looks like `db.t4g.small`"),
    }
}

/// Storage within its limits, and growing.
fn storage(subject: &Subject, found: &mut Diagnostics) {
    let (Some(written), Some(planned)) = (create(subject), instance(subject)) else { return };
    let at = SpecPath::from("database.create");
    let reason = "RDS has 20 to 65536 GiB of gp3 storage";
    let within = |it: u32| (STORAGE.0..=STORAGE.1).contains(&it.into());
    for (key, gib) in [("storage_gib", written.storage_gib), ("max_storage_gib", written.max_storage_gib)] {
        if let Some(gib) = gib.filter(|it| !within(*it)) {
            found.beyond(&at.key(key), gib.into(), STORAGE, reason);
        }
    }
    let (storage, max) = (planned.storage_gib, planned.max_storage_gib);
    let least = storage.saturating_add(storage.div_ceil(10));
    if max < least && within(storage) && within(max) {
        let key = if written.max_storage_gib.is_some() { "max_storage_gib" } else { "storage_gib" };
        found.max_storage(&at.key(key), storage, max, least);
    }
}

/// Aurora has no class and no storage to choose, and its capacity comes in half units
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html>).
fn aurora(subject: &Subject, found: &mut Diagnostics) {
    let Some(written) = create(subject) else { return };
    let Some(aurora) = &written.aurora else { return };
    let at = SpecPath::from("database.create");
    let unused = [
        ("class", written.class.is_some()),
        ("storage_gib", written.storage_gib.is_some()),
        ("max_storage_gib", written.max_storage_gib.is_some()),
    ];
    for (key, _) in unused.iter().filter(|it| it.1) {
        found.no_effect(&at.key(key), "Aurora Serverless grows by itself", "remove it; `aurora` says how far");
    }
    let at = at.key("aurora");
    for (key, acu, least) in [("min_acu", aurora.min_acu, 0.5), ("max_acu", aurora.max_acu, 1.0)] {
        if let Some(acu) = acu.filter(|it| !(least..=256.0).contains(it) || (it * 2.0).fract() != 0.0) {
            found.capacity_units(&at.key(key), acu, least);
        }
    }
    if let Some(Cluster { min_acu, max_acu, .. }) = created(subject).and_then(|it| it.cluster.as_ref())
        && min_acu > max_acu
    {
        found.capacity_order(&at, *min_acu, *max_acu);
    }
}

/// Backups of what is protected.
fn backups(subject: &Subject, found: &mut Diagnostics) {
    let Some(days) = subject.spec.database.as_ref().and_then(|it| it.backup_days) else { return };
    let at = "database.backup_days".into();
    if days > 35 {
        found.beyond(&at, days.into(), (1, 35), "RDS keeps automatic backups for 35 days at most");
    } else if days == 0 && subject.plan.deployment.protection.enabled {
        found.no_backups(&at);
    }
}

/// Every run and service has a connection at least.
fn connections(subject: &Subject, found: &mut Diagnostics) {
    let Some(database) = instance(subject) else { return };
    let Some(("db", family, size)) = parts(&database.class) else { return };
    let connections = |gib: u64| gib * 1024 * 1024 * 1024 / BYTES_PER_CONNECTION;
    let gib = BURSTABLE.iter().find(|it| it.0 == size).filter(|_| matches!(family, "t3" | "t4g"));
    let locations = &subject.plan.rooms.locations;
    let servers = locations.iter().filter_map(|it| it.server.as_ref());
    let services = 2 + servers.map(|it| u64::from(it.service.desired_count)).sum::<u64>();
    let tasks = u64::from(subject.plan.instance.max_concurrent) + services;
    let Some(accepted) = gib.map(|it| connections(it.1)).filter(|it| *it < tasks) else { return };
    let enough = BURSTABLE.iter().find(|it| connections(it.1) >= tasks).map(|it| format!("db.{family}.{}", it.0));
    let written = create(subject).is_some_and(|it| it.class.is_some());
    let at = if written { SpecPath::from("database.create.class") } else { "runs.max_concurrent".into() };
    found.small_database(&at, &database.class, accepted, tasks, enough.as_deref());
}

fn parts(class: &str) -> Option<(&str, &str, &str)> {
    let (db, rest) = class.split_once('.')?;
    let (family, size) = rest.split_once('.')?;
    Some((db, family, size))
}
