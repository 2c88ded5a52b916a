//! One service of a compose file: a code location with its variables and its code, or a service beside Dagster's.

use serde_json::{Map, Value};

use super::command::{CodeServer, text, words};
use super::variables::{Fate, fate, variables};
use crate::diagnostic::Diagnostics;
use crate::plan::local::{known, path_in_project};
use crate::spec::path::SpecPath;
use crate::spec::scalar::{ImageRef, PythonModule, Scalar};

/// A code location.
pub(super) struct Location {
    pub key: String,
    pub server: CodeServer,
    pub env: Vec<(String, String)>,
    /// Variable and reference.
    pub secrets: Vec<(String, String)>,
    /// Port on this machine.
    pub port: Option<u16>,
    pub path: Option<String>,
    pub dockerfile: Option<String>,
    pub mount: Option<String>,
}

/// A service beside Dagster's.
pub(super) struct Extra {
    pub key: String,
    pub image: String,
    pub command: Vec<String>,
    pub env: Vec<(String, String)>,
    pub secrets: Vec<String>,
    /// On this machine and in the container.
    pub ports: Vec<(u16, u16)>,
    pub health_check: Vec<String>,
}

/// Keys that the deployment has an answer of its own to, or that only concern one machine.
const DECIDED: &[&str] = &[
    "command",
    "container_name",
    "depends_on",
    "entrypoint",
    "environment",
    "expose",
    "healthcheck",
    "hostname",
    "image",
    "build",
    "init",
    "logging",
    "networks",
    "platform",
    "ports",
    "profiles",
    "pull_policy",
    "restart",
    "stdin_open",
    "stop_grace_period",
    "tty",
    "user",
    "volumes",
    "working_dir",
];

/// Names and values.
type Pairs = Vec<(String, String)>;

/// What one service is made into.
struct Reading<'a> {
    service: &'a Value,
    at: &'a SpecPath,
    found: &'a mut Diagnostics,
}

/// Takes a code server over; none where it does not say where its definitions are.
pub(super) fn location(
    key: String,
    service: &Value,
    mut server: CodeServer,
    deployment: &str,
    at: &SpecPath,
    found: &mut Diagnostics,
) -> Option<Location> {
    let mut reading = Reading { service, at, found };
    reading.definitions(&mut server)?;
    let (env, secrets) = reading.variables(|name| Some(format!("{deployment}/{key}:{name}")));
    let (path, dockerfile) = reading.build();
    let mount = reading.mount(path.as_deref());
    reading.others();
    let port = server.port.and_then(|inside| reading.ports().into_iter().find(|it| it.1 == inside)).map(|it| it.0);
    Some(Location { key, server, env, secrets, port: port.filter(|it| *it >= 1024), path, dockerfile, mount })
}

/// Takes another service over; none where it is built from source, or nothing tells when it is ready.
pub(super) fn extra(key: String, name: &str, service: &Value, at: &SpecPath, found: &mut Diagnostics) -> Option<Extra> {
    let mut reading = Reading { service, at, found };
    let Some(written) = service.get("image").map(text) else {
        reading.left_out(
            at,
            &format!("the service `{name}` was left out: it has no image"),
            "push one, and add it to `local.extra_services`",
        );
        return None;
    };
    let Ok(image) = ImageRef::parse(&written) else {
        let help =
            format!("add it with a fixed tag: `local: {{extra_services: {{{key}: {{image: …, health_check: […]}}}}}}`");
        reading.left_out(
            &at.key("image"),
            &format!("the service `{name}` was left out: `{written}` is no fixed image"),
            &help,
        );
        return None;
    };
    if key == "localstack" {
        let none = Vec::new;
        return Some(Extra {
            key,
            image: written,
            command: none(),
            env: Vec::new(),
            secrets: none(),
            ports: Vec::new(),
            health_check: none(),
        });
    }
    let health_check = reading.health_check();
    if health_check.is_empty() && known(&image).is_none() {
        let help = format!(
            "add it with a command that succeeds once it is ready: `local: {{extra_services: {{{key}: {{image: {written}, health_check: […]}}}}}}`"
        );
        reading.left_out(at, &format!("the service `{name}` was left out: nothing tells when it is ready"), &help);
        return None;
    }
    let (env, secrets) = reading.variables(|_| None);
    let ports = reading.ports().into_iter().filter(|it| it.0 >= 1024).collect();
    Some(Extra {
        command: service.get("command").map(words).unwrap_or_default(),
        secrets: secrets.into_iter().map(|it| it.0).collect(),
        image: written,
        key,
        env,
        ports,
        health_check,
    })
}

impl Reading<'_> {
    fn left_out(&mut self, at: &SpecPath, message: &str, help: &str) {
        self.found.not_taken_over(at, message, help);
    }

    /// What the spec would refuse is left out here, with its reason.
    fn definitions(&mut self, server: &mut CodeServer) -> Option<()> {
        let at = self.at.key("command");
        let modules = [&mut server.module, &mut server.package];
        for module in modules {
            if module.as_ref().is_some_and(|it| PythonModule::parse(it).is_err()) {
                *module = None;
            }
        }
        server.file = server.file.take().filter(|it| it.ends_with(".py") && it.len() > 3);
        let given = [&server.module, &server.file, &server.package].iter().filter(|it| it.is_some()).count();
        if given != 1 {
            let message = "the code server was left out: its command does not name one module, file or package";
            self.left_out(&at, message, "add it to `code_locations` with `module`, `file` or `package`");
            return None;
        }
        let directory = self.service.get("working_dir").map(text);
        server.working_directory = server.working_directory.take().or(directory).filter(|it| it.starts_with('/'));
        for option in std::mem::take(&mut server.others) {
            self.left_out(
                &at,
                &format!("the option `{option}` was left out"),
                "the deployment starts the server by itself",
            );
        }
        Some(())
    }

    /// Plain variables, and those that become references.
    fn variables(&mut self, reference: impl Fn(&str) -> Option<String>) -> (Pairs, Pairs) {
        let (mut env, mut secrets) = (Vec::new(), Vec::new());
        let environment = self.service.get("environment").cloned().unwrap_or_default();
        for (index, (name, value)) in variables(&environment).into_iter().enumerate() {
            let at = self.at.key("environment");
            let at = if environment.is_array() { at.index(index) } else { at.key(&name) };
            match fate(&name, value.as_deref()) {
                Fate::Plain(value) => env.push((name, value)),
                Fate::Default(value) => {
                    let message = format!("`{name}` has its default, whatever your `.env` says");
                    self.left_out(&at, &message, "`environments` in the spec say what differs between deployments");
                    env.push((name, value));
                }
                Fate::Secret => {
                    let reference = reference(&name);
                    match &reference {
                        Some(reference) => self.found.fill_in(&at, &name, reference),
                        None => self.found.fill_in_locally(&at, &name),
                    }
                    secrets.push((name, reference.unwrap_or_default()));
                }
                // The deployment's own value is what the old one was for.
                Fate::Decided(_) => {}
                Fate::Unknown => {
                    let message = format!("`{name}` was left out: its value is not in this file");
                    self.left_out(&at, &message, "add it to `env`, or to `secrets` if it is a credential");
                }
            }
        }
        (env, secrets)
    }

    /// Folder with the code and the Dockerfile in it.
    fn build(&mut self) -> (Option<String>, Option<String>) {
        let Some(build) = self.service.get("build") else { return (None, None) };
        let context = build.as_str().map(str::to_owned).or_else(|| build.get("context").map(text));
        let path = context.as_deref().and_then(path_in_project);
        if path.is_none() {
            let message = "the folder that the image is built from is outside of the project";
            self.left_out(
                &self.at.key("build"),
                message,
                "set `PROJECT` in `.env`, and `local.code_locations.<key>.path` from there",
            );
        }
        let dockerfile = build.get("dockerfile").map_or_else(|| "Dockerfile".to_owned(), text);
        let dockerfile = path.as_ref().and_then(|_| path_in_project(&dockerfile));
        (path, dockerfile)
    }

    /// Where the code is mounted: the bind mount of the folder that the image is built from, or the only one.
    fn mount(&mut self, path: Option<&str>) -> Option<String> {
        let binds = self.binds();
        let of_code = binds.iter().position(|(source, _)| path_in_project(source).as_deref() == path && path.is_some());
        let chosen = of_code.or_else(|| (binds.len() == 1).then_some(0));
        for (index, (source, target)) in binds.iter().enumerate() {
            if Some(index) != chosen {
                let message = format!("the volume `{source}` at `{target}` was left out");
                self.left_out(
                    &self.at.key("volumes").index(index),
                    &message,
                    "what code needs on ECS is in its image, on S3, or in /tmp",
                );
            }
        }
        let target = binds.into_iter().nth(chosen?)?.1;
        (target.starts_with('/') && target.len() > 1 && target != "/tmp").then_some(target)
    }

    /// Source and target of every volume.
    fn binds(&self) -> Vec<(String, String)> {
        let each = self.service.get("volumes").and_then(Value::as_array).into_iter().flatten();
        let each = each.map(|it| match it.as_str() {
            Some(short) => {
                let mut parts = short.split(':');
                let source = parts.next().unwrap_or_default().to_owned();
                (source.clone(), parts.next().map_or(source, str::to_owned))
            }
            None => {
                let of = |key: &str| it.get(key).map(text).unwrap_or_default();
                (of("source"), of("target"))
            }
        });
        each.collect()
    }

    /// Port of this machine and port in the container.
    fn ports(&self) -> Vec<(u16, u16)> {
        let each = self.service.get("ports").and_then(Value::as_array).into_iter().flatten();
        each.filter_map(|it| match it {
            Value::Object(long) => Some((number(long, "published")?, number(long, "target")?)),
            short => {
                let text = text(short);
                let mut parts = text.split('/').next().unwrap_or_default().rsplit(':');
                let inside = parts.next()?.parse().ok()?;
                Some((parts.next().map_or(Some(inside), |it| it.parse().ok())?, inside))
            }
        })
        .collect()
    }

    /// Words of a command that succeeds once the service is ready.
    fn health_check(&self) -> Vec<String> {
        let Some(test) = self.service.get("healthcheck").and_then(|it| it.get("test")) else { return Vec::new() };
        let shell = |line: &str| vec!["/bin/sh".to_owned(), "-c".to_owned(), line.replace("$$", "$")];
        match (test, words(test).split_first()) {
            (Value::String(line), _) => shell(line),
            (_, Some((kind, rest))) if kind == "CMD" => rest.iter().map(|it| it.replace("$$", "$")).collect(),
            (_, Some((kind, rest))) if kind == "CMD-SHELL" => shell(&rest.join(" ")),
            _ => Vec::new(),
        }
    }

    /// Keys that nothing is made of.
    fn others(&mut self) {
        let keys = self.service.as_object().into_iter().flatten().map(|it| it.0.clone());
        let keys: Vec<String> = keys.filter(|it| !DECIDED.contains(&it.as_str()) && !it.starts_with("x-")).collect();
        for key in keys {
            let help = match key.as_str() {
                "env_file" => "add its variables to `env`, and its credentials to `secrets`",
                "secrets" => "refer to them below `secrets` of the code location",
                "deploy" | "mem_limit" | "cpus" => "sizes are `server` and `run` of the code location",
                _ => "look at what it does: ECS may need it said in another way",
            };
            self.left_out(&self.at.key(&key), &format!("`{key}` was left out"), help);
        }
    }
}

fn number(map: &Map<String, Value>, key: &str) -> Option<u16> {
    text(map.get(key)?).parse().ok()
}
