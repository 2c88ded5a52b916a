//! Services beside Dagster's.

use super::service::{HealthCheck, Port, Service, Volume};
use super::variables::secret;
use super::{Around, LOCALSTACK};
use crate::plan::task::{sorted, variable};
use crate::plan::text::Text;
use crate::spec::choice::WordOr;
use crate::spec::local::{ExtraService, PortPair};
use crate::spec::scalar::{ImageRef, KeyName};

/// An image whose health check and port are known.
pub struct Known {
    /// Last part of the image's repository.
    repository: &'static str,
    /// Port that it listens on.
    port: u16,
    /// Command that succeeds once it is ready.
    health_check: &'static [&'static str],
}

const KNOWN: &[Known] = &[
    Known { repository: "postgres", port: 5432, health_check: &["pg_isready", "-h", "127.0.0.1"] },
    Known { repository: "redis", port: 6379, health_check: &["redis-cli", "ping"] },
    Known { repository: "valkey", port: 6379, health_check: &["valkey-cli", "ping"] },
];

/// What is known of an image, told from the last part of its repository.
pub fn known(image: &ImageRef) -> Option<&'static Known> {
    let name = image.repository().rsplit('/').next().unwrap_or_default();
    KNOWN.iter().find(|it| it.repository == name)
}

/// The image of a service in its short or long form.
pub fn service_image(service: &WordOr<ImageRef, ExtraService>) -> &ImageRef {
    match service {
        WordOr::Word(image) => image,
        WordOr::Other(service) => &service.image,
    }
}

/// Ports of a service, on this machine and in its container: those that the spec names, or that of its image.
pub fn ports(service: &WordOr<ImageRef, ExtraService>) -> Vec<(u16, u16)> {
    let given = match service {
        WordOr::Word(_) => None,
        WordOr::Other(service) => service.ports.as_ref(),
    };
    let of_image = || known(service_image(service)).map(|it| (it.port, it.port)).into_iter().collect();
    let pair = |port: &WordOr<u16, PortPair>| match port {
        WordOr::Word(same) => (*same, *same),
        WordOr::Other(pair) => (pair.published, pair.target),
    };
    given.map_or_else(of_image, |it| it.iter().map(pair).collect())
}

impl Around<'_> {
    fn others(&self) -> impl Iterator<Item = (&KeyName, &WordOr<ImageRef, ExtraService>)> {
        self.local.extra_services.iter().flatten().filter(|it| it.0.as_str() != LOCALSTACK)
    }

    pub(super) fn extra_services(&self) -> Vec<Service> {
        self.others().map(|(key, service)| self.extra_service(key.as_str(), service)).collect()
    }

    fn extra_service(&self, name: &str, service: &WordOr<ImageRef, ExtraService>) -> Service {
        let image = service_image(service);
        let long = match service {
            WordOr::Word(_) => None,
            WordOr::Other(long) => Some(long),
        };
        let given = long.and_then(|it| it.health_check.clone());
        let of_image = || known(image).map(|it| it.health_check.iter().map(|it| (*it).to_owned()).collect());
        let words: Vec<String> = given.or_else(of_image).unwrap_or_default();
        let env = long.and_then(|it| it.env.as_ref()).into_iter().flatten();
        let env = env.map(|(name, value)| variable(name.as_str(), value));
        let secrets = long.and_then(|it| it.secrets.as_ref()).into_iter().flatten();
        let secrets = secrets.map(|it| variable(it.as_str(), secret(name, it.as_str())));
        let data = long.and_then(|it| it.data.clone());
        Service {
            command: long.and_then(|it| it.command.as_ref()).into_iter().flatten().map(Text::from).collect(),
            environment: sorted(env.chain(secrets).collect()),
            ports: ports(service).into_iter().map(|(published, target)| Port::new(published, target)).collect(),
            volume: data.map(|target| Volume { name: format!("{name}-data"), target }),
            ..self.foreign(name, image.as_str(), HealthCheck::quick(words))
        }
    }

    /// Services with the variables that `.env` sets for them.
    pub(super) fn extra_secrets(&self) -> Vec<(&str, &str)> {
        let mut all = Vec::new();
        for (key, service) in self.others() {
            if let WordOr::Other(long) = service {
                all.extend(long.secrets.iter().flatten().map(|it| (key.as_str(), it.as_str())));
            }
        }
        all
    }
}
