//! The load balancer of the UI: listeners, certificate, names, access logs.

use serde::Serialize;

use super::deployment::Deployment;
use super::network::Network;
use super::route::Entrance;
use super::security;
use super::text::{Text, output};
use crate::spec::Spec;
use crate::spec::choice::WordOr;
use crate::spec::compute::{Scheme, Web};

/// Port of the webserver's container.
pub const WEB_PORT: u16 = 3000;

/// The load balancer of the UI.
#[derive(Clone, Debug, Serialize)]
pub struct LoadBalancer {
    /// `Name` tag, and prefix of generated names.
    pub name: String,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// The same as a boolean.
    pub internal: bool,
    /// Its subnets.
    pub subnets: Vec<Text>,
    /// Its security group.
    pub security_group: Text,
    /// Address ranges that may reach it.
    pub clients: Vec<String>,
    /// Seconds that an idle connection stays open.
    pub idle_timeout: u32,
    /// The same as text, for lists of attributes.
    pub idle_timeout_text: String,
    /// `true` or `false` as text, for lists of attributes.
    pub deletion_protection: String,
    /// Requests with malformed header fields are cleaned before they reach the webserver.
    pub drop_invalid_headers: bool,
    /// The same as text, for lists of attributes.
    pub drop_invalid_headers_text: String,
    /// Where requests are logged.
    pub access_logs: Option<AccessLogs>,
    /// ARN of the web ACL before it.
    pub web_acl_arn: Option<String>,
    /// Port of plain HTTP.
    pub http_port: u16,
    /// HTTPS; without it the UI is plain HTTP.
    pub https: Option<Https>,
}

/// Where requests are logged.
#[derive(Clone, Debug, Serialize)]
pub struct AccessLogs {
    /// Name of the bucket.
    pub bucket: Text,
    /// Beginning of the keys; empty for none.
    pub prefix: String,
}

/// HTTPS with a name of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Https {
    /// Port.
    pub port: u16,
    /// ARN of the certificate.
    pub certificate: Text,
    /// The certificate is requested; else it exists.
    pub requested: Option<CertificateRequest>,
    /// What no rule takes is refused; else the UI is the default.
    pub by_rules: bool,
    /// Host names that lead to the load balancer; empty where nobody writes them.
    pub records: Vec<Record>,
    /// Security policy of the listener.
    pub policy: String,
    /// Port in a redirect from plain HTTP.
    pub port_text: String,
}

/// A certificate that is requested, and validated by records in a hosted zone.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateRequest {
    /// First name.
    pub domain: String,
    /// Further names.
    pub alternative_names: Vec<String>,
    /// All names.
    pub names: Vec<String>,
    /// The hosted zone.
    pub zone_id: String,
}

/// A host name that leads to the load balancer.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Identifier, in snake case: of the route that it is for.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its hosted zone.
    pub zone_id: String,
}

/// TLS 1.2 and 1.3 with forward secrecy only
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>).
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// The load balancer stands in the public subnets.
pub fn internet_facing(spec: &Spec) -> bool {
    spec.web.as_ref().and_then(|it| it.scheme) == Some(Scheme::InternetFacing)
}

impl LoadBalancer {
    /// Resolves the load balancer; none where an existing listener is used.
    pub fn resolve(web: &Web, deployment: &Deployment, network: &Network) -> Option<Self> {
        if web.listener.is_some() {
            return None;
        }
        let internal = web.scheme != Some(Scheme::InternetFacing);
        let idle_timeout = web.idle_timeout.unwrap_or(600);
        Some(Self {
            name: format!("{}-ui", deployment.name),
            scheme: if internal { "internal" } else { "internet-facing" }.to_owned(),
            internal,
            subnets: if internal { &network.private_subnets } else { &network.public_subnets }.clone(),
            security_group: security::group("load_balancer"),
            clients: clients(web, network),
            idle_timeout,
            idle_timeout_text: idle_timeout.to_string(),
            deletion_protection: deployment.protection.enabled.to_string(),
            drop_invalid_headers: true,
            drop_invalid_headers_text: true.to_string(),
            access_logs: AccessLogs::resolve(web),
            web_acl_arn: web.waf.as_ref().map(|it| it.arn.as_str().to_owned()),
            http_port: 80,
            https: Https::resolve(web, deployment),
        })
    }

    /// Ports that clients connect to.
    pub fn ports(&self) -> Vec<u16> {
        [self.http_port].into_iter().chain(self.https.as_ref().map(|it| it.port)).collect()
    }
}

fn clients(web: &Web, network: &Network) -> Vec<String> {
    match &web.allow {
        Some(allowed) => allowed.iter().map(ToString::to_string).collect(),
        None => network.cidrs.clone(),
    }
}

impl AccessLogs {
    fn resolve(web: &Web) -> Option<Self> {
        let (bucket, prefix) = match web.access_logs.as_ref()? {
            WordOr::Word(false) => return None,
            WordOr::Word(true) => (output("data", "access_logs_bucket"), None),
            WordOr::Other(existing) => (existing.bucket.as_str().into(), existing.prefix.as_ref()),
        };
        Some(Self { bucket, prefix: prefix.map(ToString::to_string).unwrap_or_default() })
    }
}

impl Https {
    fn resolve(web: &Web, deployment: &Deployment) -> Option<Self> {
        let domain = web.domain.as_ref()?.as_str();
        let copy = web.read_only_copy.as_ref().map(|it| it.domain.as_str());
        let names: Vec<_> = [("ui", domain)].into_iter().chain(copy.map(|it| ("read_only_copy", it))).collect();
        let existing = match &web.certificate {
            Some(WordOr::Other(certificate)) => Some(certificate.arn.as_str()),
            _ => None,
        };
        let zone_id = web.zone.as_ref().map(|it| it.id.as_str());
        Some(Self {
            port: 443,
            certificate: existing.map_or_else(|| output("ui", "ui_certificate"), Text::from),
            requested: existing.is_none().then(|| CertificateRequest::new(&names, zone_id)),
            by_rules: Entrance { deployment: &deployment.name, web }.by_rules(),
            records: zone_id.map(|zone_id| records(&names, zone_id)).unwrap_or_default(),
            policy: web.tls_policy.as_ref().map_or_else(|| TLS_POLICY.to_owned(), ToString::to_string),
            port_text: "443".to_owned(),
        })
    }
}

impl CertificateRequest {
    /// Without a zone a rule refuses it.
    fn new(names: &[(&str, &str)], zone_id: Option<&str>) -> Self {
        let names: Vec<String> = names.iter().map(|it| it.1.to_owned()).collect();
        Self {
            domain: names.first().cloned().unwrap_or_default(),
            alternative_names: names.iter().skip(1).cloned().collect(),
            names,
            zone_id: zone_id.unwrap_or_default().to_owned(),
        }
    }
}

fn records(names: &[(&str, &str)], zone_id: &str) -> Vec<Record> {
    let record = |(id, name): &(&str, &str)| Record {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        zone_id: zone_id.to_owned(),
    };
    names.iter().map(record).collect()
}
