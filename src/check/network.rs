//! Rules about zones and about the subnets of an existing VPC.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::choice::CountOrList;
use crate::spec::network::ZoneName;
use crate::spec::path::SpecPath;
use crate::spec::scalar::SubnetId;

pub(super) const RULES: &[Rule] = &[zones, existing_subnets, unused_keys];

/// Why there are two or three zones: four subnets of a quarter each would leave nothing for the public ones.
const ZONES: &str = "load balancer and database need two zones, and the range is cut for three at most";

/// Two or three zones, each once, of the deployment's region.
fn zones(subject: &Subject, found: &mut Diagnostics) {
    let at = SpecPath::from("network.azs");
    match subject.spec.network.as_ref().and_then(|it| it.azs.as_ref()) {
        Some(CountOrList::Count(count)) if !(2..=3).contains(count) => {
            found.beyond(&at, u64::from(*count), (2, 3), ZONES);
        }
        Some(CountOrList::List(names)) => zone_names(names, subject.spec.region.as_str(), &at, found),
        _ => {}
    }
}

fn zone_names(names: &[ZoneName], region: &str, at: &SpecPath, found: &mut Diagnostics) {
    if !(2..=3).contains(&names.len()) {
        found.wrong_count(at, names.len(), (2, 3), ZONES);
    }
    for (index, ZoneName(name)) in names.iter().enumerate() {
        let letter = name.strip_prefix(region).unwrap_or_default();
        if letter.len() != 1 || !letter.starts_with(|it: char| it.is_ascii_lowercase()) {
            found.foreign_zone(&at.index(index), name, region);
        }
    }
    repeated(at, names.iter().map(|ZoneName(name)| name.as_str()), found);
}

/// Reports every item that an earlier one equals.
pub(super) fn repeated<'a>(at: &SpecPath, items: impl IntoIterator<Item = &'a str>, found: &mut Diagnostics) {
    let items: Vec<&str> = items.into_iter().collect();
    for (index, item) in items.iter().enumerate() {
        if let Some(first) = items[..index].iter().position(|it| it == item) {
            found.repeated_item(&at.index(index), item, &at.index(first), None);
        }
    }
}

/// Most subnets of an ECS service (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>).
const MOST_SUBNETS: usize = 16;

/// Load balancer and database need subnets in two zones; nothing is looked up, so two subnets have to do as evidence.
fn existing_subnets(subject: &Subject, found: &mut Diagnostics) {
    let Some(vpc) = subject.existing_vpc() else { return };
    let lists = [("private_subnets", Some(&vpc.private_subnets)), ("public_subnets", vpc.public_subnets.as_ref())];
    for (key, subnets) in lists {
        let Some(subnets) = subnets else { continue };
        let at = SpecPath::from("network.vpc").key(key);
        if !(2..=MOST_SUBNETS).contains(&subnets.len()) {
            let reason = "two or more, in different zones, for load balancer and database; ECS takes 16";
            found.wrong_count(&at, subnets.len(), (2, MOST_SUBNETS), reason);
        }
        repeated(&at, subnets.iter().map(SubnetId::as_str), found);
    }
}

/// Keys of a created VPC mean nothing for an existing one.
fn unused_keys(subject: &Subject, found: &mut Diagnostics) {
    let (Some(_), Some(network)) = (subject.existing_vpc(), &subject.spec.network) else { return };
    let keys = [
        ("cidr", network.cidr.is_some()),
        ("azs", network.azs.is_some()),
        ("nat", network.nat.is_some()),
        ("endpoints", network.endpoints.is_some()),
        ("flow_logs", network.flow_logs.is_some()),
    ];
    for (key, _) in keys.into_iter().filter(|it| it.1) {
        let at = SpecPath::from("network").key(key);
        found.no_effect(&at, "the VPC exists already", "remove it; an environment deletes it with `null`");
    }
}
