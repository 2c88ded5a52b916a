//! Writing: stage every file, then rename all of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::manifest::{self, MANIFEST};
use super::place::{Place, Standing, standing};
use super::{OutputError, is_script};
use crate::render::File;

/// Files on their way to a deployment's folder. Dropped without [`Stage::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Stage {
    place: Place,
    /// Made for the first file that differs from the disk.
    staged: Option<TempDir>,
    /// Rendered paths, with the number of the staged file where the disk has something else.
    files: Vec<(String, Option<usize>)>,
    known: BTreeSet<String>,
    foreign: Vec<PathBuf>,
}

/// What a run changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// New or changed.
    pub written: Vec<String>,
    /// No longer rendered.
    pub removed: Vec<String>,
    /// Already on disk as rendered.
    pub unchanged: usize,
}

impl Stage {
    /// Begins a run for `output/<deployment>`, which need not exist.
    pub fn new(folder: &Path) -> Result<Self, OutputError> {
        let mut place = Place::new(folder);
        let known = manifest::load(&mut place)?;
        Ok(Stage { place, staged: None, files: Vec::new(), known, foreign: Vec::new() })
    }

    /// The path to stage a file at: beside the folder, hence on the same file system.
    fn staged(&mut self, name: &str) -> Result<PathBuf, OutputError> {
        if let Some(staged) = &self.staged {
            return Ok(staged.path().join(name));
        }
        let parent = match self.place.folder().parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(OutputError::io("make the folder", parent))?;
        let staged = tempfile::Builder::new()
            .prefix(".dagforge-")
            .tempdir_in(parent)
            .map_err(OutputError::io("make a folder in", parent))?;
        let path = staged.path().join(name);
        self.staged = Some(staged);
        Ok(path)
    }

    /// Takes the next file.
    pub fn add(&mut self, file: &File) -> Result<(), OutputError> {
        let path = self.place.of(&file.path)?;
        let number = self.files.len();
        let changed = match standing(&path)? {
            Standing::Nothing => true,
            Standing::File => !same(&path, file)?,
            other => return Err(other.in_the_way(&path)),
        };
        if changed {
            if !self.known.contains(&file.path) && standing(&path)? == Standing::File {
                self.foreign.push(path);
            }
            let staged = self.staged(&number.to_string())?;
            fs::write(&staged, &file.text).map_err(OutputError::io("write", &staged))?;
            set_executable(&staged, is_script(file)).map_err(OutputError::io("write", &staged))?;
        }
        self.files.push((file.path.clone(), changed.then_some(number)));
        Ok(())
    }

    /// Moves everything into place. Files of an earlier run that were not added this time are removed where `owned` says that
    /// this run would have rendered them: a run for one target leaves the others alone.
    pub fn commit(mut self, owned: impl Fn(&str) -> bool) -> Result<Summary, OutputError> {
        if !self.foreign.is_empty() {
            return Err(OutputError::Foreign(self.foreign));
        }
        let rendered: BTreeSet<&str> = self.files.iter().map(|(path, _)| path.as_str()).collect();
        let stale: Vec<String> =
            self.known.iter().filter(|path| owned(path) && !rendered.contains(path.as_str())).cloned().collect();
        let both: BTreeSet<String> =
            self.known.iter().cloned().chain(rendered.iter().map(|path| (*path).to_owned())).collect();
        // The list is complete before the first rename, so that a run cut short leaves no file that the next one disowns.
        let complete = both != self.known;
        if complete {
            self.write_manifest(&both)?;
        }
        let mut summary = Summary::default();
        for (path, number) in std::mem::take(&mut self.files) {
            let Some(number) = number else {
                summary.unchanged += 1;
                continue;
            };
            let staged = self.staged(&number.to_string())?;
            self.rename(&staged, &path)?;
            summary.written.push(path);
        }
        for path in &stale {
            if self.remove(path)? {
                summary.removed.push(path.clone());
            }
        }
        if !stale.is_empty() {
            let left = both.into_iter().filter(|path| !stale.contains(path)).collect();
            self.write_manifest(&left)?;
        }
        Ok(summary)
    }

    fn write_manifest(&mut self, paths: &BTreeSet<String>) -> Result<(), OutputError> {
        let staged = self.staged(MANIFEST)?;
        fs::write(&staged, manifest::text(paths)).map_err(OutputError::io("write", &staged))?;
        self.rename(&staged, MANIFEST)
    }

    fn rename(&mut self, staged: &Path, path: &str) -> Result<(), OutputError> {
        let path = self.place.of(path)?;
        let renamed = match fs::rename(staged, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = path.parent().unwrap_or(&path);
                fs::create_dir_all(parent).map_err(OutputError::io("make the folder", parent))?;
                fs::rename(staged, &path)
            }
            renamed => renamed,
        };
        renamed.map_err(OutputError::io("write", &path))
    }

    /// Removes a file and the folders that it leaves empty. Whatever else stands there by now is not ours.
    fn remove(&mut self, path: &str) -> Result<bool, OutputError> {
        // A path that this run would refuse to write is no reason to fail, but none to follow either.
        let Ok(path) = self.place.of(path) else {
            return Ok(false);
        };
        if standing(&path)? != Standing::File {
            return Ok(false);
        }
        fs::remove_file(&path).map_err(OutputError::io("remove", &path))?;
        for folder in path.ancestors().skip(1).take_while(|it| *it != self.place.folder()) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(true)
    }
}

/// Whether the disk holds just this file.
pub(super) fn same(path: &Path, file: &File) -> Result<bool, OutputError> {
    let read = |path: &Path| -> io::Result<bool> {
        let mut on_disk = fs::File::open(path)?;
        let metadata = on_disk.metadata()?;
        if metadata.len() != file.text.len() as u64 || !executable_as(&metadata, is_script(file)) {
            return Ok(false);
        }
        let mut bytes = Vec::with_capacity(file.text.len());
        on_disk.read_to_end(&mut bytes)?;
        Ok(bytes == file.text.as_bytes())
    };
    read(path).map_err(OutputError::io("read", path))
}

#[cfg(unix)]
fn set_executable(path: &Path, yes: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if yes {
        let mode = fs::metadata(path)?.permissions().mode();
        // Whoever may read a script may run it.
        fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))?;
    }
    Ok(())
}

#[cfg(unix)]
fn executable_as(metadata: &fs::Metadata, yes: bool) -> bool {
    use std::os::unix::fs::PermissionsExt;
    (metadata.permissions().mode() & 0o100 != 0) == yes
}

#[cfg(not(unix))]
fn set_executable(_: &Path, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn executable_as(_: &fs::Metadata, _: bool) -> bool {
    true
}
