//! The way to the UI: load balancer, listeners, certificate, alias record.

use serde::Serialize;

use super::deployment::Deployment;
use super::network::Network;
use super::text::Text;
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
    /// The webserver behind it.
    pub target: Target,
    /// Port of plain HTTP.
    pub http_port: u16,
    /// HTTPS; without it the UI is plain HTTP.
    pub https: Option<Https>,
    /// Address of the UI, where it is known before deployment.
    pub url: Option<String>,
}

/// The target group.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// Container.
    pub container: String,
    /// Port.
    pub port: u16,
    /// Path of the health check.
    pub health_path: String,
    /// Seconds between health checks.
    pub health_interval: u32,
    /// Seconds one health check may take.
    pub health_timeout: u32,
    /// Good answers that make a target healthy.
    pub healthy_threshold: u32,
    /// Bad answers that make it unhealthy.
    pub unhealthy_threshold: u32,
    /// Seconds that open requests have when a target goes.
    pub deregistration_delay: u32,
    /// The same as text, for lists of attributes.
    pub deregistration_delay_text: String,
}

/// HTTPS with a name of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Https {
    /// Port.
    pub port: u16,
    /// Host name of the UI.
    pub domain: String,
    /// Hosted zone of the name; without it nobody writes the record.
    pub zone_id: Option<String>,
    /// An existing certificate; none requests one.
    pub certificate_arn: Option<String>,
    /// A certificate is requested.
    pub request_certificate: bool,
    /// Security policy of the listener.
    pub policy: String,
    /// Port in a redirect from plain HTTP.
    pub port_text: String,
}

/// TLS 1.2 and 1.3 with forward secrecy only
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>).
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// Without a domain nobody outside the VPC reaches the UI but by a session of ECS Exec.
pub fn exec_enabled(spec: &Spec) -> bool {
    let web = spec.web.as_ref();
    web.and_then(|it| it.exec).unwrap_or_else(|| web.is_none_or(|it| it.domain.is_none()))
}

/// The load balancer stands in the public subnets.
pub fn internet_facing(spec: &Spec) -> bool {
    spec.web.as_ref().and_then(|it| it.scheme) == Some(Scheme::InternetFacing)
}

impl LoadBalancer {
    /// Resolves the way to the UI.
    pub fn resolve(spec: &Spec, deployment: &Deployment, network: &Network) -> Self {
        let web = spec.web.clone().unwrap_or_default();
        let internal = !internet_facing(spec);
        let idle_timeout = web.idle_timeout.unwrap_or(600);
        let https = Https::resolve(&web);
        Self {
            name: format!("{}-ui", deployment.name),
            scheme: if internal { "internal" } else { "internet-facing" }.to_owned(),
            internal,
            subnets: if internal { &network.private_subnets } else { &network.public_subnets }.clone(),
            clients: clients(&web, network),
            idle_timeout,
            idle_timeout_text: idle_timeout.to_string(),
            deletion_protection: deployment.protection.enabled.to_string(),
            drop_invalid_headers: true,
            drop_invalid_headers_text: true.to_string(),
            target: Target::resolve(),
            http_port: 80,
            url: https.as_ref().map(|it| format!("https://{}", it.domain)),
            https,
        }
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

impl Target {
    fn resolve() -> Self {
        Self {
            container: "webserver".to_owned(),
            port: WEB_PORT,
            health_path: "/server_info".to_owned(),
            health_interval: 30,
            health_timeout: 10,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
            deregistration_delay: 30,
            deregistration_delay_text: "30".to_owned(),
        }
    }
}

impl Https {
    fn resolve(web: &Web) -> Option<Self> {
        let domain = web.domain.as_ref()?.as_str().to_owned();
        let certificate_arn = match &web.certificate {
            Some(WordOr::Other(certificate)) => Some(certificate.arn.as_str().to_owned()),
            _ => None,
        };
        Some(Self {
            port: 443,
            domain,
            zone_id: web.zone.as_ref().map(|it| it.id.as_str().to_owned()),
            request_certificate: certificate_arn.is_none(),
            certificate_arn,
            policy: TLS_POLICY.to_owned(),
            port_text: "443".to_owned(),
        })
    }
}
