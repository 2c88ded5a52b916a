//! The operations of `overrides`, as they are done on the rendered text.

use serde::Serialize;
use serde_json::Value;

use crate::spec::Spec;
use crate::spec::overrides::OperationKind;
use crate::spec::path::SpecPath;

/// One change of a rendered file.
#[derive(Clone, Debug, Serialize)]
pub struct Override {
    /// `cfn` or `tf`.
    pub target: String,
    /// The file that it changes; none until the files have been rendered.
    pub file: Option<String>,
    /// What is done.
    pub op: String,
    /// Where in the tree of the file.
    pub path: String,
    /// The value, where the operation has one.
    pub value: Option<Value>,
    /// The layer that the spec names.
    pub layer: Option<String>,
    /// The same, as the program reads it.
    #[serde(skip)]
    pub operation: Operation,
}

/// An operation, taken apart.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What is done.
    pub kind: OperationKind,
    /// Keys and indexes.
    pub steps: Vec<String>,
    /// Where the spec asks for it.
    pub at: SpecPath,
}

/// The operations, in the order they are done.
pub fn overrides(spec: &Spec) -> Vec<Override> {
    let Some(overrides) = &spec.overrides else { return Vec::new() };
    let cfn = overrides.cfn.iter().flatten().map(|it| (it.op, &it.path, &it.value, &it.layer));
    let tf = overrides.tf.iter().flatten().map(|it| (it.op, &it.path, &it.value, &None));
    let cfn = cfn.enumerate().map(|it| ("cfn", it));
    let tf = tf.enumerate().map(|it| ("tf", it));
    cfn.chain(tf)
        .map(|(target, (index, (kind, path, value, layer)))| Override {
            target: target.to_owned(),
            file: None,
            op: word(kind).to_owned(),
            path: path.as_str().to_owned(),
            value: value.clone(),
            layer: layer.clone(),
            operation: Operation {
                kind,
                steps: path.steps(),
                at: SpecPath::from("overrides").key(target).index(index),
            },
        })
        .collect()
}

fn word(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Add => "add",
        OperationKind::Replace => "replace",
        OperationKind::Remove => "remove",
        OperationKind::Test => "test",
    }
}
