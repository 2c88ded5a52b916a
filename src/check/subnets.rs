//! Rules about how many addresses the subnets of a created VPC have.

use ipnet::Ipv4Net;

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::Plan;
use crate::plan::network::{CreatedNetwork, Subnet, range};
use crate::spec::network::Network;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[tasks, load_balancer];

/// Addresses that AWS keeps in each subnet (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>).
const KEPT: u64 = 5;
/// Free addresses that a load balancer needs in each of its subnets
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>).
const LOAD_BALANCER: u64 = 8;
/// Longest prefix of a load balancer's subnet, from the same page.
const LOAD_BALANCER_PREFIX: u8 = 27;
/// A database instance, its standby, and the successor of one of them.
const DATABASE: u64 = 3;

fn cidr(subnet: &Subnet) -> Option<Ipv4Net> {
    subnet.cidr.parse().ok()
}

/// Addresses of a subnet that tasks can have.
pub(super) fn usable(subnet: &Subnet) -> u64 {
    let size = cidr(subnet).map_or(0, |it| 1u64 << (32 - it.prefix_len()));
    size.saturating_sub(KEPT)
}

/// What may stand in the private subnets at one time.
struct Needed {
    runs: u64,
    services: u64,
    rest: u64,
}

impl Needed {
    fn of(plan: &Plan, network: &CreatedNetwork) -> Self {
        let zones = network.private.len() as u64;
        let ui = &plan.rooms.ui;
        let webservers = [Some(&ui.webserver), ui.read_only_copy.as_ref()];
        let replicas: u64 = webservers.into_iter().flatten().map(|it| u64::from(it.most())).sum();
        let servers: u64 = plan
            .rooms
            .locations
            .iter()
            .filter_map(|it| it.server.as_ref())
            .map(|it| u64::from(it.service.desired_count))
            .sum();
        // The daemon is one task.
        let services = replicas + 1 + servers;
        let endpoints = network.interface_endpoints.len() as u64 * zones;
        let database = plan.rooms.data.database.created.as_ref().map_or(0, |_| DATABASE);
        let balancer = ui.load_balancer.as_ref().filter(|it| it.internal).map_or(0, |_| LOAD_BALANCER * zones);
        Self { runs: plan.instance.max_concurrent.into(), services, rest: endpoints + database + balancer }
    }

    fn total(&self) -> u64 {
        self.runs + 2 * self.services + self.rest
    }
}

/// There is an address for every task there may be.
fn tasks(subject: &Subject, found: &mut Diagnostics) {
    let plan = &subject.plan;
    let Some(network) = plan.rooms.network.created.as_ref().filter(|_| fits(subject.spec.network.as_ref())) else {
        return;
    };
    let usable: u64 = network.private.iter().map(usable).sum();
    let needed = Needed::of(plan, network);
    if network.private.is_empty() || needed.total() <= usable {
        return;
    }
    let sum = format!(
        "{} runs, two tasks each for {} services, {} for load balancer, database and endpoints",
        needed.runs, needed.services, needed.rest
    );
    let mut fixes = Vec::new();
    if let Some(prefix) = roomy(network.private.len() as u64, needed.total()) {
        fixes.push(format!("with `network.cidr` of /{prefix} there are enough"));
    }
    let others = needed.total() - needed.runs;
    if let Some(fewer) = usable.checked_sub(others).filter(|it| *it > 0) {
        fixes.push(format!("or `runs.max_concurrent: {fewer}`"));
    }
    let says_range = subject.spec.network.as_ref().is_some_and(|it| it.cidr.is_some());
    let at = if says_range { SpecPath::from("network.cidr") } else { "runs.max_concurrent".into() };
    found.small_subnets(&at, usable, needed.total(), &sum, &fixes);
}

/// The smallest range whose quarters are enough.
fn roomy(zones: u64, needed: u64) -> Option<u8> {
    (16..=24).rev().find(|prefix| zones * ((1u64 << (32 - prefix - 2)) - KEPT) >= needed)
}

/// A range with a prefix that another rule refuses says nothing about subnets.
fn fits(network: Option<&Network>) -> bool {
    network.is_none_or(|it| (16..=24).contains(&range(it).prefix_len()))
}

/// AWS makes no load balancer in a subnet below /27.
fn load_balancer(subject: &Subject, found: &mut Diagnostics) {
    let rooms = &subject.plan.rooms;
    let Some(network) = rooms.network.created.as_ref().filter(|_| fits(subject.spec.network.as_ref())) else { return };
    let public = rooms.ui.load_balancer.as_ref().is_some_and(|it| !it.internal);
    let subnet = network.public.first().filter(|_| public);
    if let Some(subnet) = subnet.filter(|it| cidr(it).is_some_and(|it| it.prefix_len() > LOAD_BALANCER_PREFIX)) {
        found.small_public_subnets(&"network.cidr".into(), &subnet.cidr);
    }
}
