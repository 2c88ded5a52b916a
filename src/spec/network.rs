//! `network:` and `discovery:` as written: the VPC that is created or used, and how services find each other.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{CountOrList, WordOr};
use super::scalar::{Cidr, DomainName, NamespaceId, SubnetId, VpcId};

/// The VPC of the deployment: created by default, or an existing one by id.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// `create` (default), or the ids of an existing VPC and its subnets; the other keys of this room are about a created one.
    pub vpc: Option<WordOr<CreateWord, ExistingVpc>>,
    /// Address range of the created VPC, /16 to /24; default `10.40.0.0/16`.
    pub cidr: Option<Cidr>,
    /// How many availability zones to use (2 or 3, default 2), or their names.
    pub azs: Option<CountOrList<ZoneName>>,
    /// NAT gateways: `none`, `single` (default) or `per_az`.
    pub nat: Option<Nat>,
    /// VPC endpoints: `auto` (default), `none`, or a list of services.
    pub endpoints: Option<WordOr<EndpointsWord, Vec<EndpointService>>>,
    /// Flow logs of the created VPC.
    pub flow_logs: Option<FlowLogs>,
}

/// The only word `network.vpc` knows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum CreateWord {
    /// Make a new one.
    Create,
}

/// An existing VPC and the subnets to use. Nothing is looked up.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingVpc {
    /// Id of the VPC, `vpc-…`.
    pub id: VpcId,
    /// Subnets of the tasks, the database and an internal load balancer; at least two, in different zones.
    pub private_subnets: Vec<SubnetId>,
    /// Subnets of an internet-facing load balancer; default none.
    pub public_subnets: Option<Vec<SubnetId>>,
    /// Address ranges of the VPC; they may reach the load balancer unless `web.allow` says otherwise; default none.
    pub cidrs: Option<Vec<Cidr>>,
}

/// An availability zone's name, such as `eu-central-1a`.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(transparent)]
pub struct ZoneName(pub String);

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Nat {
    /// Not at all: every AWS service is reached through an endpoint.
    None,
    /// One NAT gateway for all zones.
    Single,
    /// One NAT gateway in each zone.
    PerAz,
}

/// Words that `network.endpoints` knows beside a list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum EndpointsWord {
    /// With NAT the free S3 gateway, without NAT everything the deployment calls.
    Auto,
    /// No endpoint.
    None,
}

/// An AWS service that a VPC endpoint can be made for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub enum EndpointService {
    /// Gateway endpoint of S3; image layers come from there too.
    S3,
    /// `ecr.api` and `ecr.dkr`.
    Ecr,
    /// CloudWatch Logs.
    Logs,
    /// Secrets Manager.
    Secretsmanager,
    /// Systems Manager parameters.
    Ssm,
    /// ECS: the daemon launches runs through it.
    Ecs,
    /// Key Management Service.
    Kms,
    /// Security Token Service.
    Sts,
    /// ECS Exec sessions.
    Ssmmessages,
}

/// Flow logs of the created VPC.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowLogs {
    /// Write them; default true.
    pub enabled: Option<bool>,
    /// Days to keep them; default `logs.retention_days`.
    pub retention_days: Option<u32>,
}

/// How webserver and daemon find the code servers: AWS Cloud Map private DNS.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discovery {
    /// Name of the private DNS namespace that is created, or `{id: …, name: …}` of one that exists in the VPC; default
    /// `<deployment>.internal`. `.local` is refused: it belongs to multicast DNS.
    pub namespace: Option<WordOr<DomainName, ExistingNamespace>>,
    /// Seconds that resolvers may keep an answer; default 10.
    pub ttl: Option<u32>,
}

/// A private DNS namespace of Cloud Map that exists. A code server is found in it under the deployment's name and its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingNamespace {
    /// Id of the namespace, `ns-…`.
    pub id: NamespaceId,
    /// Its name, such as `tools.internal`.
    pub name: DomainName,
}
