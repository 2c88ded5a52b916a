//! Rules about how many webservers there are, and about the copy that changes nothing.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::compute::Web;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[counts, scaling, copy];

/// Targets of a load balancer
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>).
const TARGETS: u32 = 1000;

fn web<'a>(subject: &'a Subject) -> Option<&'a Web> {
    subject.spec.web.as_ref()
}

/// Every number is one that a target group takes.
fn counts(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = web(subject) else { return };
    let autoscale = web.autoscale.as_ref();
    let numbers = [
        ("web.replicas", web.replicas),
        ("web.autoscale.min", autoscale.map(|it| it.min)),
        ("web.autoscale.max", autoscale.map(|it| it.max)),
        ("web.read_only_copy.replicas", web.read_only_copy.as_ref().and_then(|it| it.replicas)),
    ];
    for (path, number) in numbers {
        if let Some(number) = number.filter(|it| !(1..=TARGETS).contains(it)) {
            let reason = "without a webserver there is no UI, and a load balancer has 1000 targets at most";
            found.beyond(&path.into(), number.into(), (1, TARGETS.into()), reason);
        }
    }
}

/// The limits are in order, and nothing else says how many.
fn scaling(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = web(subject) else { return };
    let Some(autoscale) = &web.autoscale else { return };
    if autoscale.min > autoscale.max {
        found.scaling_limits(&"web.autoscale.max".into(), autoscale.min, autoscale.max);
    }
    if web.replicas.is_some() {
        let because = "`web.autoscale` says how many there are";
        found.no_effect(&"web.replicas".into(), because, "remove it, or take it as `autoscale.min`");
    }
    if let Some(percent) = autoscale.cpu_percent.filter(|it| !(1..=100).contains(it)) {
        let reason = "it is a share of the CPU units that the task has";
        found.beyond(&"web.autoscale.cpu_percent".into(), percent.into(), (1, 100), reason);
    }
}

/// The copy is told apart by its name, which takes HTTPS or somebody else's listener.
fn copy(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = web(subject) else { return };
    let Some(copy) = &web.read_only_copy else { return };
    if web.domain.is_none() && web.listener.is_none() {
        found.copy_needs_domain(&"web.read_only_copy".into());
    }
    let host = web.listener.as_ref().and_then(|it| it.host.as_ref());
    if [web.domain.as_ref(), host].contains(&Some(&copy.domain)) {
        found.copy_of_same_name(&SpecPath::from("web.read_only_copy.domain"), copy.domain.as_str());
    }
}
