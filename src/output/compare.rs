//! `--check`: what a run would change, without changing it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use similar::TextDiff;

use super::OutputError;
use super::manifest::{self, MANIFEST};
use super::place::{Place, Standing, standing};
use super::stage::same;
use crate::render::File;

/// One way in which the disk differs from a fresh render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file is not on disk.
    Missing(String),
    /// The file is no longer rendered.
    Extra(String),
    /// A script is not executable, or another file is.
    Mode(String),
    /// The file's text differs.
    Changed {
        /// Which.
        path: String,
        /// From the disk to a fresh render, as a unified diff.
        diff: String,
    },
}

/// Compares one file after the other with a deployment's folder.
#[derive(Debug)]
pub struct Comparison {
    place: Place,
    known: BTreeSet<String>,
    rendered: BTreeSet<String>,
    differs: bool,
}

impl Comparison {
    /// Begins with `output/<deployment>`, which need not exist.
    pub fn new(folder: &Path) -> Result<Self, OutputError> {
        let mut place = Place::new(folder);
        let known = manifest::load(&mut place)?;
        Ok(Comparison { place, known, rendered: BTreeSet::new(), differs: false })
    }

    /// How the next file differs from the disk, if it does.
    pub fn add(&mut self, file: &File) -> Result<Option<Difference>, OutputError> {
        self.rendered.insert(file.path.clone());
        let difference = self.difference(file)?;
        self.differs |= difference.is_some();
        Ok(difference)
    }

    fn difference(&mut self, file: &File) -> Result<Option<Difference>, OutputError> {
        let path = self.place.of(&file.path)?;
        match standing(&path)? {
            Standing::Nothing => return Ok(Some(Difference::Missing(file.path.clone()))),
            Standing::File if same(&path, file)? => return Ok(None),
            Standing::File => {}
            other => return Err(other.in_the_way(&path)),
        }
        let bytes = fs::read(&path).map_err(OutputError::io("read", &path))?;
        if bytes == file.text.as_bytes() {
            return Ok(Some(Difference::Mode(file.path.clone())));
        }
        Ok(Some(changed(&file.path, &String::from_utf8_lossy(&bytes), &file.text)))
    }

    /// What a run would change besides the files themselves: those that it would remove, and else its own list of files.
    /// `owned` as for [`super::Stage::commit`].
    pub fn finish(mut self, owned: impl Fn(&str) -> bool) -> Result<Vec<Difference>, OutputError> {
        let (stale, kept): (BTreeSet<String>, BTreeSet<String>) =
            self.known.iter().cloned().partition(|path| owned(path) && !self.rendered.contains(path));
        let mut found = Vec::new();
        for path in stale {
            if self.place.of(&path).is_ok_and(|it| matches!(standing(&it), Ok(Standing::File))) {
                found.push(Difference::Extra(path));
            }
        }
        let expected = manifest::text(&kept.union(&self.rendered).cloned().collect());
        let listed = manifest::text(&self.known);
        if !self.differs && found.is_empty() && expected != listed {
            found.push(changed(MANIFEST, &listed, &expected));
        }
        Ok(found)
    }
}

fn changed(path: &str, on_disk: &str, rendered: &str) -> Difference {
    let diff = TextDiff::from_lines(on_disk, rendered)
        .unified_diff()
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string();
    Difference::Changed { path: path.to_owned(), diff }
}
