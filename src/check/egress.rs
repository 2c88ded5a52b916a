//! Rules about ways out of the network: without NAT gateway everything that tasks call needs an endpoint.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::plan::config::{init_image, is_inline};
use crate::plan::network::endpoint_services;
use crate::spec::choice::WordOr;
use crate::spec::network::{EndpointService, EndpointsWord, Nat, Network};
use crate::spec::path::SpecPath;
use crate::spec::scalar::{ImageRef, Scalar};

pub(super) const RULES: &[Rule] = &[endpoints, init_container];

/// The network when it is created and has no NAT gateway.
fn without_nat<'a>(subject: &'a Subject) -> Option<&'a Network> {
    let network = subject.spec.network.as_ref()?;
    (subject.existing_vpc().is_none() && network.nat == Some(Nat::None)).then_some(network)
}

/// Everything that tasks call has an endpoint.
fn endpoints(subject: &Subject, found: &mut Diagnostics) {
    let Some(network) = without_nat(subject) else { return };
    let at = SpecPath::from("network.endpoints");
    let listed = match &network.endpoints {
        Some(WordOr::Other(listed)) => listed,
        Some(WordOr::Word(EndpointsWord::None)) => return found.no_way_out(&at),
        _ => return,
    };
    let automatic = Network { endpoints: None, ..network.clone() };
    let needed = endpoint_services(subject.spec, &automatic, Nat::None);
    for service in needed.into_iter().filter(|it| !listed.contains(it)) {
        let (word, purpose) = said(service);
        found.missing_endpoint(&at, word, purpose);
    }
}

/// A service as the spec writes it, and what tasks do with it.
fn said(service: EndpointService) -> (&'static str, &'static str) {
    match service {
        EndpointService::S3 => ("s3", "pull an image or write compute logs"),
        EndpointService::Ecr => ("ecr", "pull an image"),
        EndpointService::Logs => ("logs", "write its log"),
        EndpointService::Secretsmanager => ("secretsmanager", "get the database's password"),
        EndpointService::Ssm => ("ssm", "get a parameter named in `secrets`"),
        EndpointService::Ecs => ("ecs", "launch a run"),
        EndpointService::Kms => ("kms", "use a KMS key"),
        EndpointService::Sts => ("sts", "assume a role"),
        EndpointService::Ssmmessages => ("ssmmessages", "be entered with ECS Exec"),
    }
}

/// The init container's image is the only one that does not come from the deployment's own repositories.
fn init_container(subject: &Subject, found: &mut Diagnostics) {
    // The core image writes what is in its environment; packages of tasks are always fetched.
    let fetches = !is_inline(subject.spec) || subject.plan.rooms.tasks.iter().any(|it| it.package.is_some());
    let Some(Ok(image)) = without_nat(subject).filter(|_| fetches).map(|_| ImageRef::parse(init_image(subject.spec)))
    else {
        return;
    };
    let written = subject.spec.images.as_ref().is_some_and(|it| it.init.is_some());
    let at = SpecPath::from(if written { "images.init" } else { "network.nat" });
    let region = subject.spec.region.as_str();
    match private_registry(&image) {
        Some(other) if other != region => found.image_of_other_region(&at, image.as_str(), region),
        Some(_) => {}
        None => {
            let account = subject.spec.account.as_ref().map_or("<account>", |it| it.as_str());
            let suffix = subject.plan.deployment.url_suffix();
            let name = image.repository().rsplit('/').next().unwrap_or_default();
            let tag = image.tag().unwrap_or("<tag>");
            let mirror = format!("{account}.dkr.ecr.{region}.{suffix}/{name}:{tag}");
            found.unreachable_image(&at, image.as_str(), &mirror);
        }
    }
}

/// The region of a private ECR registry, `<account>.dkr.ecr.<region>.amazonaws.com`.
fn private_registry(image: &ImageRef) -> Option<&str> {
    let (account, rest) = image.registry()?.split_once(".dkr.ecr.")?;
    let region = rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))?;
    account.bytes().all(|it| it.is_ascii_digit()).then_some(region)
}
