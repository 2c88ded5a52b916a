//! The webservers: the one that everybody works with, and a copy that changes nothing.

use serde::Serialize;

use super::access;
use super::config;
use super::deployment::Deployment;
use super::exec;
use super::iam::{Role, Statement};
use super::platform::Core;
use super::route::{Entrance, Route};
use super::task::{Container, LogGroup, Service, TaskDefinition};
use super::text::output;
use super::web::WEB_PORT;
use crate::spec::compute::Web;
use crate::spec::web::Autoscale;

/// A webserver: its service and what belongs to it.
#[derive(Clone, Debug, Serialize)]
pub struct Webserver {
    /// Container logs.
    pub log_group: LogGroup,
    /// What it may do.
    pub role: Role,
    /// Its task definition.
    pub task: TaskDefinition,
    /// Its service.
    pub service: Service,
    /// How requests reach it.
    pub route: Route,
    /// Its number follows its use of the CPU; without this it is fixed.
    pub scaling: Option<Scaling>,
}

/// How many tasks there are, by how busy they are.
#[derive(Clone, Debug, Serialize)]
pub struct Scaling {
    /// Fewest tasks.
    pub min: u32,
    /// Most tasks.
    pub max: u32,
    /// Name of the scaling policy.
    pub policy: String,
    /// Average use of the CPU that is aimed at, in percent.
    pub cpu_percent: u32,
}

impl Webserver {
    /// How many tasks there may be, not counting those of a deployment in progress.
    pub fn most(&self) -> u32 {
        self.scaling.as_ref().map_or(self.service.desired_count, |it| it.max)
    }
}

/// What the two differ in.
struct Manner {
    /// Identifier, in snake case: of service, task definition and logs.
    id: &'static str,
    /// Name of role and log group.
    name: &'static str,
    description: &'static str,
    read_only: bool,
    exec: bool,
    replicas: u32,
}

impl Core<'_> {
    /// The webserver.
    pub(super) fn webserver(&self) -> Webserver {
        let web = self.web();
        let replicas = web.autoscale.as_ref().map(|it| it.min).or(web.replicas);
        let manner = Manner {
            id: "webserver",
            name: "webserver",
            description: "Dagster webserver",
            read_only: false,
            exec: exec::into_webserver(self.spec),
            replicas: replicas.unwrap_or(1),
        };
        Webserver {
            scaling: web.autoscale.as_ref().map(Scaling::resolve),
            ..self.webserver_in(&web, &manner, self.entrance(&web).ui())
        }
    }

    /// The copy that changes nothing.
    pub(super) fn read_only_copy(&self) -> Option<Webserver> {
        let web = self.web();
        let route = self.entrance(&web).read_only_copy()?;
        let manner = Manner {
            id: "read_only_copy",
            name: "read-only-copy",
            description: "Dagster webserver that changes nothing",
            read_only: true,
            exec: exec::everywhere(self.spec),
            replicas: web.read_only_copy.as_ref().and_then(|it| it.replicas).unwrap_or(1),
        };
        Some(self.webserver_in(&web, &manner, route))
    }

    fn entrance<'a>(&'a self, web: &'a Web) -> Entrance<'a> {
        Entrance { deployment: &self.around.deployment.name, web }
    }

    fn webserver_in(&self, web: &Web, manner: &Manner, route: Route) -> Webserver {
        let log_group =
            self.around.deployment.log_group(manner.name, output("ui", &format!("{}_log_group", manner.id)));
        let container = Container {
            ports: vec![WEB_PORT],
            // A session of ECS Exec writes below the root file system.
            read_only_root: !manner.exec,
            ..self.container(
                &route.target.container,
                &command(web, self.around.deployment, manner.read_only),
                &log_group,
            )
        };
        let (cpu, memory) = (web.cpu.unwrap_or(512), web.memory.unwrap_or(1024));
        Webserver {
            role: self.with_code(self.role(
                manner.name,
                manner.description,
                self.webserver_statements(manner, &log_group),
            )),
            task: self.task(manner.id, cpu, memory, container, &log_group),
            service: Service {
                health_check_grace_seconds: Some(120),
                execute_command: manner.exec,
                desired_count: manner.replicas,
                minimum_healthy_percent: 100,
                maximum_percent: 200,
                availability_zone_rebalancing: "ENABLED".to_owned(),
                // The copy connects to what the webserver connects to.
                security_group: super::security::group("webserver"),
                ..self.service(manner.id)
            },
            log_group,
            route,
            scaling: None,
        }
    }

    /// A copy that changes nothing stops no run either.
    fn webserver_statements(&self, manner: &Manner, log_group: &LogGroup) -> Vec<Statement> {
        let data = self.around.data;
        let mut statements: Vec<_> = access::read_config(self.around.config).into_iter().collect();
        if !manner.read_only {
            statements.extend(access::watch(self.around.deployment, "Runs"));
        }
        // A sensor that somebody tries out in the UI is evaluated where its code is.
        statements.extend(match self.code {
            Some(_) => access::write_compute_logs(&data.compute_logs_bucket),
            None => access::read_compute_logs(&data.compute_logs_bucket),
        });
        statements.extend(access::sign_in(&data.database));
        if manner.exec {
            statements.extend(exec::statements(self.spec, self.around.deployment, log_group));
        }
        statements
    }
}

/// `-l` is the path prefix.
fn command(web: &Web, deployment: &Deployment, read_only: bool) -> Vec<String> {
    let port = WEB_PORT.to_string();
    let workspace = config::workspace(deployment);
    let mut words = ["dagster-webserver", "-h", "0.0.0.0", "-p", &port, "-w", &workspace].map(str::to_owned).to_vec();
    if let Some(prefix) = &web.path_prefix {
        words.extend(["-l".to_owned(), prefix.to_string()]);
    }
    words.extend(read_only.then(|| "--read-only".to_owned()));
    words
}

impl Scaling {
    fn resolve(autoscale: &Autoscale) -> Self {
        Self {
            min: autoscale.min,
            max: autoscale.max,
            policy: "cpu".to_owned(),
            cpu_percent: autoscale.cpu_percent.unwrap_or(60),
        }
    }
}
