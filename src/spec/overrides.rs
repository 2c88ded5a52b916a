//! `overrides:` as written: changes of the rendered text, for what the spec has no key for.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::scalar::JsonPointer;

/// Changes of the finished templates and of the finished module, as in RFC 6902, one after the other. What that moves or copies
/// is written out here, as `remove` and `add`: a reviewer sees the value.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Changes of CloudFormation templates; default none.
    pub cfn: Option<Vec<TemplateOperation>>,
    /// Changes of the Terraform module; default none.
    pub tf: Option<Vec<ModuleOperation>>,
}

/// What is done.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Something new, at a key, at an index of a list, or with `-` at its end.
    Add,
    /// Another value for something.
    Replace,
    /// Something less.
    Remove,
    /// Nothing; the value has to be this one, or nothing is rendered.
    Test,
}

/// A change of a CloudFormation template.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateOperation {
    /// `add`, `replace`, `remove` or `test`.
    pub op: OperationKind,
    /// Where, such as `/Resources/UiLoadBalancer/Properties/LoadBalancerAttributes/-`. What the template writes as `!Sub` or
    /// `!Ref` is one value.
    pub path: JsonPointer,
    /// The value; none with `remove`, which is the default. Functions are written out, as in `{Ref: Cluster}` and
    /// `{"Fn::Sub": "…"}`.
    pub value: Option<Value>,
    /// The layer whose template is meant, as its stack is called behind the deployment's name: `platform` or
    /// `location-sales`; default the one that has the resource.
    pub layer: Option<String>,
}

/// A change of the Terraform module.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleOperation {
    /// `add`, `replace`, `remove` or `test`.
    pub op: OperationKind,
    /// Where, such as `/resource/aws_lb/ui/idle_timeout`; blocks of one name are a list, as in `/resource/aws_lb/ui/access_logs/0`.
    pub path: JsonPointer,
    /// The value; none with `remove`, which is the default. Texts mean themselves, `{Ref: aws_lb.ui.arn}` refers to something
    /// of the module, a map is an argument, and a list of maps is a block for each.
    pub value: Option<Value>,
}
