//! A Terraform root module: what its expressions refer to is declared once, in whichever file.

mod declarations;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Problem;
use super::hcl::tokens;
use crate::render::File;

/// All `.tf` files of one folder.
#[derive(Debug, Default)]
pub struct Module {
    problems: Vec<Problem>,
    /// `aws_vpc.main`, `data.aws_region.current`, `local.region`, `var.gitrev` … and where they are declared.
    declared: BTreeMap<String, Place>,
    /// The first place in each file that refers to an address.
    referred: BTreeMap<String, Vec<Place>>,
    /// Labels of `provider` blocks, which `provider = aws.other` begins with.
    providers: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Place {
    file: Arc<str>,
    line: usize,
}

impl Module {
    /// Reads the next file; others are of no concern to Terraform.
    pub fn read(&mut self, file: &File) {
        if !file.path.ends_with(".tf") {
            return;
        }
        let path = Arc::from(file.path.as_str());
        match tokens(&file.text) {
            Ok(tokens) => {
                self.declare(&path, &tokens);
                self.refer(&path, &tokens);
            }
            Err(error) => self.problem(&Place { file: path, line: error.line }, error.reason.to_owned()),
        }
    }

    /// Takes what was read elsewhere.
    pub fn append(&mut self, next: Module) {
        self.problems.extend(next.problems);
        self.providers.extend(next.providers);
        next.declared.into_iter().for_each(|(address, place)| self.address(address, place));
        for (address, places) in next.referred {
            self.referred.entry(address).or_default().extend(places);
        }
    }

    /// Every fault found.
    pub fn problems(mut self) -> Vec<Problem> {
        for (address, places) in &self.referred {
            if self.declared.contains_key(address) {
                continue;
            }
            let root = address.split('.').next().unwrap_or_default();
            for place in places.iter().filter(|_| !self.providers.contains(root)) {
                self.problems.push(place.problem(format!("`{address}` is declared nowhere")));
            }
        }
        for (address, place) in &self.declared {
            let must_be_used = ["local.", "var.", "data."].iter().any(|kind| address.starts_with(kind));
            if must_be_used && !self.referred.contains_key(address) {
                self.problems.push(place.problem(format!("nothing uses `{address}`")));
            }
        }
        self.problems.sort();
        self.problems
    }

    fn problem(&mut self, place: &Place, message: String) {
        self.problems.push(place.problem(message));
    }
}

impl Place {
    fn problem(&self, message: String) -> Problem {
        Problem { file: self.file.to_string(), line: Some(self.line), message }
    }
}

#[cfg(test)]
mod tests;
