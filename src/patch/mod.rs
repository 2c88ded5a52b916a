//! The operations of `overrides`, done on rendered text.
//!
//! Text is changed where the path stands and nowhere else, so a file keeps its layout and its comments, and a reviewer sees the
//! change as a change. What comes out is read back like everything else, and names its operations at its top.

mod guard;
mod hcl;
mod trouble;
mod yaml;

use std::collections::BTreeMap;

use serde_json::Value;

use self::trouble::{Edited, Trouble};
use crate::blueprint::{Mode, laid_out};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::plan::layers::Layer;
use crate::plan::overrides::Override;
use crate::render::File;
use crate::spec::overrides::OperationKind;
use crate::verify::Reader;
use crate::verify::yaml::{Node, read};

/// What a resource has beside its type and its properties. `Condition` is not among them: templates have none.
const ATTRIBUTES: [&str; 8] = [
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// Does every operation on the files of both targets. The files that it changed are returned with their new text by path, and
/// each operation knows its file.
pub fn apply(
    overrides: &mut [Override],
    layers: &[Layer],
    stack_prefix: &str,
    files: Vec<File>,
    found: &mut Diagnostics,
) -> BTreeMap<String, String> {
    let mut work = Work { files, layers, stack_prefix, found };
    for it in overrides.iter_mut() {
        it.file = work.one(it);
    }
    if work.found.is_empty() {
        work.sign(overrides);
        work.read_back(overrides);
    }
    let changed = |path: &str| overrides.iter().any(|it| it.file.as_deref() == Some(path));
    work.files.into_iter().filter(|it| changed(&it.path)).map(|it| (it.path, it.text)).collect()
}

struct Work<'w> {
    files: Vec<File>,
    layers: &'w [Layer],
    stack_prefix: &'w str,
    found: &'w mut Diagnostics,
}

impl Work<'_> {
    /// Does one operation, and tells in which file.
    fn one(&mut self, it: &Override) -> Option<String> {
        let value = self.value(it)?;
        let template = it.target == "cfn";
        let (index, address) = if template { (self.template(it)?, 2) } else { self.module_file(it)? };
        let text = &self.files[index].text;
        let operation = &it.operation;
        let done = match template {
            true => {
                yaml::edit(text, operation.kind, &operation.steps, &value).map(|it| laid_out(Mode::CloudFormation, &it))
            }
            false => hcl::edit(text, operation.kind, &operation.steps, address, &value)
                .map(|it| laid_out(Mode::Terraform, &it)),
        };
        let new = self.unguarded(it, index, done).map_err(|trouble| self.report(it, index, trouble)).ok()??;
        self.files[index].text = new;
        Some(self.files[index].path.clone())
    }

    /// The value, which every operation but `remove` has.
    fn value(&mut self, it: &Override) -> Option<Value> {
        let at = &it.operation.at;
        match (&it.value, it.operation.kind) {
            (Some(_), OperationKind::Remove) => {
                self.found.override_value(
                    &at.key("value"),
                    "`remove` takes no value",
                    "leave it out, or write `op: replace`",
                );
                None
            }
            (None, OperationKind::Remove) => Some(Value::Null),
            (Some(value), _) => Some(value.clone()),
            (None, _) => {
                let message = format!("`{}` needs a value", it.op);
                self.found.override_value(&at.key("op"), &message, "add `value:`; what should go is `op: remove`");
                None
            }
        }
    }

    /// The text with the operation done, unless it touches what keeps data.
    fn unguarded(&mut self, it: &Override, index: usize, done: Edited) -> Result<Option<String>, Trouble> {
        let new = done?;
        let old = &self.files[index].text;
        let steps = &it.operation.steps;
        let (mut before, after) = match it.target.as_str() {
            "cfn" => (guard::of_template(old), guard::of_template(&new)),
            _ => (guard::of_module(old), guard::of_module(&new)),
        };
        let whole = steps.len() == 2 && it.target == "cfn";
        let own = whole.then(|| steps[1].as_str());
        if whole && it.operation.kind == OperationKind::Remove {
            before.remove(&format!("`Type` of `{}`", steps[1]));
        }
        let new_resource = own.filter(|_| it.operation.kind == OperationKind::Add);
        if let Some(what) = guard::changed(&before, &after, new_resource) {
            self.found.override_protected(&it.operation.at, what);
            return Ok(None);
        }
        Ok(Some(new))
    }

    /// The template that an operation is about.
    fn template(&mut self, it: &Override) -> Option<usize> {
        let (at, steps) = (&it.operation.at, &it.operation.steps);
        let short = |layer: &Layer| layer.stack.strip_prefix(self.stack_prefix).unwrap_or(&layer.stack).to_owned();
        let names: Vec<String> = self.layers.iter().map(short).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let named = match &it.layer {
            None => None,
            Some(layer) => match names.iter().position(|it| it == layer) {
                Some(position) => Some(position),
                None => {
                    self.found.override_layer(at, layer, &names, nearest(layer, names.iter().copied()));
                    return None;
                }
            },
        };
        let [root, id, rest @ ..] = steps.as_slice() else {
            return self.nowhere(it, "it names no resource", Some("/Resources/<LogicalId>/Properties".to_owned()));
        };
        if root != "Resources" {
            let meant = format!("/Resources/{id}/Properties");
            return self.nowhere(it, "operations are on resources, below `/Resources`", Some(meant));
        }
        if let Some(attribute) = rest.first().filter(|it| !ATTRIBUTES.contains(&it.as_str())) {
            let meant = nearest(attribute, ATTRIBUTES).unwrap_or("Properties");
            let meant = format!("/Resources/{id}/{meant}");
            return self.nowhere(it, &format!("a resource has no attribute `{attribute}`"), Some(meant));
        }
        let candidates: Vec<usize> = match named {
            Some(position) => vec![position],
            None => (0..self.layers.len()).filter(|at| self.ids(*at).contains(id)).collect(),
        };
        match candidates.as_slice() {
            [only] => self.files.iter().position(|file| file.path == self.layers[*only].template),
            [] => {
                let ids: Vec<String> = (0..self.layers.len()).flat_map(|it| self.ids(it)).collect();
                let meant = nearest(id, ids.iter().map(String::as_str)).map(|it| format!("/Resources/{it}"));
                self.nowhere(it, &format!("no template has a resource `{id}`"), meant)
            }
            several => {
                let layers: Vec<&str> = several.iter().map(|it| names[*it]).collect();
                self.found.override_of_several(at, id, &layers);
                None
            }
        }
    }

    /// The logical ids of a layer's template.
    fn ids(&self, layer: usize) -> Vec<String> {
        let file = self.files.iter().find(|it| it.path == self.layers[layer].template);
        let Some(root) = file.and_then(|it| read(&it.text).ok()) else { return Vec::new() };
        let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
        resources.iter().filter_map(|(key, _)| key.text().map(str::to_owned)).collect()
    }

    /// The file with the block that an operation is about, and how many steps name the block.
    fn module_file(&mut self, it: &Override) -> Option<(usize, usize)> {
        let steps = &it.operation.steps;
        let mut known = Vec::new();
        for (index, file) in self.files.iter().enumerate().filter(|(_, file)| file.path.ends_with(".tf")) {
            for address in hcl::addresses(&file.text).into_iter().filter(|it| it.len() > 1 || it == &["terraform"]) {
                if steps.starts_with(&address) {
                    return Some((index, address.len()));
                }
                known.push(format!("/{}", address.join("/")));
            }
        }
        let wanted = format!("/{}", steps.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("/"));
        let meant = nearest(&wanted, known.iter().map(String::as_str)).map(str::to_owned);
        self.nowhere(it, "the module has no such block", meant)
    }

    fn nowhere<T>(&mut self, it: &Override, reason: &str, meant: Option<String>) -> Option<T> {
        self.found.override_path(&it.operation.at, &it.path, reason, meant.as_deref());
        None
    }

    fn report(&mut self, it: &Override, index: usize, trouble: Trouble) {
        let (at, steps) = (&it.operation.at, &it.operation.steps);
        match trouble {
            Trouble::Missing { step, near } => {
                let file = self.files[index].path.clone();
                let above = pointer(&steps[..step]);
                let wanted = steps.get(step).map_or("", String::as_str);
                let reason = match near.as_slice() {
                    [] => format!("in {file} there is nothing below `{above}`"),
                    _ => format!("in {file} `{above}` has no `{wanted}`"),
                };
                let meant = nearest(wanted, near.iter().map(String::as_str));
                let meant = meant.map_or_else(|| above.clone(), |it| format!("{above}{}", pointer(&[it.to_owned()])));
                self.found.override_path(at, &it.path, &reason, Some(&meant));
            }
            Trouble::Unfit(reason) => self.found.override_unfit(at, &it.path, &reason),
            Trouble::Value(reason) => {
                let help =
                    "a value is text, numbers, booleans, and lists and maps of them; what should go is `op: remove`";
                self.found.override_value(&at.key("value"), &reason, help);
            }
            Trouble::Test(there) => self.found.override_test(at, &it.path, &there),
        }
    }

    /// Names the operations at the top of every file that they changed.
    fn sign(&mut self, overrides: &[Override]) {
        for file in &mut self.files {
            let own = overrides.iter().filter(|it| it.file.as_ref() == Some(&file.path));
            let own = own.filter(|it| it.operation.kind != OperationKind::Test);
            let lines: String =
                own.map(|it| format!("# Changed by {}: {} {}\n", it.operation.at, it.op, it.path)).collect();
            let comments = file.text.split_inclusive('\n').take_while(|it| it.starts_with('#')).map(str::len).sum();
            file.text.insert_str(comments, &lines);
        }
    }

    /// What the operations have broken, at the last one on the file or, where only another file shows it, at the last of all.
    fn read_back(&mut self, overrides: &[Override]) {
        let mut reader = Reader::default();
        self.files.iter().for_each(|it| reader.read(it));
        for problem in reader.problems() {
            let target = problem.file.split('/').next().unwrap_or_default();
            let own = overrides.iter().rfind(|it| it.file.as_ref() == Some(&problem.file));
            let any = overrides.iter().rfind(|it| it.target == target);
            if let Some(it) = own.or(any) {
                self.found.override_result(&it.operation.at, &problem.file, &problem.message);
            }
        }
    }
}

/// Steps as a path.
fn pointer(steps: &[String]) -> String {
    steps.iter().map(|it| format!("/{}", it.replace('~', "~0").replace('/', "~1"))).collect()
}
