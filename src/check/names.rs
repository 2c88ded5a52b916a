//! Rules about names in AWS that are made from the deployment's name.

use super::{Rule, Subject, measure};
use crate::diagnostic::Diagnostics;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[ambiguous, buckets, database, stacks, hosts, domain];

/// Longest bucket name (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
const BUCKET_LIMIT: usize = 63;
/// Longest RDS identifier (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html>).
pub(crate) const DATABASE_LIMIT: usize = 63;
/// What Terraform appends to a name prefix: a time and a counter.
pub(crate) const TERRAFORM_SUFFIX: usize = 26;
/// Longest stack name
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
pub(crate) const STACK_LIMIT: usize = 128;
/// Longest label of a DNS name, and longest DNS name.
const LABEL_LIMIT: usize = 63;
const HOST_LIMIT: usize = 253;
/// Longest first name of an ACM certificate
/// (<https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html>).
const CERTIFICATE_LIMIT: usize = 64;

/// A name that is made from the deployment's.
struct Derived<'a> {
    what: &'a str,
    name: &'a str,
    length: usize,
    limit: usize,
}

impl Subject<'_> {
    fn derived(&self, derived: &Derived<'_>, other_way: &str, found: &mut Diagnostics) {
        let Derived { what, name, length, limit } = *derived;
        let Some(excess) = length.checked_sub(limit).filter(|it| *it > 0) else { return };
        let whose = match self.environment {
            Some(environment) => format!("`name`, or the environment's name `{environment}`,"),
            None => "`name`".to_owned(),
        };
        let count = if excess == 1 { "a character".to_owned() } else { format!("{excess} characters") };
        let fix = format!("shorten {whose} by {count} or more{other_way}");
        found.name_too_long(&"name".into(), what, name, length, limit, &fix);
    }
}

/// Layers of which each code location or task has one: stacks are called after them.
const OWNED: [&str; 3] = ["location", "registry", "task"];

/// Stacks of two deployments must not be called alike.
fn ambiguous(subject: &Subject, found: &mut Diagnostics) {
    let name = &subject.plan.deployment.name;
    let other = |kind: &'static str| Some((kind, format!("{name}-").split_once(&format!("-{kind}-"))?.0.to_owned()));
    if let Some((kind, other)) = OWNED.into_iter().find_map(other) {
        found.ambiguous_name(&"name".into(), name, &other, kind);
    }
}

/// Bucket names end in account and region.
fn buckets(subject: &Subject, found: &mut Diagnostics) {
    for created in &subject.plan.rooms.data.buckets {
        let length = measure::text(&created.name, &subject.plan.deployment);
        let name = created.name.to_string();
        let derived = Derived { what: "the bucket", name: &name, length, limit: BUCKET_LIMIT };
        subject.derived(&derived, &format!(", or name an existing bucket in `{}`", created.spec_key), found);
    }
}

/// Terraform makes the identifier from a prefix.
fn database(subject: &Subject, found: &mut Diagnostics) {
    let Some(created) = &subject.plan.rooms.data.database.created else { return };
    let name = format!("{}-…", created.label);
    let length = created.label.len() + 1 + TERRAFORM_SUFFIX;
    subject.derived(&Derived { what: "the database", name: &name, length, limit: DATABASE_LIMIT }, "", found);
}

/// The longest stack name is enough: shortening mends all of them.
fn stacks(subject: &Subject, found: &mut Diagnostics) {
    let Some(longest) = subject.plan.layers.iter().map(|it| it.stack.as_str()).max_by_key(|it| it.len()) else {
        return;
    };
    let derived = Derived { what: "the stack", name: longest, length: longest.len(), limit: STACK_LIMIT };
    subject.derived(&derived, "", found);
}

/// Host names of the code servers: the namespace may come from the deployment's name.
fn hosts(subject: &Subject, found: &mut Diagnostics) {
    let derived = subject.spec.discovery.as_ref().is_none_or(|it| it.namespace.is_none());
    if let Some(namespace) = subject.plan.rooms.platform.namespace.as_ref().filter(|_| derived) {
        let label = namespace.split('.').next().unwrap_or_default();
        let derived = Derived { what: "the DNS label", name: label, length: label.len(), limit: LABEL_LIMIT };
        subject.derived(&derived, ", or set `discovery.namespace`", found);
    }
    let too_long = subject
        .plan
        .rooms
        .locations
        .iter()
        .filter_map(|it| Some(&it.server.as_ref()?.host))
        .find(|it| it.len() > HOST_LIMIT);
    if let Some(host) = too_long {
        let at = SpecPath::from("discovery.namespace");
        let fix = "take a shorter namespace, or leave it out";
        found.name_too_long(&at, "the host name", host, host.len(), HOST_LIMIT, fix);
    }
}

/// ACM refuses a long first name, and a further name may be longer.
fn domain(subject: &Subject, found: &mut Diagnostics) {
    let balancer = subject.plan.rooms.ui.load_balancer.as_ref();
    let requested = balancer.and_then(|it| it.https.as_ref()?.requested.as_ref());
    let Some(requested) = requested.filter(|it| it.domain.len() > CERTIFICATE_LIMIT) else { return };
    let fix = "take a shorter domain, or give a `certificate` that has it as a further name";
    let at = SpecPath::from("web.domain");
    found.name_too_long(
        &at,
        "the certificate's name",
        &requested.domain,
        requested.domain.len(),
        CERTIFICATE_LIMIT,
        fix,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that the plan shortens, or that cannot reach their limit, have no rule; this holds as long as they do.
    #[test]
    fn the_longest_names_fit_where_no_rule_looks() {
        let (name, key) = ("n".repeat(63), "k".repeat(31));
        let text = format!(
            "dagforge: 1\nname: {name}\nregion: ap-northeast-1\ncode_locations: {{{key}: {{module: m}}}}\n\
             dashboard: true\nenvironments: {{{key}: {{}}}}\n"
        );
        let source = crate::source::Source::new("dagforge.yaml", text);
        let loaded = crate::spec::load::<crate::spec::Spec>(&source, Some(&key)).unwrap();
        let plan = super::super::outlook(&loaded.spec, Some(&key));
        let location = &plan.rooms.locations[0];
        let server = location.server.as_ref().unwrap();
        let fits = |name: &str, limit: usize| assert!(name.len() <= limit, "{name}");
        for role in [&location.execution_role, &server.role, &location.run_role] {
            fits(&role.name, 64);
            fits(&role.path, 512);
        }
        for task in [&server.task, &location.run] {
            fits(&task.family, 255);
        }
        fits(&server.service.name, 255);
        fits(&location.repository.as_ref().unwrap().name, 256);
        fits(&location.run_log_group.name, 512);
        fits(&plan.rooms.platform.cluster.name, 255);
        fits(&plan.rooms.operations.as_ref().unwrap().dashboard.as_ref().unwrap().name, 255);
        for group in &plan.rooms.platform.security.groups {
            fits(&group.name_prefix, 255 - TERRAFORM_SUFFIX);
        }
        for published in plan.layers.iter().flat_map(|it| it.publishes.values()) {
            fits(&published.path, 1011);
        }
    }
}
