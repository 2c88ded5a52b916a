//! Templates and module files of the user's own: where they stand in the output.

use serde::Serialize;

use super::key::Key;
use crate::spec::Spec;
use crate::spec::extra::ExtraFile as Written;
use crate::spec::path::SpecPath;

/// Files of the user's own.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Extra {
    /// CloudFormation templates, in the order they are deployed.
    pub templates: Vec<ExtraFile>,
    /// Files of the Terraform module.
    pub modules: Vec<ExtraFile>,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct ExtraFile {
    /// What it is called: its name without the ending.
    pub key: Key,
    /// Where it is, from the folder of the spec.
    pub source: String,
    /// Where it is rendered to.
    pub path: String,
    /// Where the spec names it.
    #[serde(skip)]
    pub at: SpecPath,
    /// What it says; none where there is no such file.
    #[serde(skip)]
    pub text: Option<String>,
}

impl Extra {
    /// Every file whose name can be one in the output; the others are findings.
    pub fn resolve(spec: &Spec) -> Self {
        let written = spec.extra.clone().unwrap_or_default();
        Self {
            templates: files("cfn", written.cfn, |key| format!("cfn/80-extra-{key}.yaml")),
            modules: files("tf", written.tf, |key| format!("tf/extra_{}.tf", key.snake())),
        }
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &ExtraFile> {
        self.templates.iter().chain(&self.modules)
    }
}

fn files(target: &str, written: Option<Vec<Written>>, path: impl Fn(&Key) -> String) -> Vec<ExtraFile> {
    let file = |(index, it): (usize, Written)| {
        let key = key(it.path.as_str())?;
        Some(ExtraFile {
            source: it.path.to_string(),
            path: path(&key),
            at: SpecPath::from("extra").key(target).index(index),
            text: it.text,
            key,
        })
    };
    written.into_iter().flatten().enumerate().filter_map(file).collect()
}

/// What a file is called; none where no stack or file could be called so.
pub fn key(path: &str) -> Option<Key> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |it| it.0).replace('_', "-").parse().ok()
}
