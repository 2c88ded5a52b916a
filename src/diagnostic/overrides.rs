//! Findings about changes of the rendered text.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    OVERRIDE_PATH = "override-path": "An operation of `overrides` names a place that the rendered files do not have. The \
        help names the nearest one that they have; `dagforge render --stdout` prints the files."
        => "https://www.rfc-editor.org/rfc/rfc6902#section-4";
    OVERRIDE_LAYER = "override-layer": "An operation of `overrides` names a layer that the deployment does not have, or \
        a logical id that several of its templates have without saying which is meant."
        => "A rule of dagforge's own: logical ids are unique in a template, not in a deployment.";
    OVERRIDE_VALUE = "override-value": "An operation of `overrides` lacks its value, has one in vain, or has one that \
        cannot be written as a literal of the target's language."
        => "https://www.rfc-editor.org/rfc/rfc6902#section-4";
    OVERRIDE_TEST = "override-test": "A `test` of `overrides` does not hold: the rendered value is another one than the \
        spec expects, most often since dagforge or the spec has changed. Nothing is rendered until somebody has looked."
        => "https://www.rfc-editor.org/rfc/rfc6902#section-4.6";
    OVERRIDE_PROTECTED = "override-protected": "An operation of `overrides` would change what keeps data: a deletion \
        policy, deletion protection, or how the database's password is made. `protect` decides the former for every \
        resource at once, and a password that is made anew is one that the database has never heard of."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html and \
        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html";
    OVERRIDE_RESULT = "override-result": "The files do not hold together once the operations of `overrides` are done: a \
        reference finds nothing, a name is there twice, or a template is beyond a limit."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html";
}

impl Diagnostics {
    /// A path that leads nowhere; `nearest` is one that does not.
    pub fn override_path(&mut self, at: &SpecPath, path: &str, reason: &str, nearest: Option<&str>) {
        let message = format!("`{path}` is nowhere in the rendered files: {reason}");
        let finding = self.error(OVERRIDE_PATH, Place::value(&at.key("path")), message);
        finding.help(match nearest {
            Some(nearest) => format!("the nearest is `{nearest}`"),
            None => "`dagforge render all --stdout` prints what there is".to_owned(),
        });
    }

    /// A path that leads to something which is changed in another way.
    pub fn override_unfit(&mut self, at: &SpecPath, path: &str, reason: &str) {
        self.error(
            OVERRIDE_PATH,
            Place::value(&at.key("path")),
            format!("`{path}` cannot be changed like this: {reason}"),
        )
        .help("take the path one step further up, with the whole value");
    }

    /// A layer that the deployment does not have.
    pub fn override_layer(&mut self, at: &SpecPath, layer: &str, known: &[&str], meant: Option<&str>) {
        let message = format!("the deployment has no layer `{layer}`");
        let finding = self.error(OVERRIDE_LAYER, Place::value(&at.key("layer")), message);
        finding.help(match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it has {}", known.join(", ")),
        });
    }

    /// A logical id of several templates.
    pub fn override_of_several(&mut self, at: &SpecPath, id: &str, layers: &[&str]) {
        let message = format!("`{id}` is a resource of several templates");
        self.error(OVERRIDE_LAYER, Place::value(&at.key("path")), message)
            .help(format!("add `layer:` with one of {}", layers.join(", ")));
    }

    /// A value that is missing, superfluous or without a literal.
    pub fn override_value(&mut self, at: &SpecPath, message: &str, help: &str) {
        self.error(OVERRIDE_VALUE, Place::value(at), message).help(help);
    }

    /// A test that does not hold.
    pub fn override_test(&mut self, at: &SpecPath, path: &str, there: &str) {
        let message = format!("the test of `{path}` does not hold: there is {there}");
        self.error(OVERRIDE_TEST, Place::value(&at.key("value")), message)
            .help("look whether the following operations are still right, then correct the expected value");
    }

    /// An operation on what keeps data.
    pub fn override_protected(&mut self, at: &SpecPath, what: &str) {
        let message = format!("this would change {what}");
        self.error(OVERRIDE_PROTECTED, Place::value(&at.key("path")), message).help(
            "`protect: false` at the top gives up deletion protection everywhere; how a password is made never changes",
        );
    }

    /// A fault that the rendered text has only with the operations done.
    pub fn override_result(&mut self, at: &SpecPath, file: &str, message: &str) {
        self.error(OVERRIDE_RESULT, Place::value(&at.key("path")), format!("after this, {file} is broken: {message}"))
            .help("what refers to each other has to be changed together; operations are done in their order");
    }
}
