//! The network room: a VPC that is cut here, or the ids of an existing one.

use ipnet::Ipv4Net;
use serde::Serialize;

use super::deployment::Deployment;
use super::exec;
use super::iam::{Role, Statement, Trust, arn};
use super::security::{NO_EGRESS_CIDR, SecurityGroup};
use super::task::LogGroup;
use super::text::{Input, Text, output, text};
use super::web::internet_facing;
use crate::spec::Spec;
use crate::spec::choice::{CountOrList, WordOr};
use crate::spec::network::{EndpointService, EndpointsWord, ExistingVpc, Nat, Network as SpecNetwork, ZoneName};
use crate::spec::scalar::{SecretRef, SecretSource, SubnetId};

/// Address range of a created VPC where the spec names none.
pub const DEFAULT_RANGE: Ipv4Net = Ipv4Net::new_assert(std::net::Ipv4Addr::new(10, 40, 0, 0), 16);

/// The network, whether created or not.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// What is created; none with an existing VPC.
    pub created: Option<CreatedNetwork>,
    /// Id of the VPC.
    pub vpc_id: Text,
    /// Subnets of tasks and database.
    pub private_subnets: Vec<Text>,
    /// Subnets of an internet-facing load balancer.
    pub public_subnets: Vec<Text>,
    /// Address ranges inside the VPC.
    pub cidrs: Vec<String>,
}

/// A VPC with everything in it.
#[derive(Clone, Debug, Serialize)]
pub struct CreatedNetwork {
    /// `Name` tag of the VPC.
    pub name: String,
    /// Address range of the VPC.
    pub cidr: String,
    /// The zones are a count: they are chosen at deploy time among those that need no opt-in.
    pub zones_by_count: bool,
    /// Subnets of the load balancer and the NAT gateways.
    pub public: Vec<Subnet>,
    /// Subnets of tasks and database, each with its own route table.
    pub private: Vec<Subnet>,
    /// Other layers use the public subnets.
    pub publishes_public_subnets: bool,
    /// NAT gateways, one or one in each zone.
    pub nats: Vec<NatGateway>,
    /// Endpoints that are routes.
    pub gateway_endpoints: Vec<Endpoint>,
    /// `Name` tag of the public subnets' route table.
    pub public_route_table: String,
    /// Security group of the interface endpoints.
    pub endpoint_group: SecurityGroup,
    /// Port of every AWS API.
    pub endpoint_port: u16,
    /// Endpoints that are network interfaces in the private subnets.
    pub interface_endpoints: Vec<Endpoint>,
    /// Flow logs.
    pub flow_logs: Option<FlowLogs>,
    /// Egress of a group that may not open a connection; see `security::Security`.
    pub no_egress_cidr: String,
}

/// A subnet.
#[derive(Clone, Debug, Serialize)]
pub struct Subnet {
    /// Which one: 1, 2, 3.
    pub number: usize,
    /// `Name` tag.
    pub name: String,
    /// Address range.
    pub cidr: String,
    /// Availability zone.
    pub zone: Text,
    /// The NAT gateway of its default route.
    pub nat: Option<usize>,
}

/// A NAT gateway in the public subnet with the same number.
#[derive(Clone, Debug, Serialize)]
pub struct NatGateway {
    /// Which one.
    pub number: usize,
    /// `Name` tag.
    pub name: String,
}

/// A VPC endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct Endpoint {
    /// Which service, in snake case.
    pub id: String,
    /// `Name` tag.
    pub name: String,
    /// Service name of the endpoint.
    pub service: Text,
}

/// Flow logs into CloudWatch.
#[derive(Clone, Debug, Serialize)]
pub struct FlowLogs {
    /// Where they go.
    pub log_group: LogGroup,
    /// The role that writes them.
    pub role: Role,
    /// Which traffic.
    pub traffic_type: String,
    /// Seconds that packets of one flow are added up.
    pub aggregation_seconds: u32,
}

impl Network {
    /// Resolves the network room.
    pub fn resolve(spec: &Spec, deployment: &Deployment) -> Self {
        let network = spec.network.clone().unwrap_or_default();
        match &network.vpc {
            Some(WordOr::Other(existing)) => Self::existing(existing),
            _ => Self::created(spec, &network, deployment),
        }
    }

    fn existing(vpc: &ExistingVpc) -> Self {
        let ids = |ids: &[SubnetId]| ids.iter().map(|it| it.as_str().into()).collect();
        Self {
            created: None,
            vpc_id: vpc.id.as_str().into(),
            private_subnets: ids(&vpc.private_subnets),
            public_subnets: ids(vpc.public_subnets.as_deref().unwrap_or_default()),
            cidrs: vpc.cidrs.iter().flatten().map(ToString::to_string).collect(),
        }
    }

    fn created(spec: &Spec, network: &SpecNetwork, deployment: &Deployment) -> Self {
        let vpc = CreatedNetwork::resolve(spec, network, deployment);
        let outputs = |kind: &str, subnets: &[Subnet]| {
            let name = |subnet: &Subnet| output("network", &format!("{kind}_subnet_{}", subnet.number));
            subnets.iter().map(name).collect()
        };
        Self {
            vpc_id: output("network", "vpc_id"),
            private_subnets: outputs("private", &vpc.private),
            public_subnets: outputs("public", &vpc.public),
            cidrs: vec![vpc.cidr.clone()],
            created: Some(vpc),
        }
    }
}

impl CreatedNetwork {
    fn resolve(spec: &Spec, network: &SpecNetwork, deployment: &Deployment) -> Self {
        let nat = network.nat.unwrap_or(Nat::Single);
        let zones = zones(network);
        let range = range(network);
        let subnets = |kind: &str, offset: usize, bits: u8| -> Vec<Subnet> {
            zones
                .iter()
                .enumerate()
                .map(|(index, zone)| Subnet {
                    number: index + 1,
                    name: format!("{}-{kind}-{}", deployment.name, index + 1),
                    cidr: cut(range, bits, offset + index),
                    zone: zone.clone(),
                    nat: nat_of(nat, index).filter(|_| kind == "private"),
                })
                .collect()
        };
        let services = endpoint_services(spec, network, nat);
        Self {
            name: deployment.name.clone(),
            cidr: range.to_string(),
            zones_by_count: !matches!(network.azs, Some(CountOrList::List(_))),
            // A quarter of the range for each zone's tasks; the last quarter holds the small public subnets.
            private: subnets("private", 0, 2),
            public: subnets("public", 12, 4),
            publishes_public_subnets: internet_facing(spec),
            public_route_table: format!("{}-public", deployment.name),
            endpoint_group: SecurityGroup::new(&deployment.name, "endpoints", "VPC endpoints"),
            endpoint_port: 443,
            nats: nats(nat, zones.len(), &deployment.name),
            gateway_endpoints: endpoints(&services, deployment, |it| it == EndpointService::S3),
            interface_endpoints: endpoints(&services, deployment, |it| it != EndpointService::S3),
            flow_logs: flow_logs(network, deployment),
            no_egress_cidr: NO_EGRESS_CIDR.to_owned(),
        }
    }
}

/// Address range of the created VPC.
pub fn range(network: &SpecNetwork) -> Ipv4Net {
    match &network.cidr {
        Some(cidr) => cidr.v4().unwrap_or(DEFAULT_RANGE),
        None => DEFAULT_RANGE,
    }
}

/// The part with this index when a range is cut into 2^bits equal ones.
pub fn cut(range: Ipv4Net, bits: u8, index: usize) -> String {
    let prefix = (range.prefix_len() + bits).min(32);
    let part = range.subnets(prefix).ok().and_then(|mut it| it.nth(index));
    part.unwrap_or(range).to_string()
}

fn zones(network: &SpecNetwork) -> Vec<Text> {
    match &network.azs {
        Some(CountOrList::List(names)) => names.iter().map(|ZoneName(name)| name.as_str().into()).collect(),
        Some(CountOrList::Count(count)) => (0..*count as usize).map(|it| Input::Zone(it).into()).collect(),
        None => (0..2).map(|it| Input::Zone(it).into()).collect(),
    }
}

fn nat_of(nat: Nat, index: usize) -> Option<usize> {
    match nat {
        Nat::None => None,
        Nat::Single => Some(1),
        Nat::PerAz => Some(index + 1),
    }
}

fn nats(nat: Nat, zones: usize, deployment: &str) -> Vec<NatGateway> {
    let count = match nat {
        Nat::None => 0,
        Nat::Single => 1,
        Nat::PerAz => zones,
    };
    (1..=count).map(|number| NatGateway { number, name: format!("{deployment}-nat-{number}") }).collect()
}

/// The services that get an endpoint: with NAT the free S3 gateway alone, without it everything tasks call.
pub fn endpoint_services(spec: &Spec, network: &SpecNetwork, nat: Nat) -> Vec<EndpointService> {
    use EndpointService::{Ecr, Ecs, Kms, Logs, S3, Secretsmanager, Ssm, Ssmmessages};
    let mut services = match (&network.endpoints, nat) {
        (Some(WordOr::Other(list)), _) => list.clone(),
        (Some(WordOr::Word(EndpointsWord::None)), _) => Vec::new(),
        (_, Nat::None) => {
            let ssm = uses_ssm(spec).then_some(Ssm);
            let messages = exec::somewhere(spec).then_some(Ssmmessages);
            let kms = exec::uses_key(spec).then_some(Kms);
            [S3, Ecr, Logs, Secretsmanager, Ecs].into_iter().chain(ssm).chain(messages).chain(kms).collect()
        }
        (_, _) => vec![S3],
    };
    services.sort();
    services.dedup();
    services
}

/// A parameter may be named by its path or by its ARN, and may be the password of an existing database.
fn uses_ssm(spec: &Spec) -> bool {
    let locations = spec.code_locations.values().flat_map(|it| {
        let sidecars = it.sidecars.iter().flatten().filter_map(|(_, sidecar)| sidecar.secrets.as_ref());
        it.secrets.iter().chain(sidecars)
    });
    let tasks = spec.tasks.iter().flatten().filter_map(|(_, it)| it.secrets.as_ref());
    let secrets = locations.chain(tasks).flat_map(|it| it.values()).filter_map(SecretSource::existing);
    let database = spec.database.as_ref().and_then(|it| it.existing.as_ref()).and_then(|it| it.password.as_ref());
    secrets.chain(database).any(|it| match it {
        SecretRef::Ssm { .. } => true,
        SecretRef::Arn { arn, .. } => arn.service() == "ssm",
        SecretRef::Named { .. } => false,
    })
}

fn endpoints(
    services: &[EndpointService],
    deployment: &Deployment,
    wanted: impl Fn(EndpointService) -> bool,
) -> Vec<Endpoint> {
    let names = services.iter().filter(|it| wanted(**it)).flat_map(|it| service_names(*it));
    names
        .map(|name| Endpoint {
            id: name.replace('.', "_"),
            name: format!("{}-{}", deployment.name, name.replace('.', "-")),
            service: text![format!("{}.", prefix(&deployment.partition, name)), Input::Region, format!(".{name}")],
        })
        .collect()
}

/// In China some services have another one, in both regions
/// (<https://github.com/aws/aws-cdk/pull/16139>, from `aws ec2 describe-vpc-endpoint-services`).
fn prefix(partition: &str, service: &str) -> &'static str {
    let other = partition == "aws-cn" && matches!(service, "ecr.api" | "ecr.dkr" | "sts");
    if other { "cn.com.amazonaws" } else { "com.amazonaws" }
}

fn service_names(service: EndpointService) -> &'static [&'static str] {
    match service {
        EndpointService::S3 => &["s3"],
        EndpointService::Ecr => &["ecr.api", "ecr.dkr"],
        EndpointService::Logs => &["logs"],
        EndpointService::Secretsmanager => &["secretsmanager"],
        EndpointService::Ssm => &["ssm"],
        EndpointService::Ecs => &["ecs"],
        EndpointService::Kms => &["kms"],
        EndpointService::Sts => &["sts"],
        EndpointService::Ssmmessages => &["ssmmessages"],
    }
}

fn flow_logs(network: &SpecNetwork, deployment: &Deployment) -> Option<FlowLogs> {
    let wanted = network.flow_logs.clone().unwrap_or_default();
    if wanted.enabled == Some(false) {
        return None;
    }
    let mut log_group = deployment.log_group("vpc-flow-logs", output("network", "flow_log_group"));
    log_group.retention_days = wanted.retention_days.unwrap_or(deployment.log_retention_days);
    let actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    let group = arn("logs", format!("log-group:{}:*", log_group.name));
    // Both rights and both conditions of the trust are what the VPC guide asks for, but for the right to create the group
    // (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html>). Finding a group knows no resource.
    let find = Statement::allow("Find", ["logs:DescribeLogGroups"], ["*"]);
    let trust = Trust::service("vpc-flow-logs.amazonaws.com");
    Some(FlowLogs {
        role: deployment.role(
            "service",
            "flow-logs",
            "Writes the VPC's flow logs",
            Trust { source: Some(arn("ec2", "vpc-flow-log/*")), ..trust },
            vec![find, Statement::allow("Write", actions, [group])],
        ),
        log_group,
        traffic_type: "ALL".to_owned(),
        aggregation_seconds: 600,
    })
}
