//! Postgres, LocalStack, webserver and daemon.

use super::service::{Bind, Build, HealthCheck, Own, Port, Service, TMP, Volume, seconds};
use super::variables::{base_image, docker_group, password};
use super::{Around, DAEMON, LOCALSTACK, POSTGRES, PROFILE, WEBSERVER};
use crate::plan::config;
use crate::plan::elsewhere::Elsewhere;
use crate::plan::registry::Repository;
use crate::plan::task::{Container, Variable, sorted, variable};
use crate::plan::text::{Input, Text, output, text};
use crate::plan::web::WEB_PORT;
use crate::spec::choice::WordOr;

/// Port of LocalStack.
pub const LOCALSTACK_PORT: u16 = 4566;
/// Image of LocalStack where the spec names none.
const LOCALSTACK_IMAGE: &str = "localstack/localstack:3";
/// Major version of Postgres where the database is somebody else's.
const POSTGRES_MAJOR: &str = "17";
/// Port of Postgres on this machine where the spec names none.
const POSTGRES_PORT: u16 = 5432;
/// Where Docker listens.
const DOCKER_SOCKET: &str = "/var/run/docker.sock";

impl Around<'_> {
    /// Port of the UI on this machine.
    pub(super) fn web_port(&self) -> u16 {
        self.local.port.unwrap_or(WEB_PORT)
    }

    /// Address of the UI, below the path that it is served at.
    pub(super) fn url(&self) -> String {
        let path = &self.rooms.ui.webserver.route.target.health_path;
        let prefix = path.rsplit_once('/').map_or("", |(prefix, _)| prefix);
        format!("http://localhost:{}{prefix}", self.web_port())
    }

    pub(super) fn postgres(&self) -> Service {
        let database = &self.rooms.data.database;
        let major = database.created.as_ref().and_then(|it| it.parameter_family.strip_prefix("postgres"));
        let official = format!("public.ecr.aws/docker/library/postgres:{}", major.unwrap_or(POSTGRES_MAJOR));
        let image = self.local.database_image.as_ref().map_or(official, |it| it.as_str().to_owned());
        // Over TCP: while it sets itself up, Postgres listens on its socket alone.
        let ready = ["pg_isready", "-h", "127.0.0.1", "-U", &database.user, "-d", &database.name];
        Service {
            environment: vec![
                // A folder of its own: the image's default moved in version 18.
                variable("PGDATA", "/srv/postgres/data"),
                // Both server and check read it.
                variable("PGPORT", database.port.to_string()),
                variable("POSTGRES_DB", &database.name),
                variable("POSTGRES_PASSWORD", password()),
                variable("POSTGRES_USER", &database.user),
            ],
            ports: vec![Port::new(self.local.database_port.unwrap_or(POSTGRES_PORT), database.port)],
            volume: Some(Volume { name: "postgres-data".to_owned(), target: "/srv/postgres".to_owned() }),
            ..self.foreign(POSTGRES, image, HealthCheck::quick(ready))
        }
    }

    /// S3 with the deployment's buckets. Its health check makes them, so that they are there again after a restart, which
    /// LocalStack forgets everything in.
    pub(super) fn localstack(&self) -> Service {
        let given = self.local.extra_services.as_ref().and_then(|it| it.iter().find(|it| it.0.as_str() == LOCALSTACK));
        let image = given.map(|(_, it)| match it {
            WordOr::Word(image) => image.as_str(),
            WordOr::Other(service) => service.image.as_str(),
        });
        let make_buckets = text![
            "for bucket in ",
            self.buckets(),
            "; do awslocal s3api head-bucket --bucket \"$bucket\" > /dev/null 2>&1 || awslocal s3 mb \"s3://$bucket\" || exit 1; done",
        ];
        Service {
            environment: vec![variable("AWS_DEFAULT_REGION", &self.deployment.region)],
            ports: vec![Port::new(LOCALSTACK_PORT, LOCALSTACK_PORT)],
            ..self.foreign(
                LOCALSTACK,
                image.unwrap_or(LOCALSTACK_IMAGE).to_owned(),
                HealthCheck {
                    test: vec!["CMD-SHELL".into(), make_buckets],
                    timeout: seconds(30),
                    ..HealthCheck::quick([""; 0])
                },
            )
        }
    }

    /// The deployment's buckets, as words of a shell loop.
    fn buckets(&self) -> Text {
        let data = &self.rooms.data;
        let mut words = Text::new();
        for bucket in data.config_bucket.iter().chain([&data.compute_logs_bucket]).chain(&data.code_bucket) {
            if !words.parts().is_empty() {
                words.push(" ");
            }
            words.push(self.bucket(bucket));
        }
        words
    }

    /// Name of a bucket, which in the deployment the data layer publishes where it creates it.
    pub(super) fn bucket(&self, name: &Text) -> Text {
        let created = self.rooms.data.buckets.iter().find(|it| output("data", &it.published()) == *name);
        self.here(created.map_or(name, |it| &it.name))
    }

    pub(super) fn webserver(&self, below: &[String]) -> Service {
        let containers = &self.rooms.ui.webserver.task.containers;
        let path = &self.rooms.ui.webserver.route.target.health_path;
        let health =
            format!("import urllib.request; urllib.request.urlopen('http://127.0.0.1:{WEB_PORT}{path}', timeout=5)");
        Service {
            ports: vec![Port::new(self.web_port(), WEB_PORT)],
            ..self.core(WEBSERVER, containers, HealthCheck::quick(["python", "-c", &health]), below)
        }
    }

    pub(super) fn daemon(&self, below: &[String]) -> Service {
        let containers = &self.rooms.platform.daemon.task.containers;
        let deployed = containers.iter().find_map(|it| it.health_check.as_ref());
        let health = deployed.map_or_else(|| HealthCheck::quick([""; 0]), |it| HealthCheck::of(it, 15));
        self.core(DAEMON, containers, health, below)
    }

    /// Webserver or daemon: the deployment's command in the deployment's image.
    fn core(&self, name: &str, containers: &[Container], health_check: HealthCheck, below: &[String]) -> Service {
        let deployed = containers.iter().find(|it| it.name == name);
        let command = deployed.map(|it| it.command.clone()).unwrap_or_default();
        let environment = self.instance_environment().into_iter().chain([config::home(self.deployment)]).collect();
        let docker = self.runs_in_docker();
        let socket = docker.then(|| bind(DOCKER_SOCKET.into(), DOCKER_SOCKET, false));
        let files = ["dagster.yaml", "workspace.yaml"]
            .map(|it| bind(format!("./{it}").into(), &format!("{}/{it}", self.deployment.home), true));
        Service {
            profile: Some(PROFILE.to_owned()),
            build: Some(Build {
                context: "../images/core".into(),
                dockerfile: "Dockerfile".to_owned(),
                code: None,
                base_image: Some(base_image()),
                port: None,
                platform: self.deployment.platform.clone(),
            }),
            own: Some(Own {
                groups: docker.then(docker_group).into_iter().collect(),
                ..self.own(true, deployed.map_or(30, |it| it.stop_timeout))
            }),
            command,
            environment: sorted(environment),
            binds: files.into_iter().chain(socket).collect(),
            depends_on: below.to_vec(),
            ..self.foreign(
                name,
                self.image(&Repository::core(self.spec, self.deployment), Input::GitRev(None).into()),
                health_check,
            )
        }
    }

    /// What every container of an own image has.
    pub(super) fn own(&self, read_only: bool, stop_timeout: u32) -> Own {
        Own {
            user: self.deployment.user.clone(),
            groups: Vec::new(),
            read_only,
            // Some libraries unpack code there and load it, which Docker's own default forbids.
            writable: format!("{TMP}:exec,mode=1777"),
            stop_grace: seconds(stop_timeout),
        }
    }

    /// A service with an image that is not built here, and nothing but a health check.
    pub(super) fn foreign(&self, name: &str, image: impl Into<Text>, health_check: HealthCheck) -> Service {
        Service {
            name: name.to_owned(),
            profile: None,
            image: image.into(),
            build: None,
            own: None,
            command: Vec::new(),
            environment: Vec::new(),
            ports: Vec::new(),
            binds: Vec::new(),
            mounts: false,
            volume: None,
            health_check,
            depends_on: Vec::new(),
        }
    }

    /// The image of a revision in its registry: what is built here can be pushed.
    pub(super) fn image(&self, repository: &Repository, given: Text) -> Text {
        let revision = self.deployment.gitrev.as_deref().map_or(given, Text::from);
        if let Some(elsewhere) = Elsewhere::resolve(self.spec, self.deployment) {
            return text![self.here(&elsewhere.repository(repository)), ":", revision];
        }
        let host =
            text![self.account(), format!(".dkr.ecr.{}.{}/", self.deployment.region, self.deployment.url_suffix())];
        text![host, repository.name.as_str(), ":", revision]
    }
}

/// A folder or file of this machine.
pub(super) fn bind(source: Text, target: &str, read_only: bool) -> Bind {
    Bind { source, target: target.to_owned(), read_only }
}

/// Variables by name: a later one replaces an earlier one.
pub(super) fn merged(variables: impl IntoIterator<Item = Variable>) -> Vec<Variable> {
    let mut all: Vec<Variable> = Vec::new();
    for variable in variables {
        match all.iter_mut().find(|it| it.name == variable.name) {
            Some(earlier) => *earlier = variable,
            None => all.push(variable),
        }
    }
    sorted(all)
}
