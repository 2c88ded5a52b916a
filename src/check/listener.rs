//! Rules about listeners: an existing one belongs to somebody else, and the deployment's own takes good ciphers.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::compute::Web;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[theirs, priority, everything, ciphers];

/// What is the load balancer's owner's to say.
fn theirs(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = subject.spec.web.as_ref().filter(|it| it.listener.is_some()) else { return };
    for (key, is_written) in of_a_load_balancer(web) {
        if is_written {
            found.listener_is_theirs(&SpecPath::from("web").key(key), key);
        }
    }
}

fn of_a_load_balancer(web: &Web) -> [(&'static str, bool); 10] {
    [
        ("domain", web.domain.is_some()),
        ("zone", web.zone.is_some()),
        ("certificate", web.certificate.is_some()),
        ("tls_policy", web.tls_policy.is_some()),
        ("scheme", web.scheme.is_some()),
        ("allow", web.allow.is_some()),
        ("allow_public", web.allow_public.is_some()),
        ("idle_timeout", web.idle_timeout.is_some()),
        ("waf", web.waf.is_some()),
        ("access_logs", web.access_logs.is_some()),
    ]
}

/// A read-only copy has the rule after that of the UI.
fn priority(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = &subject.spec.web else { return };
    let Some(listener) = &web.listener else { return };
    let most = if web.read_only_copy.is_some() { 49_999 } else { 50_000 };
    if !(1..=most).contains(&listener.priority) {
        let reason = "rules have priorities from 1 to 50000, and a read-only copy takes the next one";
        found.beyond(&"web.listener.priority".into(), listener.priority.into(), (1, most.into()), reason);
    }
}

/// A listener that is shared has other rules too.
fn everything(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = &subject.spec.web else { return };
    if web.listener.as_ref().is_some_and(|it| it.host.is_none()) && web.path_prefix.is_none() {
        found.takes_everything(&"web.listener".into());
    }
}

/// Policies that accept TLS 1.0 or 1.1: the later ones have the oldest version in their names
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>).
fn is_old(policy: &str) -> bool {
    let first = ["ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-FS-2018-06"];
    first.contains(&policy) || policy.contains("-1-0-") || policy.contains("-1-1-")
}

/// Nobody's browser needs what is older than TLS 1.2.
fn ciphers(subject: &Subject, found: &mut Diagnostics) {
    let policy = subject.spec.web.as_ref().and_then(|it| it.tls_policy.as_ref());
    if let Some(policy) = policy.filter(|it| is_old(it.as_str())) {
        found.old_tls(&"web.tls_policy".into(), policy.as_str());
    }
}
