//! Findings about files of the user's own that become a part of the output.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    EXTRA_NAME = "extra-name": "A template or file of `extra` is called by its name without the ending: its stack, its place \
        in the output and its word in `ops.sh deploy` come of it. One name means one thing."
        => "A rule of dagforge's own: blueprints/ops/ops.sh.j2.";
    EXTRA_MISSING = "extra-missing": "A file that `extra` names cannot be read. Paths are from the folder that the spec is in."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    EXTRA_CONTENT = "extra-content" (no spec): "A file of `extra` is no template or module file that could be deployed with \
        the others: it cannot be read, refers to something that is nowhere, declares something a second time, is beyond a \
        limit, or asks for a parameter that nothing gives it."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and \
        https://developer.hashicorp.com/terraform/language/expressions/references";
}

impl Diagnostics {
    /// A name that cannot be one.
    pub fn extra_name(&mut self, at: &SpecPath, message: &str, fix: &str) {
        self.error(EXTRA_NAME, Place::value(at), message).help(fix);
    }

    /// No file.
    pub fn extra_missing(&mut self, at: &SpecPath, path: &str) {
        self.error(EXTRA_MISSING, Place::value(at), format!("`{path}` cannot be read"))
            .help("paths are from the folder that the spec is in; is it there, and text in UTF-8?");
    }

    /// A fault of a file.
    pub fn extra_content(&mut self, file: &str, line: Option<usize>, message: &str) {
        let place = Place::File { name: file.to_owned(), line };
        self.error(EXTRA_CONTENT, place, message).help(match file.ends_with(".tf") {
            true => "locals of the rendered module are there to refer to, such as `local.vpc_id`",
            false => {
                "what other stacks publish is taken by a parameter of a type `AWS::SSM::Parameter::Value<…>` with its path as default"
            }
        });
    }
}
