//! Rules about a registry that has the deployment's images and does not belong to it.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::elsewhere::written;
use crate::spec::data::Registry;
use crate::spec::network::Nat;
use crate::spec::path::SpecPath;
use crate::spec::scalar::SecretRef;

pub(super) const RULES: &[Rule] = &[place, credentials, reachable, in_vain, workflow];

fn registry<'a>(subject: &'a Subject) -> Option<(SpecPath, &'a Registry)> {
    Some((SpecPath::from("images.registry"), written(subject.spec)?))
}

/// ECR, or a registry of another kind.
fn place(subject: &Subject, found: &mut Diagnostics) {
    let Some((at, registry)) = registry(subject) else { return };
    let ecr = registry.account.is_some() || registry.region.is_some();
    match &registry.url {
        None if !ecr => {
            found.registry_place(&at, "the registry has no place", "add `account` or `region` of ECR, or a `url`")
        }
        Some(_) if ecr => found.registry_place(
            &at,
            "a registry with a `url` has neither account nor region",
            "remove `account` and `region`, or `url` if it is one of ECR",
        ),
        Some(url) if !url.has_registry() => found.registry_place(
            &at.key("url"),
            &format!("`{url}` does not begin with the host of a registry"),
            "it looks like `ghcr.io/acme`; a registry of ECR has an `account`",
        ),
        Some(url) if url.as_str().contains(".dkr.ecr.") => found.registry_place(
            &at.key("url"),
            &format!("`{url}` is a registry of ECR"),
            "write its `account` and `region` instead: IAM says who pulls from it",
        ),
        _ => {}
    }
}

/// ECS signs in with one secret that has both parts; IAM does it for ECR.
fn credentials(subject: &Subject, found: &mut Diagnostics) {
    let Some((at, registry)) = registry(subject) else { return };
    let Some(secret) = &registry.credentials else { return };
    let at = at.key("credentials");
    if registry.url.is_none() {
        found.no_effect(&at, "IAM says who may pull from ECR", "remove it");
    }
    let whole = match secret {
        SecretRef::Named { key, .. } => key.is_none(),
        SecretRef::Arn { arn, key } => key.is_none() && arn.service() == "secretsmanager",
        SecretRef::Ssm { .. } => false,
    };
    if !whole {
        found.registry_place(
            &at,
            "ECS signs in with a whole secret of Secrets Manager",
            "name a secret whose value is `{\"username\": …, \"password\": …}`, without a key behind it",
        );
    }
}

/// Without NAT an image comes from ECR of the region.
fn reachable(subject: &Subject, found: &mut Diagnostics) {
    let Some((at, registry)) = registry(subject) else { return };
    let nat = subject.spec.network.as_ref().and_then(|it| it.nat);
    let own = registry.region.as_ref().is_none_or(|it| *it == subject.spec.region);
    if subject.existing_vpc().is_none() && nat == Some(Nat::None) && (registry.url.is_some() || !own) {
        found.image_of_other_region(&at, &subject.plan.core.image_source, subject.spec.region.as_str());
    }
}

/// What is about repositories that are created.
fn in_vain(subject: &Subject, found: &mut Diagnostics) {
    let (Some(_), Some(images)) = (registry(subject), &subject.spec.images) else { return };
    for (key, given) in [("scan", images.scan.is_some()), ("keep", images.keep.is_some())] {
        if given {
            let at = SpecPath::from("images").key(key);
            found.no_effect(&at, "no repository is created", "remove it: whoever has the registry decides that");
        }
    }
}

/// The workflow pushes to repositories of the deployment.
fn workflow(subject: &Subject, found: &mut Diagnostics) {
    if registry(subject).is_some() && subject.spec.github.is_some() {
        found.registry_place(
            &"github".into(),
            "the workflow pushes to repositories of the deployment, and there are none",
            "remove `github`, or `images.registry`: whoever pushes the images calls `ops.sh deploy` too",
        );
    }
}
