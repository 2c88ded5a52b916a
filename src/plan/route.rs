//! From a listener to a webserver: the target group, and the rule where a listener's default does not do.

use serde::Serialize;

use super::login::{Cognito, Login, Oidc};
use super::text::{Text, output};
use super::web::WEB_PORT;
use crate::spec::compute::Web;
use crate::spec::scalar::PathPrefix;

/// The way from a listener to one of the webservers.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// Identifier, in snake case.
    pub id: String,
    /// `Name` tag.
    pub name: String,
    /// The target group.
    pub target: Target,
    /// The rule; without one it is the listener's default.
    pub rule: Option<ListenerRule>,
    /// Login by OpenID Connect, which the rule begins with.
    pub oidc: Option<Oidc>,
    /// Address for people, where it is known before deployment.
    #[serde(skip)]
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

/// A rule of a listener: requests for these hosts and paths go to the target group, after a login where there is one.
#[derive(Clone, Debug, Serialize)]
pub struct ListenerRule {
    /// ARN of the listener.
    pub listener: Text,
    /// Priority among the listener's rules.
    pub priority: u32,
    /// Host names; empty takes all.
    pub hosts: Vec<String>,
    /// Patterns of paths; empty takes all.
    pub paths: Vec<String>,
    /// Login by Cognito, which the rule begins with.
    pub cognito: Option<Cognito>,
}

/// Priorities of the two rules in a listener of the deployment's own; the gaps are for rules of `extra` files.
const OWN_PRIORITIES: [u32; 2] = [10, 20];

/// How the routes of a deployment begin: who signs people in, at which listener.
pub struct Entrance<'a> {
    /// Name of the deployment.
    pub deployment: &'a str,
    /// `web:`.
    pub web: &'a Web,
}

impl Entrance<'_> {
    /// The way to the UI. In a listener of its own it is the default, unless somebody signs in or there is another way.
    pub fn ui(&self) -> Route {
        let web = self.web;
        let host = match &web.listener {
            Some(listener) => listener.host.as_ref(),
            None => web.domain.as_ref(),
        };
        let host = host.map(|it| it.as_str());
        let by_rule = self.by_rules().then(|| self.rule(0, host));
        self.route("ui", "ui", host, by_rule)
    }

    /// The way to the read-only copy.
    pub fn read_only_copy(&self) -> Option<Route> {
        let host = self.web.read_only_copy.as_ref()?.domain.as_str();
        Some(self.route("read_only_copy", "read-only-copy", Some(host), Some(self.rule(1, Some(host)))))
    }

    /// Requests are told apart by rules, and what no rule takes is refused.
    pub fn by_rules(&self) -> bool {
        let web = self.web;
        web.listener.is_some() || web.read_only_copy.is_some() || web.auth.is_some()
    }

    fn route(&self, id: &str, name: &str, host: Option<&str>, rule: Option<ListenerRule>) -> Route {
        let prefix = self.web.path_prefix.as_ref().map(PathPrefix::as_str).unwrap_or_default();
        // Whether an existing listener speaks HTTPS is not known, unless people sign in at it.
        let https = self.web.listener.is_none() || self.web.auth.is_some();
        let scheme = if https { "https://" } else { "" };
        Route {
            id: id.to_owned(),
            name: format!("{}-{name}", self.deployment),
            target: Target::resolve(prefix),
            oidc: rule.as_ref().and_then(|_| Login::resolve(self.web.auth.as_ref()).oidc),
            rule,
            url: host.map(|host| format!("{scheme}{host}{prefix}")),
        }
    }

    fn rule(&self, index: usize, host: Option<&str>) -> ListenerRule {
        let listener = self.web.listener.as_ref();
        let offset = u32::try_from(index).unwrap_or_default();
        ListenerRule {
            listener: listener.map_or_else(|| output("ui", "ui_listener"), |it| it.arn.as_str().into()),
            priority: listener.map_or(OWN_PRIORITIES[index], |it| it.priority.saturating_add(offset)),
            hosts: host.map(str::to_owned).into_iter().collect(),
            paths: self.paths(host),
            cognito: Login::resolve(self.web.auth.as_ref()).cognito,
        }
    }

    /// Other applications have other paths of an existing listener. In one of its own the webserver sends people on to its
    /// prefix. A rule has one condition at least.
    fn paths(&self, host: Option<&str>) -> Vec<String> {
        let prefix = self.web.path_prefix.as_ref().filter(|_| self.web.listener.is_some());
        match (prefix, host) {
            (Some(prefix), _) => vec![prefix.to_string(), format!("{prefix}/*")],
            (None, None) => vec!["/*".to_owned()],
            (None, Some(_)) => Vec::new(),
        }
    }
}

impl Target {
    fn resolve(prefix: &str) -> Self {
        Self {
            container: "webserver".to_owned(),
            port: WEB_PORT,
            health_path: format!("{prefix}/server_info"),
            health_interval: 30,
            health_timeout: 10,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
            deregistration_delay: 30,
            deregistration_delay_text: "30".to_owned(),
        }
    }
}
