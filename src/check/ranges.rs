//! Rules about ranges of addresses.

use ipnet::{IpNet, Ipv4Net};

use super::network::repeated;
use super::{Rule, Subject};
use crate::diagnostic::{Diagnostics, Severity};
use crate::spec::path::SpecPath;
use crate::spec::scalar::Cidr;

pub(super) const RULES: &[Rule] = &[vpc_range, existing_ranges, clients];

/// Ranges that nobody on the internet has: RFC 1918, and RFC 6598 for networks of providers.
const PRIVATE: [Ipv4Net; 4] =
    [ipv4([10, 0, 0, 0], 8), ipv4([172, 16, 0, 0], 12), ipv4([192, 168, 0, 0], 16), ipv4([100, 64, 0, 0], 10)];

const fn ipv4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(std::net::Ipv4Addr::new(a, b, c, d), prefix)
}

/// The range of a created VPC can be cut, and is private.
fn vpc_range(subject: &Subject, found: &mut Diagnostics) {
    let Some(cidr) = subject.spec.network.as_ref().and_then(|it| it.cidr.as_ref()) else { return };
    let at = SpecPath::from("network.cidr");
    let Some(range) = cidr.v4() else { return found.ipv4_only(&at, cidr.as_str()) };
    if let Ok(nearest) = Ipv4Net::new(range.addr(), range.prefix_len().clamp(16, 24))
        && nearest != range
    {
        found.vpc_range(&at, range, nearest.trunc());
    }
    if !PRIVATE.iter().any(|it| it.contains(&range)) {
        found.public_range(&at, range);
    }
}

/// The ranges of one VPC never overlap.
fn existing_ranges(subject: &Subject, found: &mut Diagnostics) {
    let Some(ranges) = subject.existing_vpc().and_then(|it| it.cidrs.as_ref()) else { return };
    compared(ranges, &"network.vpc.cidrs".into(), Severity::Error, found);
}

/// Who may reach the UI: AWS refuses a rule that is there already, and one range in another is superfluous.
fn clients(subject: &Subject, found: &mut Diagnostics) {
    let Some(ranges) = subject.spec.web.as_ref().and_then(|it| it.allow.as_ref()) else { return };
    compared(ranges, &"web.allow".into(), Severity::Warning, found);
}

fn compared(ranges: &[Cidr], at: &SpecPath, severity: Severity, found: &mut Diagnostics) {
    repeated(at, ranges.iter().map(Cidr::as_str), found);
    let nets: Vec<IpNet> = ranges.iter().filter_map(Cidr::net).collect();
    for (index, range) in nets.iter().enumerate() {
        if matches!(range, IpNet::V6(_)) {
            found.ipv4_only(&at.index(index), &range.to_string());
        }
        for (other_index, other) in nets.iter().enumerate() {
            // The smaller of the two is the one that can go; two of a size that overlap are equal.
            if index != other_index && other != range && other.contains(range) {
                found.overlapping_ranges(&at.index(index), *range, *other, severity);
            }
        }
    }
}
