//! Code locations: the deployment's code server with the code of this machine mounted into it.

use super::core::{bind, merged};
use super::service::{Build, HealthCheck, Port, Service};
use super::variables::{base_image, project, secret};
use super::{Around, CODE_DIRECTORY, PROFILE};
use crate::plan::key::Key;
use crate::plan::location::server::{self, PORT, health_check};
use crate::plan::registry::Repository;
use crate::plan::revision;
use crate::plan::task::{Variable, variable};
use crate::plan::text::{Input, Text, text};
use crate::spec::compute::CodeLocation;
use crate::spec::local::LocalLocation;
use crate::spec::location::Serve;

/// One code location on its way into the compose file.
pub(super) struct Location<'a> {
    around: &'a Around<'a>,
    pub key: Key,
    location: &'a CodeLocation,
    pub settings: Option<&'a LocalLocation>,
    /// Port in the container and on this machine.
    pub port: u16,
}

/// A path of the spec without its detours; none where it leaves the folder of the project.
pub fn path_in_project(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    (!path.starts_with('/')).then(|| parts.join("/"))
}

impl Around<'_> {
    /// The code locations, each with its port and a server of its own, whoever loads them when they are deployed. What is
    /// served elsewhere is not on this machine.
    pub(super) fn locations(&self) -> impl Iterator<Item = Location<'_>> {
        let first = self.local.first_port.unwrap_or(PORT);
        let served = self.spec.code_locations.iter().filter(|(_, it)| it.serve != Some(Serve::External));
        served.zip(0u16..).map(move |((key, location), index)| {
            let settings = self.local.code_locations.as_ref().and_then(|it| it.get(key));
            let port = settings.and_then(|it| it.port).unwrap_or_else(|| first.saturating_add(index));
            Location { around: self, key: key.into(), location, settings, port }
        })
    }
}

impl Location<'_> {
    pub(super) fn service(&self, below: &[String]) -> Service {
        let seconds = self.location.server.as_ref().and_then(|it| it.startup_seconds);
        let own = self.around.own(!self.location.writable_root.unwrap_or(false), server::STOP_TIMEOUT);
        Service {
            profile: Some(PROFILE.to_owned()),
            build: Some(self.build()),
            own: Some(own),
            command: server::command(self.location, self.port),
            environment: self.environment(),
            ports: vec![Port::new(self.port, self.port)],
            binds: vec![bind(self.code(), &self.mount(), true)],
            depends_on: below.to_vec(),
            ..self.around.foreign(
                self.key.as_str(),
                self.image(),
                HealthCheck::of(&health_check(self.port, seconds.unwrap_or(180)), 10),
            )
        }
    }

    /// Name in Dagster.
    pub(super) fn name(&self) -> String {
        self.location.location_name.clone().unwrap_or_else(|| self.key.to_string())
    }

    fn image(&self) -> Text {
        let fixed = revision::fixed(self.around.deployment, self.location.gitrev.as_ref());
        let given = fixed.map_or_else(|| Input::GitRev(None).into(), Text::from);
        let repository = Repository::location(self.around.spec, self.around.deployment, &self.key);
        self.around.image(&repository, given)
    }

    /// The user's Dockerfile with the code around it, or the rendered one with the code beside it.
    fn build(&self) -> Build {
        let platform = self.around.deployment.platform.clone();
        match self.settings.and_then(|it| it.dockerfile.as_ref()) {
            Some(dockerfile) => Build {
                context: self.code(),
                dockerfile: dockerfile.clone(),
                code: None,
                base_image: None,
                port: None,
                platform,
            },
            None => Build {
                context: ".".into(),
                dockerfile: "Dockerfile".to_owned(),
                code: Some(self.code()),
                base_image: Some(base_image()),
                port: Some(server::port(self.location).to_string()),
                platform,
            },
        }
    }

    /// Folder with the code on this machine.
    fn code(&self) -> Text {
        let path = self.settings.and_then(|it| it.path.as_deref()).and_then(path_in_project).unwrap_or_default();
        if path.is_empty() { project() } else { text![project(), "/", path] }
    }

    /// Folder with the code in the image.
    fn mount(&self) -> String {
        let given = self.settings.and_then(|it| it.mount.as_ref()).or(self.location.working_directory.as_ref());
        given.cloned().unwrap_or_else(|| CODE_DIRECTORY.to_owned())
    }

    fn environment(&self) -> Vec<Variable> {
        let image = variable("DAGSTER_CURRENT_IMAGE", self.image());
        let context = self.around.runs_in_docker().then(|| variable("DAGSTER_CONTAINER_CONTEXT", self.context()));
        merged(self.around.instance_environment().into_iter().chain([image]).chain(context).chain(self.variables()))
    }

    /// What the spec says: the location's own, and the stack's over it.
    fn variables(&self) -> Vec<Variable> {
        let own = self.location.env.iter().flatten().map(|(name, value)| variable(name.as_str(), value));
        let secrets = self.location.secrets.iter().flatten();
        let secrets = secrets.map(|(name, _)| variable(name.as_str(), secret(self.key.as_str(), name.as_str())));
        let local = self.around.local.env.iter().flatten();
        merged(own.chain(secrets).chain(local.map(|(name, value)| variable(name.as_str(), value))))
    }

    /// What the containers of this location's runs have beyond the daemon's variables, as JSON
    /// (dagster_docker/container_context.py). A value of `.env` stands in it as it is, so it may hold no quotes.
    fn context(&self) -> Text {
        let mut json = text![r#"{"docker":{"env_vars":["#];
        for (index, variable) in self.variables().into_iter().enumerate() {
            json.push(if index > 0 { "," } else { "" });
            json.push(format!("\"{}=", variable.name));
            json.push(match variable.value.as_literal() {
                Some(literal) => text![escaped(literal)],
                None => variable.value,
            });
            json.push("\"");
        }
        let mount = escaped(&format!(":{}:ro", self.mount()));
        text![json, r#"],"container_kwargs":{"volumes":[""#, self.code(), mount, r#""]}}}"#]
    }
}

/// The inside of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
