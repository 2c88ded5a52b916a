//! Writing: stage every file, then rename all of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
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
    /// Rendered paths, and whether the disk has something else.
    files: IndexMap<String, bool>,
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
        Ok(Stage { place, staged: None, files: IndexMap::new(), known, foreign: Vec::new() })
    }

    /// The folder to stage files in: beside the deployment's, hence on the same file system.
    fn staging(&mut self) -> Result<PathBuf, OutputError> {
        if let Some(staged) = &self.staged {
            return Ok(staged.path().join("files"));
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
        // The temporary folder itself is private; this one has the rights of any other and may become the deployment's.
        let files = staged.path().join("files");
        fs::create_dir(&files).map_err(OutputError::io("make the folder", &files))?;
        self.staged = Some(staged);
        Ok(files)
    }

    fn stage(&mut self, file: &File) -> Result<(), OutputError> {
        let path = self.staging()?.join(&file.path);
        or_in_new_folder(&path, || fs::write(&path, &file.text))
            .and_then(|()| set_executable(&path, is_script(file)))
            .map_err(OutputError::io("write", &path))
    }

    /// Takes the next file.
    pub fn add(&mut self, file: &File) -> Result<(), OutputError> {
        let path = self.place.of(&file.path)?;
        let there = standing(&path)?;
        let changed = match there {
            Standing::Nothing => true,
            Standing::File => !same(&path, file)?,
            other => return Err(other.in_the_way(&path)),
        };
        if changed {
            if there == Standing::File && !self.known.contains(&file.path) {
                self.foreign.push(path);
            }
            self.stage(file)?;
        }
        match self.files.insert(file.path.clone(), changed) {
            None => Ok(()),
            Some(_) => Err(OutputError::Twice(file.path.clone())),
        }
    }

    /// Moves everything into place. Files of an earlier run that were not added this time are removed where `owned` says that
    /// this run would have rendered them: a run for one target leaves the others alone.
    pub fn commit(mut self, owned: impl Fn(&str) -> bool) -> Result<Summary, OutputError> {
        if !self.foreign.is_empty() {
            return Err(OutputError::Foreign(self.foreign));
        }
        let rendered: BTreeSet<&str> = self.files.keys().map(String::as_str).collect();
        let stale: Vec<String> =
            self.known.iter().filter(|path| owned(path) && !rendered.contains(path.as_str())).cloned().collect();
        let both: BTreeSet<String> =
            self.known.iter().cloned().chain(rendered.iter().map(|path| (*path).to_owned())).collect();
        // The list is complete before the first rename, so that a run cut short leaves no file that the next one disowns.
        if both != self.known {
            self.stage(&list(&both))?;
        }
        let summary = self.rename_all(both != self.known)?;
        self.remove_all(summary, &stale, both)
    }

    fn rename_all(&mut self, listed: bool) -> Result<Summary, OutputError> {
        let files = std::mem::take(&mut self.files);
        let unchanged = files.values().filter(|changed| !**changed).count();
        let written = files.into_iter().filter_map(|(path, changed)| changed.then_some(path));
        let summary = Summary { written: written.collect(), unchanged, removed: Vec::new() };
        // A new deployment comes into being at once.
        if !summary.written.is_empty() && standing(self.place.folder())? == Standing::Nothing {
            let staging = self.staging()?;
            let folder = self.place.folder();
            fs::rename(staging, folder).map_err(OutputError::io("write", folder))?;
            return Ok(summary);
        }
        if listed {
            self.rename(MANIFEST)?;
        }
        summary.written.iter().try_for_each(|path| self.rename(path))?;
        Ok(summary)
    }

    fn rename(&mut self, path: &str) -> Result<(), OutputError> {
        let staged = self.staging()?.join(path);
        let path = self.place.of(path)?;
        or_in_new_folder(&path, || fs::rename(&staged, &path)).map_err(OutputError::io("write", &path))
    }

    fn remove_all(
        &mut self,
        mut summary: Summary,
        stale: &[String],
        mut listed: BTreeSet<String>,
    ) -> Result<Summary, OutputError> {
        for path in stale {
            if self.remove(path)? {
                summary.removed.push(path.clone());
            }
            listed.remove(path);
        }
        if !stale.is_empty() {
            self.stage(&list(&listed))?;
            self.rename(MANIFEST)?;
        }
        Ok(summary)
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

/// The list of files, as a file.
fn list(paths: &BTreeSet<String>) -> File {
    File { path: MANIFEST.to_owned(), text: manifest::text(paths) }
}

/// Tries to make a file; if its folder is missing, makes that first.
fn or_in_new_folder(path: &Path, attempt: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match attempt() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            attempt()
        }
        done => done,
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
