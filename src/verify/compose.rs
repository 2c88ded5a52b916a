//! Reading back the local stack: a service that is waited for exists and says when it is ready, variables are explained,
//! ports and names are used once, workspace.yaml knows where the code servers listen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Problem;
use crate::render::File;

const COMPOSE: &str = "compose/compose.yaml";
const WORKSPACE: &str = "compose/workspace.yaml";
const SETTINGS: &str = "compose/.env.example";

/// The files of the local stack as far as they have been read.
#[derive(Debug, Default)]
pub struct Stack {
    /// The compose file; none until it is read.
    file: Option<Value>,
    /// Variables that it refers to.
    variables: BTreeSet<String>,
    /// Host and port of each code server in workspace.yaml.
    servers: Vec<(String, u64)>,
    /// Variables that .env.example sets.
    settings: Option<BTreeSet<String>>,
    problems: Vec<Problem>,
}

impl Stack {
    /// Reads the next file.
    pub fn read(&mut self, file: &File) {
        match file.path.as_str() {
            COMPOSE => {
                self.file = self.parsed(file);
                match variables(&file.text) {
                    Ok(found) => self.variables = found,
                    Err(line) => self.problem(COMPOSE, Some(line), "a `$` begins no variable".to_owned()),
                }
            }
            WORKSPACE => {
                let workspace = self.parsed(file).unwrap_or_default();
                let servers = workspace["load_from"].as_array().into_iter().flatten().map(|it| &it["grpc_server"]);
                let place = |it: &Value| Some((it["host"].as_str()?.to_owned(), it["port"].as_u64()?));
                self.servers = servers.filter_map(place).collect();
            }
            SETTINGS => self.settings = Some(settings(&file.text)),
            _ => {}
        }
    }

    /// Every fault found.
    pub fn problems(mut self) -> Vec<Problem> {
        if let Some(file) = self.file.take() {
            let none = serde_json::Map::new();
            let services = file["services"].as_object().unwrap_or(&none);
            self.services(&file, services);
            self.ports(services);
            self.workspace(services);
            self.explained();
        }
        self.problems
    }

    fn parsed(&mut self, file: &File) -> Option<Value> {
        match serde_yaml::from_str(&file.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = error.location().map(|it| it.line());
                self.problem(&file.path, line, format!("this is no YAML: {error}"));
                None
            }
        }
    }

    fn problem(&mut self, file: &str, line: Option<usize>, message: String) {
        self.problems.push(Problem { file: file.to_owned(), line, message });
    }

    fn services(&mut self, file: &Value, services: &serde_json::Map<String, Value>) {
        for (name, service) in services {
            if service["healthcheck"]["test"].as_array().is_none_or(|it| it.len() < 2) {
                self.problem(COMPOSE, None, format!("`{name}` does not say when it is ready"));
            }
            for (other, how) in service["depends_on"].as_object().into_iter().flatten() {
                if how["condition"] != "service_healthy" {
                    self.problem(COMPOSE, None, format!("`{name}` does not wait until `{other}` is healthy"));
                }
                match services.get(other) {
                    None => self.problem(COMPOSE, None, format!("`{name}` waits for `{other}`, which is no service")),
                    Some(it) if !it["profiles"].is_null() && service["profiles"].is_null() => {
                        self.problem(
                            COMPOSE,
                            None,
                            format!("`{name}` waits for `{other}`, which only a profile starts"),
                        );
                    }
                    Some(_) => {}
                }
            }
            let volumes = service["volumes"].as_array().into_iter().flatten().filter(|it| it["type"] == "volume");
            for volume in volumes.filter_map(|it| it["source"].as_str()) {
                if file["volumes"].get(volume).is_none() {
                    self.problem(
                        COMPOSE,
                        None,
                        format!("`{name}` mounts the volume `{volume}`, which is not declared"),
                    );
                }
            }
        }
    }

    fn ports(&mut self, services: &serde_json::Map<String, Value>) {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, service) in services {
            for port in service["ports"].as_array().into_iter().flatten() {
                let published = port["published"].as_str().unwrap_or_default();
                if let Some(other) = taken.insert(published, name) {
                    self.problem(COMPOSE, None, format!("`{other}` and `{name}` both publish port {published}"));
                }
            }
        }
    }

    fn workspace(&mut self, services: &serde_json::Map<String, Value>) {
        for (host, port) in std::mem::take(&mut self.servers) {
            let ports = services.get(&host).and_then(|it| it["ports"].as_array());
            if ports.is_none_or(|it| it.iter().all(|it| it["target"] != port)) {
                self.problem(WORKSPACE, None, format!("no service `{host}` listens on port {port}"));
            }
        }
    }

    /// What the compose file refers to is what .env.example sets.
    fn explained(&mut self) {
        let Some(settings) = self.settings.take() else { return };
        let used = std::mem::take(&mut self.variables);
        for name in used.difference(&settings) {
            self.problem(COMPOSE, None, format!("`{name}` is not in .env.example"));
        }
        for name in settings.difference(&used) {
            self.problem(SETTINGS, None, format!("compose.yaml does not refer to `{name}`"));
        }
    }
}

/// Names of a file of `NAME=value` lines.
fn settings(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|it| !it.starts_with('#'));
    lines.filter_map(|it| Some(it.split_once('=')?.0.to_owned())).collect()
}

/// Names between `${` and `:` or `}`; the line of a `$` that is neither doubled nor begins one.
fn variables(text: &str) -> Result<BTreeSet<String>, usize> {
    let mut found = BTreeSet::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once('$') {
            rest = match after.strip_prefix('$') {
                Some(after) => after,
                None => {
                    let inside = after.strip_prefix('{').ok_or(index + 1)?;
                    let end = inside.find([':', '?', '}']).ok_or(index + 1)?;
                    found.insert(inside[..end].to_owned());
                    &inside[end..]
                }
            };
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "services:\n  a:\n    healthcheck: {test: [CMD, \"true\"]}\n    ports: [{published: \"1\", target: 2}]\n  b:\n    healthcheck: {test: [CMD, \"true\"]}\n    environment: {X: \"${X:?}$$5\"}\n    depends_on: {a: {condition: service_healthy}}\n";

    fn said(compose: &str, workspace: &str, settings: &str) -> Vec<String> {
        let mut stack = Stack::default();
        for (path, text) in [(COMPOSE, compose), (WORKSPACE, workspace), (SETTINGS, settings)] {
            stack.read(&File { path: path.to_owned(), text: text.to_owned() });
        }
        stack.problems().into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn a_sound_stack_has_no_problem() {
        let workspace = "load_from:\n- grpc_server: {host: a, port: 2}\n";
        assert_eq!(said(GOOD, workspace, "# X\nX=1\n"), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_seen() {
        let faults = [
            (GOOD.replacen("healthcheck", "check", 1), "`a` does not say when it is ready"),
            (GOOD.replace("service_healthy", "service_started"), "`b` does not wait until `a` is healthy"),
            (GOOD.replace("{a: {c", "{c: {c"), "`b` waits for `c`, which is no service"),
            (
                GOOD.replacen("    healthcheck", "    profiles: [x]\n    healthcheck", 1),
                "`b` waits for `a`, which only a profile starts",
            ),
            (
                GOOD.replace("target: 2}]", "target: 2}, {published: \"1\", target: 3}]"),
                "`a` and `a` both publish port 1",
            ),
            (GOOD.replace("$$5", "$5"), "a `$` begins no variable"),
            (
                GOOD.replace("environment:", "volumes: [{type: volume, source: v}]\n    environment:"),
                "`b` mounts the volume `v`, which is not declared",
            ),
            (GOOD.replace("X:?}", "Y:?}"), "`Y` is not in .env.example"),
            (GOOD.replace("X:?}", "Y:?}"), "compose.yaml does not refer to `X`"),
            ("a: [".to_owned(), "this is no YAML"),
        ];
        for (text, message) in faults {
            let found = said(&text, "", "X=1\n");
            assert!(found.iter().any(|it| it.starts_with(message)), "{message}: {found:?}");
        }
        let workspace = "load_from:\n- grpc_server: {host: a, port: 3}\n";
        assert_eq!(said(GOOD, workspace, "X=1\n"), ["no service `a` listens on port 3"]);
    }
}
