//! Rendered text read back: what refers to something finds it, and what a service limits stays within it.
//!
//! Files are read one by one, and between files only names are kept, so memory does not grow with the text.

mod cfn;
mod compose;
pub(crate) mod hcl;
mod tf;
pub(crate) mod yaml;

use crate::render::File;
pub use cfn::{MAX_BYTES, MAX_OUTPUTS, MAX_PARAMETERS, MAX_RESOURCES, Stacks};
pub use compose::Stack;
pub use tf::Module;

/// A fault of rendered text, and so of a blueprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The rendered file.
    pub file: String,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// What is wrong, in one sentence without its full stop.
    pub message: String,
}

/// Reads back all files of a deployment, each by the rules of its target.
#[derive(Debug, Default)]
pub struct Reader {
    stacks: Stacks,
    module: Module,
    local: Stack,
}

impl Reader {
    /// Reads the next file, in the order in which files are rendered.
    pub fn read(&mut self, file: &File) {
        if file.path.starts_with("cfn/") && file.path.ends_with(".yaml") {
            self.stacks.read(file);
        }
        self.module.read(file);
        self.local.read(file);
    }

    /// Every fault found.
    pub fn problems(self) -> Vec<Problem> {
        let deployed = self.stacks.problems().into_iter().chain(self.module.problems());
        deployed.chain(self.local.problems()).collect()
    }
}
