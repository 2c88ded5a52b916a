//! A compose file to a spec: its code servers become code locations, other services those of `local`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::command::{code_server, text, words};
use super::service::{Extra, Location, extra, location};
use super::write::write;
use crate::diagnostic::Diagnostics;
use crate::source::Source;
use crate::spec::path::SpecPath;
use crate::spec::scalar::{KeyName, Scalar};

/// What a compose file became.
pub struct Imported {
    /// Text of the spec; none where there is no code server.
    pub spec: Option<String>,
    /// What was left out or has to be filled in, placed in the compose file.
    pub found: Diagnostics,
}

/// What the spec will say.
pub(super) struct Draft {
    pub name: String,
    pub locations: Vec<Location>,
    pub extra: Vec<Extra>,
}

/// Reads a compose file.
pub fn from_compose(source: &Source) -> Imported {
    let mut found = Diagnostics::default();
    let tree = match parsed(&source.text) {
        Ok(tree) => tree,
        Err(error) => {
            found.bad_value(&SpecPath::root(), &format!("this is no compose file: {error}"), &[]);
            return Imported { spec: None, found };
        }
    };
    let none = Map::new();
    let services = tree.get("services").and_then(Value::as_object).unwrap_or(&none);
    let name = tree.get("name").and_then(Value::as_str).and_then(key).unwrap_or_else(|| "dagster".to_owned());
    for key in tree.as_object().into_iter().flatten().map(|it| it.0) {
        if !matches!(key.as_str(), "services" | "name" | "version" | "volumes" | "networks") && !key.starts_with("x-") {
            let message = format!("`{key}` was left out");
            found.not_taken_over(&key.as_str().into(), &message, "look at what it does for the services");
        }
    }
    let mut draft = Draft { name, locations: Vec::new(), extra: Vec::new() };
    let mut taken: BTreeSet<String> = crate::plan::local::OWN_SERVICES.map(str::to_owned).into();
    let database = database(services);
    for (service_name, service) in services {
        let at = SpecPath::from("services").key(service_name);
        if let Some(server) = code_server(&all_words(service)) {
            let unique = unique(service_name, &taken);
            if unique != *service_name {
                let message = format!("the code location is called `{unique}`");
                let help = "Dagster knows runs and schedules by the location's name: those of the old one stay with the old name";
                found.not_taken_over(&at, &message, help);
            }
            if let Some(it) = location(unique, service, server, &draft.name, &at, &mut found) {
                taken.insert(it.key.clone());
                draft.locations.push(it);
            }
        }
    }
    for (service_name, service) in services {
        let at = SpecPath::from("services").key(service_name);
        let words = all_words(service);
        if code_server(&words).is_none() && !is_core(&words) && database.as_deref() != Some(service_name.as_str()) {
            let unique = if service_name == "localstack" { service_name.clone() } else { unique(service_name, &taken) };
            if let Some(it) = extra(unique, service_name, service, &at, &mut found) {
                taken.insert(it.key.clone());
                draft.extra.push(it);
            }
        }
    }
    if draft.locations.is_empty() {
        found.no_code_server();
        return Imported { spec: None, found };
    }
    Imported { spec: Some(write(&draft, &source.name)), found }
}

/// Merge keys are applied: compose files share parts by them.
fn parsed(text: &str) -> Result<Value, String> {
    let mut tree: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    tree.apply_merge().map_err(|error| error.to_string())?;
    serde_json::to_value(tree).map_err(|error| error.to_string())
}

fn all_words(service: &Value) -> Vec<String> {
    let of = |key: &str| service.get(key).map(words).unwrap_or_default();
    of("entrypoint").into_iter().chain(of("command")).collect()
}

/// Webserver and daemon come with the deployment.
fn is_core(words: &[String]) -> bool {
    let core = ["dagster-webserver", "dagit", "dagster-daemon"];
    words
        .iter()
        .flat_map(|it| it.split_whitespace())
        .any(|it| it.rsplit('/').next().is_some_and(|it| core.contains(&it)))
}

/// The service that Dagster keeps its own data in: the host that the instance's variables name, or the only Postgres.
fn database(services: &Map<String, Value>) -> Option<String> {
    let postgres: Vec<&String> = services.iter().filter(|(_, it)| is_postgres(it)).map(|it| it.0).collect();
    let hosts = services.values().filter_map(|it| it.get("environment")).flat_map(super::variables::variables);
    let named = hosts.filter(|(name, _)| name.starts_with("DAGSTER_") && name.contains("HOST")).find_map(|it| it.1);
    let named = named.filter(|host| postgres.contains(&host));
    named.or_else(|| postgres.first().filter(|_| postgres.len() == 1).map(|it| (*it).clone()))
}

fn is_postgres(service: &Value) -> bool {
    let image = service.get("image").map(text).unwrap_or_default();
    let last = image.rsplit('/').next().unwrap_or_default();
    last == "postgres" || last.starts_with("postgres:") || last.starts_with("postgres@")
}

/// A name of the spec's grammar; none where nothing is left of it.
fn key(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let joined = words.join("-");
    let joined = joined.trim_start_matches(|it: char| !it.is_ascii_lowercase());
    let short = &joined[..joined.len().min(28)];
    let short = short.trim_end_matches('-');
    KeyName::parse(short).is_ok().then(|| short.to_owned())
}

fn unique(name: &str, taken: &BTreeSet<String>) -> String {
    let key = key(name).unwrap_or_else(|| "code".to_owned());
    if !taken.contains(&key) {
        return key;
    }
    let numbered = (2..).map(|number| format!("{key}-{number}"));
    numbered.into_iter().find(|it| !taken.contains(it)).unwrap_or(key)
}
