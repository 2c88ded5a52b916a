//! Rules about launching, limiting and watching runs.

use super::network::repeated;
use super::subnets::usable;
use super::{Rule, Subject, location_at, measure};
use crate::diagnostic::{Diagnostics, Severity};
use crate::plan::instance::{Instance, max_concurrent};
use crate::spec::compute::{Capacity, Runs};
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] =
    &[capacity, limits, tag_limits, monitoring, propagated, retries, retention, timeouts, network, overrides];

/// Limits of a capacity provider strategy
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>).
const WEIGHT: (u64, u64) = (0, 1000);
const BASE: (u64, u64) = (0, 100_000);
/// Minutes of a month: beyond that a limit is a slip of the pen.
const TIMEOUT_MINUTES: u32 = 44_640;
/// Characters of RunTask's overrides (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>).
const OVERRIDES: usize = 8192;
/// Beyond this a longer job name or a job's own settings may no longer fit.
const OVERRIDES_TIGHT: usize = 7500;
/// Overrides of a run of the smallest deployment, measured with Dagster 1.13.27.
const OVERRIDES_MEASURED: usize = 5228;
/// What that deployment's spec puts into them, by the measure of `variable_part`.
const VARIABLE_MEASURED: usize = 106;

fn runs<'a>(subject: &'a Subject) -> Option<&'a Runs> {
    subject.spec.runs.as_ref()
}

/// Weights that ECS takes and that leave a choice.
fn capacity(subject: &Subject, found: &mut Diagnostics) {
    let Some(capacity) = runs(subject).and_then(|it| it.capacity.as_ref()) else { return };
    let at = SpecPath::from("runs.capacity");
    let Capacity { fargate, fargate_spot, base } = capacity;
    let limits = [("fargate", fargate, WEIGHT), ("fargate_spot", fargate_spot, WEIGHT), ("base", base, BASE)];
    for (key, number, limit) in limits {
        if let Some(number) = number.filter(|it| u64::from(*it) > limit.1) {
            found.beyond(&at.key(key), number.into(), limit, "ECS takes no other");
        }
    }
    let planned = &subject.plan.instance.capacity;
    if planned.iter().all(|it| it.weight == 0) {
        found.no_capacity(&at);
    } else if planned.iter().all(|it| it.provider == "FARGATE_SPOT") {
        found.spot_only(&at);
    }
}

/// Runs can start at all.
fn limits(subject: &Subject, found: &mut Diagnostics) {
    let Some(runs) = runs(subject) else { return };
    if runs.max_concurrent == Some(0) {
        found.never_runs(&"runs.max_concurrent".into());
    }
    if runs.pools.as_ref().is_some_and(|it| it.default_limit == Some(0)) {
        let reason = "in a pool without slots nothing ever runs; without it pools have no limit";
        found.beyond(&"runs.pools.default_limit".into(), 0, (1, u64::MAX), reason);
    }
}

/// Each limit is about a tag, stands once, and limits something.
fn tag_limits(subject: &Subject, found: &mut Diagnostics) {
    let Some(runs) = runs(subject) else { return };
    let all: Vec<_> = runs.tag_limits.iter().flatten().collect();
    for (index, limit) in all.iter().enumerate() {
        let at = SpecPath::from("runs.tag_limits").index(index);
        if limit.key.trim().is_empty() {
            found.bad_value(&at.key("key"), "a tag without a key limits nothing", &["name the tag's key".to_owned()]);
        }
        if limit.value.as_deref() == Some("") {
            let help = ["leave `value` out to count every run with the key".to_owned()];
            found.bad_value(&at.key("value"), "a tag with an empty value limits nothing", &help);
        }
        let same = |it: &&crate::spec::compute::TagLimit| (&it.key, &it.value) == (&limit.key, &limit.value);
        if let Some(first) = all[..index].iter().position(same) {
            found.repeated_item(&at, &limit.key, &SpecPath::from("runs.tag_limits").index(first), None);
        }
        if limit.limit == 0 {
            found.never_runs(&at.key("limit"));
        } else if (1..limit.limit).contains(&max_concurrent(runs)) {
            let because = format!("there are never more than {} runs at the same time", max_concurrent(runs));
            found.no_effect(&at.key("limit"), &because, "lower it, or raise `runs.max_concurrent`");
        }
    }
}

/// Seconds that ECS takes to start a task with an image of usual size, and to stop one.
const START: u32 = 120;
const CANCEL: u32 = 120;

/// Times that ECS can keep.
fn monitoring(subject: &Subject, found: &mut Diagnostics) {
    let Some(monitoring) = runs(subject).and_then(|it| it.monitoring.as_ref()) else { return };
    let at = SpecPath::from("runs.monitoring");
    let times = [
        (
            "start_timeout",
            monitoring.start_timeout,
            START,
            "Fargate pulls the image first, which takes a minute or two",
        ),
        ("cancel_timeout", monitoring.cancel_timeout, CANCEL, "a run that is told to stop has two minutes to clean up"),
    ];
    for (key, seconds, least, reason) in times {
        if let Some(seconds) = seconds.filter(|it| *it < least) {
            found.short_timeout(&at.key(key), seconds, reason, least);
        }
    }
    if monitoring.max_runtime == Some(0) {
        found.beyond(
            &at.key("max_runtime"),
            0,
            (1, u64::MAX),
            "a run of no seconds is none; without it runs have no limit",
        );
    }
}

/// Tags that the launcher sets itself or refuses (dagster_aws/ecs/launcher.py).
const NOT_PROPAGATED: &[&str] =
    &["dagster/run_id", "dagster/job_name", "dagster/op_selection", "dagster/solid_selection"];

/// Tags that runs hand on to their tasks.
fn propagated(subject: &Subject, found: &mut Diagnostics) {
    let at = SpecPath::from("runs.propagate_tags");
    let tags: Vec<&str> =
        runs(subject).iter().flat_map(|it| it.propagate_tags.iter().flatten()).map(String::as_str).collect();
    for (index, tag) in tags.iter().enumerate().filter(|it| NOT_PROPAGATED.contains(it.1)) {
        found.reserved_run_tag(&at.index(index), tag);
    }
    repeated(&at, tags, found);
}

/// A run that everybody's limit ends earlier never comes to its own.
fn timeouts(subject: &Subject, found: &mut Diagnostics) {
    let all = runs(subject).and_then(|it| it.monitoring.as_ref()).and_then(|it| it.max_runtime);
    for (key, location) in &subject.spec.code_locations {
        let Some(minutes) = location.run.as_ref().and_then(|it| it.timeout_minutes) else { continue };
        let at = location_at(key.as_str()).key("run").key("timeout_minutes");
        if !(1..=TIMEOUT_MINUTES).contains(&minutes) {
            let limits = (1, TIMEOUT_MINUTES.into());
            found.beyond(&at, minutes.into(), limits, "a run lasts a minute or more, and a month at most");
        } else if all.is_some_and(|it| u64::from(it) <= u64::from(minutes) * 60) {
            let because = "`runs.monitoring.max_runtime` ends every run before that";
            found.no_effect(&at, because, "lower it, or raise `max_runtime`");
        }
    }
}

/// Runs in the daemon's one subnet share its addresses.
fn network(subject: &Subject, found: &mut Diagnostics) {
    let Some(created) = subject.plan.rooms.network.created.as_ref().filter(|_| subject.plan.instance.inherits_network)
    else {
        return;
    };
    let runs = u64::from(subject.plan.instance.max_concurrent);
    let usable = created.private.iter().map(usable).min().unwrap_or(u64::MAX);
    if runs > usable {
        found.one_subnet(&"runs.network".into(), runs, usable);
    }
}

/// A number of retries means something where there are retries.
fn retries(subject: &Subject, found: &mut Diagnostics) {
    let Some(retries) = subject.spec.instance.as_ref().and_then(|it| it.run_retries.as_ref()) else { return };
    if retries.enabled == Some(false) && retries.max_retries.is_some_and(|it| it > 0) {
        found.no_effect(&"instance.run_retries.max_retries".into(), "retries are turned off", "remove it");
    }
}

/// Days, or -1 for ever.
fn retention(subject: &Subject, found: &mut Diagnostics) {
    let Some(retention) = subject.spec.instance.as_ref().and_then(|it| it.retention.as_ref()) else { return };
    for (ticks, days) in [("schedule", &retention.schedule), ("sensor", &retention.sensor)] {
        let Some(days) = days.as_ref().map(|it| &it.purge_after_days) else { continue };
        let outcomes = [
            ("skipped", days.skipped),
            ("failure", days.failure),
            ("success", days.success),
            ("started", days.started),
        ];
        for (outcome, days) in outcomes {
            if let Some(days) = days.filter(|it| *it < -1) {
                let at = SpecPath::from("instance.retention").key(ticks).key("purge_after_days").key(outcome);
                found.bad_value(&at, &format!("{days} is no number of days"), &["-1 keeps ticks for ever".to_owned()]);
            }
        }
    }
}

/// What a spec puts into every launch, as JSON.
fn variable_part(instance: &Instance) -> usize {
    let Instance { capacity, subnets, run_tags, propagate_tags, tag_limits, .. } = instance;
    // The id of a subnet takes the place of its token.
    let subnets = subnets.len() * r#""subnet-0123456789abcdef0","#.len();
    subnets
        + [measure::json(capacity), measure::json(run_tags), measure::json(propagate_tags), measure::json(tag_limits)]
            .iter()
            .sum::<usize>()
}

/// The overrides of RunTask carry Dagster's whole instance.
fn overrides(subject: &Subject, found: &mut Diagnostics) {
    let size = OVERRIDES_MEASURED + variable_part(&subject.plan.instance).saturating_sub(VARIABLE_MEASURED);
    if size > OVERRIDES_TIGHT {
        let severity = if size > OVERRIDES { Severity::Error } else { Severity::Warning };
        found.override_size(&"runs".into(), size, OVERRIDES, severity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Spec, load};

    #[test]
    fn the_smallest_deployment_is_the_measured_one() {
        let text = "dagforge: 1\nname: acme\nregion: eu-central-1\ncode_locations: {sales: {module: m}}\n";
        let loaded = load::<Spec>(&crate::source::Source::new("dagforge.yaml", text), None).unwrap();
        let plan = super::super::outlook(&loaded.spec, None);
        assert_eq!(variable_part(&plan.instance), VARIABLE_MEASURED);
    }
}
