//! Rules about ARNs in the spec: of the right kind, and of the deployment's partition, region and account.

use super::{Rule, Subject};
use crate::diagnostic::{Diagnostics, Severity};
use crate::spec::choice::WordOr;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{Arn, Partition, Scalar, SecretRef};

pub(super) const RULES: &[Rule] = &[partition, cluster, certificate, web, keys, policies, secrets, resources];

/// What AWS demands of an ARN at a place.
struct Demand {
    /// What it is the ARN of, with its article.
    what: &'static str,
    service: &'static str,
    /// Beginnings of the resource.
    resources: &'static [&'static str],
    /// Only one of the deployment's own region.
    own_region: bool,
    /// AWS refuses another account's.
    own_account: bool,
}

const CERTIFICATE: Demand = Demand {
    what: "an ACM certificate",
    service: "acm",
    resources: &["certificate/"],
    own_region: true,
    own_account: true,
};
const CLUSTER: Demand =
    Demand { what: "an ECS cluster", service: "ecs", resources: &["cluster/"], own_region: true, own_account: true };
const WEB_ACL: Demand = Demand {
    what: "a regional web ACL",
    service: "wafv2",
    resources: &["regional/webacl/"],
    own_region: true,
    own_account: true,
};
const LISTENER: Demand = Demand {
    what: "a listener of an application load balancer",
    service: "elasticloadbalancing",
    resources: &["listener/app/"],
    own_region: true,
    own_account: true,
};
const USER_POOL: Demand = Demand {
    what: "a Cognito user pool",
    service: "cognito-idp",
    resources: &["userpool/"],
    own_region: true,
    own_account: true,
};
/// CloudFormation reads a secret in the region that it deploys to; another account's with that account's consent.
const CLIENT_SECRET: Demand = Demand {
    what: "a secret of Secrets Manager",
    service: "secretsmanager",
    resources: &["secret:"],
    own_region: true,
    own_account: false,
};
/// An alias would not do: permissions name keys.
const KEY: Demand =
    Demand { what: "a KMS key", service: "kms", resources: &["key/"], own_region: true, own_account: false };
/// An alarm is sent to a topic of its own region.
const TOPIC: Demand =
    Demand { what: "an SNS topic", service: "sns", resources: &[""], own_region: true, own_account: false };
const ROLE: Demand =
    Demand { what: "an IAM role", service: "iam", resources: &["role/"], own_region: false, own_account: false };
const PROVIDER: Demand = Demand {
    what: "GitHub's identity provider",
    service: "iam",
    resources: &["oidc-provider/token.actions.githubusercontent.com"],
    own_region: false,
    own_account: true,
};
const POLICY: Demand =
    Demand { what: "a managed policy", service: "iam", resources: &["policy/"], own_region: false, own_account: true };
/// A full ARN may name another region's secret; its form is checked when it is read.
const SECRET: Demand = Demand { what: "a secret", service: "", resources: &[], own_region: false, own_account: false };

impl Subject<'_> {
    fn arn(&self, arn: &Arn, demand: &Demand, at: &SpecPath, found: &mut Diagnostics) {
        let Demand { what, service, resources, own_region, own_account } = *demand;
        let (region, partition) = (self.spec.region.as_str(), self.plan.deployment.partition.as_str());
        let good = resources.is_empty() || resources.iter().any(|it| arn.resource().starts_with(it));
        if !service.is_empty() && (arn.service() != service || !good) {
            let place = if own_region { region } else { "" };
            let account = self.spec.account.as_ref().map_or("123456789012", |it| it.as_str());
            let resource = resources.first().copied().unwrap_or_default();
            return found.wrong_arn(at, what, &format!("arn:{partition}:{service}:{place}:{account}:{resource}…"));
        }
        self.partition(arn, at, found);
        if own_region && arn.region() != region && arn.partition() == partition {
            found.foreign_region(at, arn.region(), region, what);
        }
        let severity = if own_account { Severity::Error } else { Severity::Warning };
        self.account(arn, severity, at, found);
    }

    fn partition(&self, arn: &Arn, at: &SpecPath, found: &mut Diagnostics) {
        let own = self.plan.deployment.partition.as_str();
        if arn.partition() != own {
            found.foreign_partition(at, arn.partition(), own, self.spec.region.as_str());
        }
    }

    /// AWS's own policies have the account `aws`, buckets have none.
    fn account(&self, arn: &Arn, severity: Severity, at: &SpecPath, found: &mut Diagnostics) {
        let Some(account) = &self.spec.account else { return };
        if !matches!(arn.account(), "" | "aws") && arn.account() != account.as_str() {
            found.foreign_account(at, arn.account(), account.as_str(), severity);
        }
    }
}

/// Services and tasks are in the account and region of their cluster.
fn cluster(subject: &Subject, found: &mut Diagnostics) {
    if let Some(arn) = subject.spec.cluster.as_ref().and_then(|it| it.existing.as_ref()?.arn()) {
        subject.arn(&arn, &CLUSTER, &"cluster.existing".into(), found);
    }
}

/// A load balancer takes certificates of its own region and account.
fn certificate(subject: &Subject, found: &mut Diagnostics) {
    let certificate = subject.spec.web.as_ref().and_then(|it| it.certificate.as_ref());
    if let Some(WordOr::Other(certificate)) = certificate {
        subject.arn(&certificate.arn, &CERTIFICATE, &"web.certificate.arn".into(), found);
    }
}

/// What stands before the webserver and beside it.
fn web(subject: &Subject, found: &mut Diagnostics) {
    let Some(web) = &subject.spec.web else { return };
    if let Some(waf) = &web.waf {
        subject.arn(&waf.arn, &WEB_ACL, &"web.waf.arn".into(), found);
    }
    if let Some(listener) = &web.listener {
        subject.arn(&listener.arn, &LISTENER, &"web.listener.arn".into(), found);
    }
    let auth = web.auth.as_ref();
    if let Some(cognito) = auth.and_then(|it| it.cognito.as_ref()) {
        subject.arn(&cognito.user_pool_arn, &USER_POOL, &"web.auth.cognito.user_pool_arn".into(), found);
    }
    if let Some(SecretRef::Arn { arn, .. }) = auth.and_then(|it| it.oidc.as_ref()).map(|it| &it.client_secret) {
        subject.arn(arn, &CLIENT_SECRET, &"web.auth.oidc.client_secret".into(), found);
    }
}

/// Logs, databases and sessions are encrypted with keys of their own region.
fn keys(subject: &Subject, found: &mut Diagnostics) {
    let spec = subject.spec;
    let database = spec.database.as_ref().and_then(|it| it.create.as_ref()).and_then(|it| it.kms.as_ref());
    let logs = spec.logs.as_ref().and_then(|it| it.kms.as_ref());
    let sessions = spec.cluster.as_ref().and_then(|it| it.exec.as_ref()).and_then(|it| it.kms.as_ref());
    let default = match &spec.kms {
        Some(WordOr::Other(existing)) => Some(&existing.key),
        _ => None,
    };
    let keys =
        [("kms.key", default), ("database.create.kms", database), ("logs.kms", logs), ("cluster.exec.kms", sessions)];
    for (at, key) in keys {
        if let Some(key) = key {
            subject.arn(key, &KEY, &at.into(), found);
        }
    }
}

/// The region says which partition it is.
fn partition(subject: &Subject, found: &mut Diagnostics) {
    let (own, region) = (subject.plan.deployment.partition.as_str(), subject.spec.region.as_str());
    if let Some(written) = subject.spec.partition.map(Partition::as_str).filter(|it| *it != own) {
        found.partition_of_region(&"partition".into(), written, own, region);
    }
}

/// Policies are attached within an account.
fn policies(subject: &Subject, found: &mut Diagnostics) {
    if let Some(topic) = subject.spec.alarms.as_ref().and_then(|it| it.sns_topic.as_ref()) {
        subject.arn(topic, &TOPIC, &"alarms.sns_topic".into(), found);
    }
    if let Some(boundary) = subject.spec.iam.as_ref().and_then(|it| it.permissions_boundary.as_ref()) {
        subject.arn(boundary, &POLICY, &"iam.permissions_boundary".into(), found);
    }
    let trust = subject.spec.iam.as_ref().and_then(|it| it.deploy_role.as_ref()).map(|it| &it.github);
    if let Some(WordOr::Other(provider)) = trust.and_then(|it| it.provider.as_ref()) {
        subject.arn(&provider.arn, &PROVIDER, &"iam.deploy_role.github.provider.arn".into(), found);
    }
    if let Some(role) = subject.spec.github.as_ref().and_then(|it| it.role.as_ref()) {
        subject.arn(role, &ROLE, &"github.role".into(), found);
    }
    for (at, permission) in subject.owners().flat_map(|it| it.permissions()) {
        if let Some(managed) = &permission.managed {
            subject.arn(managed, &POLICY, &at.key("managed"), found);
        }
    }
}

/// Another account's secret needs that account's consent.
fn secrets(subject: &Subject, found: &mut Diagnostics) {
    let existing = subject.spec.database.as_ref().and_then(|it| it.existing.as_ref());
    let password = existing.and_then(|it| it.password.as_ref());
    let database = password.map(|it| (SpecPath::from("database.existing.password"), it));
    let owners = subject.owners().flat_map(|owner| {
        let at = owner.at.key("secrets");
        owner.secrets().filter_map(move |(name, it)| Some((at.key(name.as_str()), it.existing()?)))
    });
    for (at, secret) in database.into_iter().chain(owners) {
        if let SecretRef::Arn { arn, .. } = secret {
            subject.arn(arn, &SECRET, &at, found);
        }
    }
}

/// What permissions are allowed on; ARNs with wildcards in these parts say nothing to compare.
fn resources(subject: &Subject, found: &mut Diagnostics) {
    for (at, permission) in subject.owners().flat_map(|it| it.permissions()) {
        let at = at.key("on");
        for (index, text) in permission.on.iter().flatten().enumerate() {
            let Ok(arn) = Arn::parse(text) else { continue };
            subject.partition(&arn, &at.index(index), found);
            subject.account(&arn, Severity::Warning, &at.index(index), found);
        }
    }
}
