//! Rules about the load balancer: who reaches the UI, under which name, and how safely.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::choice::WordOr;
use crate::spec::compute::Web;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[public, clients, everyone, domain, certificate, public_subnets, numbers];

/// `web` as written, and whether the internet can reach it.
fn web<'a>(subject: &'a Subject) -> Option<(&'a Web, bool)> {
    let web = subject.spec.web.as_ref()?;
    Some((web, !subject.plan.rooms.platform.load_balancer.internal))
}

/// Whoever reaches the UI may do everything, so the internet reaches it only where somebody said so.
fn public(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, public)) = web(subject) else { return };
    match (public, web.allow_public == Some(true)) {
        (true, false) => found.public_ui(&"web.scheme".into(), web.domain.is_some()),
        (true, true) if web.domain.is_none() => found.plain_http(&"web.allow_public".into()),
        (false, true) => {
            found.no_effect(&"web.allow_public".into(), "the load balancer is internal", "remove it");
        }
        _ => {}
    }
}

/// Some address may reach the load balancer.
fn clients(subject: &Subject, found: &mut Diagnostics) {
    let written = subject.spec.web.as_ref().and_then(|it| it.allow.as_ref());
    let public = !subject.plan.rooms.platform.load_balancer.internal;
    let example = "name the ranges in `web.allow`: `[198.51.100.0/24]`";
    match written {
        Some(list) if list.is_empty() => found.no_clients(&"web.allow".into(), &[example]),
        Some(_) => {}
        None if public => found.no_clients(&"web.scheme".into(), &[example]),
        None if subject.plan.rooms.platform.load_balancer.clients.is_empty() => {
            let ranges = "add the VPC's `cidrs: [10.0.0.0/16]`: nothing is looked up";
            found.no_clients(&"network.vpc".into(), &[ranges, "or name the ranges in `web.allow`"]);
        }
        None => {}
    }
}

/// An internal load balancer that takes everything is one peering away from more than was meant.
fn everyone(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, false)) = web(subject) else { return };
    for (index, range) in web.allow.iter().flatten().enumerate() {
        if range.net().is_some_and(|it| it.prefix_len() == 0) {
            found.allow_everyone(&SpecPath::from("web.allow").index(index), range.as_str());
        }
    }
}

/// Zone and certificate belong to a domain.
fn domain(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, _)) = web(subject).filter(|(it, _)| it.domain.is_none()) else { return };
    for (key, written) in [("web.zone", web.zone.is_some()), ("web.certificate", web.certificate.is_some())] {
        if written {
            found.needs_domain(&key.into());
        }
    }
}

/// A certificate that is requested can be validated.
fn certificate(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, _)) = web(subject).filter(|(it, _)| it.zone.is_none()) else { return };
    let Some(domain) = web.domain.as_ref().filter(|_| !matches!(web.certificate, Some(WordOr::Other(_)))) else {
        return;
    };
    let at = if web.certificate.is_some() { "web.certificate" } else { "web.domain" };
    found.needs_certificate(&at.into(), domain.as_str());
}

/// The internet comes in through public subnets.
fn public_subnets(subject: &Subject, found: &mut Diagnostics) {
    let Some((_, true)) = web(subject) else { return };
    if subject.existing_vpc().is_some_and(|it| it.public_subnets.is_none()) {
        found.needs_public_subnets(&"network.vpc".into());
    }
}

/// Limits of load balancer and target group
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>).
fn numbers(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, _)) = web(subject) else { return };
    if let Some(seconds) = web.idle_timeout.filter(|it| !(1..=4000).contains(it)) {
        found.beyond(&"web.idle_timeout".into(), seconds.into(), (1, 4000), "a load balancer takes no other");
    }
    if let Some(replicas) = web.replicas.filter(|it| !(1..=1000).contains(it)) {
        let reason = "without a webserver there is no UI, and a load balancer has 1000 targets at most";
        found.beyond(&"web.replicas".into(), replicas.into(), (1, 1000), reason);
    }
}
