//! Rules about the private DNS namespace of the code servers.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::choice::WordOr;
use crate::spec::network::ExistingNamespace;
use crate::spec::scalar::DomainName;

pub(super) const RULES: &[Rule] = &[namespace, existing, time_to_live];

/// A private zone answers for every name below it, whether it has the name or not.
fn namespace(subject: &Subject, found: &mut Diagnostics) {
    let Some(WordOr::Word(namespace)) = written(subject) else { return };
    let (at, namespace) = ("discovery.namespace".into(), namespace.as_str());
    let instead = format!("{}.internal", subject.plan.deployment.name);
    if below(namespace, "local") {
        let reason = "`.local` belongs to multicast DNS, and some resolvers never ask a server for it";
        found.refused_namespace(&at, namespace, reason, &instead);
    }
    let aws = ["amazonaws.com", "amazonaws.com.cn", "api.aws"];
    if aws.iter().any(|it| below(namespace, it) || below(it, namespace)) {
        let reason = "it would hide the names of AWS itself";
        found.refused_namespace(&at, namespace, reason, &instead);
    }
    let domain = subject.spec.web.as_ref().and_then(|it| it.domain.as_ref());
    if let Some(domain) = domain.filter(|it| below(it.as_str(), namespace)) {
        found.shadowed_domain(&at, namespace, domain.as_str());
    }
}

fn written<'a>(subject: &'a Subject) -> Option<&'a WordOr<DomainName, ExistingNamespace>> {
    subject.spec.discovery.as_ref()?.namespace.as_ref()
}

fn below(name: &str, zone: &str) -> bool {
    name == zone || name.ends_with(&format!(".{zone}"))
}

/// The names of a private namespace are known in its VPC, and one that is created has none yet.
fn existing(subject: &Subject, found: &mut Diagnostics) {
    let Some(WordOr::Other(existing)) = written(subject) else { return };
    if subject.existing_vpc().is_none() {
        found.namespace_of_other_vpc(&"discovery.namespace".into(), existing.name.as_str());
    }
}

/// Longest time that an old address of a replaced server may be in use without anybody noticing.
const LONG: u32 = 60;

/// Cloud Map takes any number that 31 bits hold.
fn time_to_live(subject: &Subject, found: &mut Diagnostics) {
    let Some(ttl) = subject.spec.discovery.as_ref().and_then(|it| it.ttl) else { return };
    let at = "discovery.ttl".into();
    let most = 2_147_483_647;
    if ttl > most {
        found.beyond(&at, ttl.into(), (0, most.into()), "Cloud Map takes no more");
    } else if ttl > LONG {
        found.long_ttl(&at, ttl);
    }
}
