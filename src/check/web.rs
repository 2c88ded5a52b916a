//! Rules about the load balancer: who reaches the UI, under which name, and how safely.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::choice::WordOr;
use crate::spec::compute::Web;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[public, clients, everyone, domain, certificate, public_subnets, numbers];

/// `web` as written, and whether the internet can reach it. An existing listener has rules of its own.
fn web<'a>(subject: &'a Subject) -> Option<(&'a Web, bool)> {
    let web = subject.spec.web.as_ref()?;
    let balancer = subject.plan.rooms.ui.load_balancer.as_ref()?;
    Some((web, !balancer.internal))
}

/// Whoever reaches the UI may do everything, so the internet reaches it only where people sign in or somebody said so.
fn public(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, public)) = web(subject) else { return };
    let allow_public = SpecPath::from("web.allow_public");
    match (public, web.allow_public == Some(true), web.auth.is_some()) {
        (false, true, _) => found.no_effect(&allow_public, "the load balancer is internal", "remove it"),
        (true, true, true) => found.no_effect(&allow_public, "people sign in", "remove it"),
        (true, false, false) => found.public_ui(&"web.scheme".into(), web.domain.is_some()),
        (true, true, false) if web.domain.is_none() => found.plain_http(&allow_public),
        _ => {}
    }
}

/// Some address may reach the load balancer.
fn clients(subject: &Subject, found: &mut Diagnostics) {
    let Some(balancer) = &subject.plan.rooms.ui.load_balancer else { return };
    let written = subject.spec.web.as_ref().and_then(|it| it.allow.as_ref());
    let public = !balancer.internal;
    let example = "name the ranges in `web.allow`: `[198.51.100.0/24]`";
    match written {
        Some(list) if list.is_empty() => found.no_clients(&"web.allow".into(), &[example]),
        Some(_) => {}
        None if public => found.no_clients(&"web.scheme".into(), &[example]),
        None if balancer.clients.is_empty() => {
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

/// Zone, certificate and security policy belong to a domain.
fn domain(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, _)) = web(subject).filter(|(it, _)| it.domain.is_none()) else { return };
    let written = [
        ("web.zone", web.zone.is_some()),
        ("web.certificate", web.certificate.is_some()),
        ("web.tls_policy", web.tls_policy.is_some()),
    ];
    for (key, written) in written {
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

/// Limits of a load balancer
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>).
fn numbers(subject: &Subject, found: &mut Diagnostics) {
    let Some((web, _)) = web(subject) else { return };
    if let Some(seconds) = web.idle_timeout.filter(|it| !(1..=4000).contains(it)) {
        found.beyond(&"web.idle_timeout".into(), seconds.into(), (1, 4000), "a load balancer takes no other");
    }
}
