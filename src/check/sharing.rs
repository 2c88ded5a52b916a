//! Rules about the deployments of one spec against each other: what only one of them can have.

use indexmap::IndexMap;

use super::database::is_host;
use crate::diagnostic::{Diagnostics, Severity};
use crate::spec::choice::WordOr;
use crate::spec::data::ExistingBucket;
use crate::spec::network::CreateWord;
use crate::spec::path::SpecPath;
use crate::spec::{Loaded, Spec};

/// Something that a deployment uses alone.
struct Claim {
    /// What it is: equal claims collide.
    what: String,
    at: &'static str,
    fix: &'static str,
    severity: Severity,
}

/// Reports everything that several deployments would share, where the second of them has it.
pub(super) fn check(deployments: &[Loaded<Spec>], found: &mut Diagnostics) {
    let mut claimed: IndexMap<String, Vec<(&Loaded<Spec>, Claim)>> = IndexMap::new();
    for loaded in deployments {
        for claim in claims(&loaded.spec) {
            claimed.entry(claim.what.clone()).or_default().push((loaded, claim));
        }
    }
    for users in claimed.values() {
        let [_, (second, Claim { what, at, fix, severity }), ..] = users.as_slice() else { continue };
        let names: Vec<&str> = users.iter().filter_map(|(it, _)| it.origin.environment()).collect();
        let mut own = Diagnostics::default();
        own.shared_by_environments(&SpecPath::from(*at), what, &names, fix, *severity);
        second.origin.place(&mut own);
        found.append(own);
    }
}

fn claims(spec: &Spec) -> Vec<Claim> {
    let one = [domain(spec), namespace(spec), database(spec), state(spec), provider(spec)].into_iter().flatten();
    one.chain(buckets(spec)).chain(adopted(spec)).collect()
}

fn domain(spec: &Spec) -> Option<Claim> {
    let domain = spec.web.as_ref()?.domain.as_ref()?;
    Some(Claim {
        what: format!("the UI's name `{domain}`"),
        at: "web.domain",
        fix: "give each environment a `web.domain` of its own",
        severity: Severity::Error,
    })
}

/// One VPC has one namespace of a name; in VPCs of their own the same name is confusing and no more.
fn namespace(spec: &Spec) -> Option<Claim> {
    // In one that exists every deployment has names of its own.
    let WordOr::Word(namespace) = spec.discovery.as_ref()?.namespace.as_ref()? else { return None };
    let vpc = match spec.network.as_ref().and_then(|it| it.vpc.as_ref()) {
        Some(WordOr::Other(existing)) => Some(existing.id.as_str()),
        _ => None,
    };
    Some(Claim {
        what: match vpc {
            Some(vpc) => format!("the namespace `{namespace}` in {vpc}"),
            None => format!("the namespace `{namespace}`"),
        },
        at: "discovery.namespace",
        fix: "leave `discovery.namespace` out: the default has the deployment's name",
        severity: if vpc.is_some() { Severity::Error } else { Severity::Warning },
    })
}

fn database(spec: &Spec) -> Option<Claim> {
    let database = spec.database.as_ref()?.existing.as_ref().filter(|it| is_host(&it.host))?;
    let name = database.name.as_deref().unwrap_or("dagster");
    Some(Claim {
        what: format!("the database `{name}` on `{}`", database.host),
        at: "database.existing",
        fix: "give each environment a `database.existing.name` of its own, or a database",
        severity: Severity::Error,
    })
}

/// Two deployments in one state would each destroy what the other has made.
fn state(spec: &Spec) -> Option<Claim> {
    let s3 = &spec.output.as_ref()?.tf.as_ref()?.backend.as_ref()?.s3;
    Some(Claim {
        what: format!("the Terraform state `{}` in `{}`", s3.key, s3.bucket),
        at: "output.tf.backend.s3.key",
        fix: "give each environment a `key` of its own: each apply would destroy what the other has made",
        severity: Severity::Error,
    })
}

/// An account has one identity provider of an address
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>).
fn provider(spec: &Spec) -> Option<Claim> {
    let provider = &spec.iam.as_ref()?.deploy_role.as_ref()?.github.provider;
    if matches!(provider, Some(WordOr::Other(_))) {
        return None;
    }
    let account = spec.account.as_ref().map_or_else(String::new, |it| format!(" of the account {it}"));
    Some(Claim {
        what: format!("GitHub's identity provider{account}"),
        at: "iam.deploy_role.github.provider",
        fix: "let one of them create it, and give the others its ARN: `provider: {arn: …}`",
        severity: if spec.account.is_some() { Severity::Error } else { Severity::Warning },
    })
}

/// What is taken over is one deployment's afterwards.
fn adopted(spec: &Spec) -> Vec<Claim> {
    let Some(adopt) = &spec.adopt else { return Vec::new() };
    let claim = |what: String, at: &'static str| Claim {
        what,
        at,
        fix: "let one environment take it over, and the others make their own",
        severity: Severity::Error,
    };
    let account = spec.account.as_ref().map_or("the account", |it| it.as_str());
    let place = format!("in {}, {account}", spec.region);
    let buckets = adopt.buckets.iter().flat_map(|it| it.given());
    let buckets = buckets.map(|(_, name)| claim(format!("the bucket `{name}`"), "adopt.buckets"));
    let repositories = adopt.repositories.iter().flat_map(|it| it.values());
    let repositories = repositories.map(|name| claim(format!("the repository `{name}` {place}"), "adopt.repositories"));
    buckets.chain(repositories).collect()
}

fn buckets(spec: &Spec) -> Vec<Claim> {
    let config = spec.config.as_ref().and_then(|it| it.bucket.as_ref());
    let logs = spec.storage.as_ref().and_then(|it| it.compute_logs.as_ref()).and_then(|it| it.bucket.as_ref());
    let prefix = spec.config.as_ref().and_then(|it| it.prefix.as_ref());
    let below = prefix.map(|it| format!(" below `{it}/`")).unwrap_or_default();
    let claim = |what: &str, at: &'static str, bucket: Option<&WordOr<CreateWord, ExistingBucket>>| match bucket {
        Some(WordOr::Other(bucket)) => Some(Claim {
            what: format!("the {what} bucket `{}`{}", bucket.existing, if what == "config" { &below } else { "" }),
            at,
            fix: if what == "config" {
                "give each environment a `config.prefix` or a bucket of its own, or let it be created"
            } else {
                "give each environment a bucket of its own, or let it be created"
            },
            severity: Severity::Error,
        }),
        _ => None,
    };
    [claim("config", "config.bucket", config), claim("compute log", "storage.compute_logs.bucket", logs)]
        .into_iter()
        .flatten()
        .collect()
}
