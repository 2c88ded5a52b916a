//! A Terraform root module: what its expressions refer to is declared once, in whichever file.

mod declarations;
mod references;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Problem;
use super::hcl::tokens;
use crate::render::File;

/// All `.tf` files of one folder.
#[derive(Debug, Default)]
pub struct Module {
    problems: Vec<Problem>,
    /// `aws_vpc.main`, `data.aws_region.current`, `local.region`, `var.gitrev` … and where they are declared.
    declared: IndexMap<String, Place>,
    /// The first place in each file that refers to an address.
    referred: IndexMap<String, Vec<Place>>,
    /// Labels of `provider` blocks, which `provider = aws.other` begins with.
    providers: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Place {
    file: String,
    line: usize,
}

impl Module {
    /// Reads the next file; others are of no concern to Terraform.
    pub fn read(&mut self, file: &File) {
        if !file.path.ends_with(".tf") {
            return;
        }
        match tokens(&file.text) {
            Ok(tokens) => {
                self.declare(file, &tokens);
                self.refer(file, &tokens);
            }
            Err(error) => self.problem(file, error.line, error.reason.to_owned()),
        }
    }

    /// Every fault found.
    pub fn problems(mut self) -> Vec<Problem> {
        for (address, places) in &self.referred {
            if self.declared.contains_key(address) {
                continue;
            }
            let root = address.split('.').next().unwrap_or_default();
            for Place { file, line } in places.iter().filter(|_| !self.providers.contains(root)) {
                let message = format!("`{address}` is declared nowhere");
                self.problems.push(Problem { file: file.clone(), line: Some(*line), message });
            }
        }
        for (address, Place { file, line }) in &self.declared {
            // What the user's own files declare is theirs to use.
            let ours = !file.starts_with("tf/extra_");
            let must_be_used = ours && ["local.", "var.", "data."].iter().any(|kind| address.starts_with(kind));
            if must_be_used && !self.referred.contains_key(address) {
                let message = format!("nothing uses `{address}`");
                self.problems.push(Problem { file: file.clone(), line: Some(*line), message });
            }
        }
        self.problems.sort();
        self.problems
    }

    fn problem(&mut self, file: &File, line: usize, message: String) {
        self.problems.push(Problem { file: file.path.clone(), line: Some(line), message });
    }
}

#[cfg(test)]
mod tests;
