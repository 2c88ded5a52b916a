//! Findings about listeners, and about what is behind them.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    EXISTING_LISTENER = "existing-listener": "With `web.listener` the load balancer, its certificate and its name are \
        somebody else's. Nothing of theirs is changed but the rule that is added, so what describes a load balancer has \
        no place beside it."
        => "A rule of dagforge's own: nothing that is given is changed.";
    TAKES_EVERYTHING = "takes-everything": "A rule without host and path takes every request that no rule before it has \
        taken, those for other applications of the same listener too."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html";
    OLD_TLS = "old-tls": "TLS 1.0 and 1.1 are broken, and no browser of today needs them \
        (<https://datatracker.ietf.org/doc/html/rfc8996>)."
        => "RFC 8996, https://datatracker.ietf.org/doc/html/rfc8996, and \
        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html";
    READ_ONLY_COPY = "read-only-copy": "A listener tells the UI and its read-only copy apart by their names: each has one, \
        and they differ."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html";
    SCALING_LIMITS = "scaling-limits": "The fewest tasks cannot be more than the most."
        => "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html";
}

impl Diagnostics {
    /// A key that describes somebody else's load balancer.
    pub fn listener_is_theirs(&mut self, at: &SpecPath, key: &str) {
        let finding =
            self.error(EXISTING_LISTENER, Place::key(at), format!("`{at}` is for the owner of `web.listener`"));
        match key {
            "domain" => finding.help("the name that the listener's rule is for is `web.listener.host`"),
            _ => finding.help("remove it, or remove `listener` to get a load balancer of the deployment's own"),
        };
    }

    /// A rule that leaves nothing for others.
    pub fn takes_everything(&mut self, at: &SpecPath) {
        self.warning(TAKES_EVERYTHING, Place::key(at), "the UI would take every request of the listener")
            .help("name its `host`, or set `web.path_prefix`");
    }

    /// A policy with TLS 1.0 or 1.1.
    pub fn old_tls(&mut self, at: &SpecPath, policy: &str) {
        self.warning(OLD_TLS, Place::value(at), format!("`{policy}` accepts TLS 1.0 or 1.1"))
            .help("leave it out: the default accepts TLS 1.2 and 1.3");
    }

    /// A copy without a name to tell it apart.
    pub fn copy_needs_domain(&mut self, at: &SpecPath) {
        self.error(READ_ONLY_COPY, Place::key(at), "a read-only copy needs a UI that has a name")
            .help("set `web.domain`, with `zone` or a `certificate`");
    }

    /// Two names that are one.
    pub fn copy_of_same_name(&mut self, at: &SpecPath, name: &str) {
        self.error(READ_ONLY_COPY, Place::value(at), format!("`{name}` is the UI's own name"))
            .help("give the copy another one, in the same zone");
    }

    /// Limits in the wrong order.
    pub fn scaling_limits(&mut self, at: &SpecPath, min: u32, max: u32) {
        self.error(SCALING_LIMITS, Place::value(at), format!("at least {min} and at most {max} is no range"))
            .help("exchange `min` and `max`, or make them equal");
    }
}
