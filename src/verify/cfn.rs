//! CloudFormation templates: each by itself, and the values that they hand on through SSM.

mod cycle;
mod references;

use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use super::yaml::{Node, read};
use crate::render::File;
use references::{Reference, references};

/// What `--template-body` takes; a larger template would need a bucket.
pub const MAX_BYTES: usize = 51_200;
/// Resources of a template (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
pub const MAX_RESOURCES: usize = 500;
/// Parameters of a template.
pub const MAX_PARAMETERS: usize = 200;
/// Outputs of a template.
pub const MAX_OUTPUTS: usize = 200;

const SECTIONS: [&str; 9] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
];

const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// All templates of a deployment, read in the order in which they are deployed.
#[derive(Debug, Default)]
pub struct Stacks {
    problems: Vec<Problem>,
    order: usize,
    published: BTreeMap<String, Published>,
    consumed: Vec<Consumed>,
}

/// Where a template publishes a path.
#[derive(Debug)]
struct Published {
    order: usize,
    file: String,
}

/// Where a template asks for one.
#[derive(Debug)]
struct Consumed {
    order: usize,
    path: String,
    file: String,
    line: usize,
}

impl Stacks {
    /// Reads the next template.
    pub fn read(&mut self, file: &File) {
        self.order += 1;
        Template { file, stacks: self }.check();
    }

    /// Every fault found, those between templates included.
    pub fn problems(mut self) -> Vec<Problem> {
        for Consumed { order, path, file, line } in std::mem::take(&mut self.consumed) {
            let message = match self.published.get(&path) {
                Some(producer) if producer.order < order => continue,
                Some(producer) => format!("`{path}` is published only later, by {}", producer.file),
                None => format!("no template publishes `{path}`"),
            };
            self.problems.push(Problem { file, line: Some(line), message });
        }
        self.problems.sort();
        self.problems
    }
}

struct Template<'s> {
    file: &'s File,
    stacks: &'s mut Stacks,
}

impl Template<'_> {
    fn problem(&mut self, line: usize, message: String) {
        let file = self.file.path.clone();
        self.stacks.problems.push(Problem { file, line: Some(line), message });
    }

    fn check(&mut self) {
        let file = self.file;
        let bytes = file.text.len();
        if bytes > MAX_BYTES {
            let message = format!("{bytes} bytes, but a template body holds at most {MAX_BYTES}");
            self.stacks.problems.push(Problem { file: file.path.clone(), line: None, message });
        }
        let root = match read(&file.text) {
            Ok(root) => root,
            Err(error) => return self.problem(error.line, error.reason),
        };
        for (key, _) in root.entries() {
            let name = key.text().unwrap_or_default();
            if !SECTIONS.contains(&name) {
                self.problem(key.line, format!("a template has no section `{name}`"));
            }
        }
        let declared = self.declared(&root);
        self.used(&root, &declared);
        self.handed_on(&root);
    }

    /// The ids of parameters and resources, after checking them.
    fn declared<'n>(&mut self, root: &'n Node<'_>) -> Declared<'n> {
        let mut declared = Declared::default();
        for (section, most) in [("Parameters", MAX_PARAMETERS), ("Resources", MAX_RESOURCES), ("Outputs", MAX_OUTPUTS)]
        {
            let entries = root.get(section).map(Node::entries).unwrap_or_default();
            if entries.len() > most {
                let line = entries.get(most).map_or(1, |(key, _)| key.line);
                self.problem(line, format!("{} {section}, but a template holds at most {most}", entries.len()));
            }
            for (key, value) in entries {
                let id = key.text().unwrap_or_default();
                if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    self.problem(key.line, format!("`{id}` is no logical id, which is alphanumeric"));
                }
                if value.get("Type").and_then(Node::text).is_none() && section != "Outputs" {
                    self.problem(key.line, format!("`{id}` has no Type"));
                }
                match section {
                    "Parameters" => _ = declared.parameters.insert(id, key.line),
                    "Resources" if declared.parameters.contains_key(id) => {
                        self.problem(key.line, format!("`{id}` is already a parameter"));
                    }
                    "Resources" => _ = declared.resources.insert(id),
                    _ => {}
                }
            }
        }
        if declared.resources.is_empty() {
            self.problem(1, "a template declares at least one resource".to_owned());
        }
        declared
    }

    /// Every reference finds what it names, and every parameter is named by one.
    fn used(&mut self, root: &Node<'_>, declared: &Declared<'_>) {
        let mut unused = declared.parameters.clone();
        let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (key, resource) in root.get("Resources").map(Node::entries).unwrap_or_default() {
            let mine = needs.entry(key.text().unwrap_or_default()).or_default();
            for reference in references(resource, true) {
                unused.remove(reference.id);
                self.found(&reference, declared);
                mine.insert(reference.id);
            }
        }
        for section in ["Outputs", "Conditions", "Rules"] {
            for reference in root.get(section).map(|node| references(node, false)).unwrap_or_default() {
                unused.remove(reference.id);
                self.found(&reference, declared);
            }
        }
        for (id, line) in unused {
            self.problem(line, format!("nothing uses the parameter `{id}`"));
        }
        if let Some(cycle) = cycle::find(&needs) {
            self.problem(1, format!("a circular dependency: {}", cycle.join(" → ")));
        }
    }

    fn found(&mut self, reference: &Reference<'_>, declared: &Declared<'_>) {
        let id = reference.id;
        let found = declared.resources.contains(id)
            || !reference.resource && (declared.parameters.contains_key(id) || PSEUDO_PARAMETERS.contains(&id));
        if !found {
            let what = if reference.resource { "resource" } else { "parameter or resource" };
            self.problem(reference.line, format!("`{id}` is no {what} of this template"));
        }
    }

    /// What this template publishes for others, and what it takes from them.
    fn handed_on(&mut self, root: &Node<'_>) {
        for (_, resource) in root.get("Resources").map(Node::entries).unwrap_or_default() {
            if resource.get("Type").and_then(Node::text) != Some("AWS::SSM::Parameter") {
                continue;
            }
            let name = resource.get("Properties").and_then(|it| it.get("Name"));
            let Some(path) = name.filter(|name| name.tag.is_none()).and_then(Node::text) else {
                continue;
            };
            let published = Published { order: self.stacks.order, file: self.file.path.clone() };
            if let Some(other) = self.stacks.published.insert(path.to_owned(), published) {
                self.problem(resource.line, format!("`{path}` is already published by {}", other.file));
            }
        }
        for (key, parameter) in root.get("Parameters").map(Node::entries).unwrap_or_default() {
            let kind = parameter.get("Type").and_then(Node::text).unwrap_or_default();
            let path = parameter.get("Default").and_then(Node::text);
            // Paths below /aws/ are published by AWS itself.
            if let Some(path) =
                path.filter(|path| kind.starts_with("AWS::SSM::Parameter::Value<") && !path.starts_with("/aws/"))
            {
                let (order, file) = (self.stacks.order, self.file.path.clone());
                self.stacks.consumed.push(Consumed { order, path: path.to_owned(), file, line: key.line });
            }
        }
    }
}

#[derive(Default)]
struct Declared<'n> {
    parameters: BTreeMap<&'n str, usize>,
    resources: BTreeSet<&'n str>,
}
