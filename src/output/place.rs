//! Where a rendered file belongs on disk, without following anybody's links.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::OutputError;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Nothing,
    File,
    Folder,
    Link,
    Other,
}

/// The folder of a deployment.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    /// Folders below it that have been looked at.
    seen: BTreeSet<PathBuf>,
}

impl Place {
    /// A link to the folder itself is its owner's choice, and followed.
    pub fn new(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Place { folder, seen: BTreeSet::new() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The place of a rendered path. Refuses what would leave the folder: `..`, an absolute path, a link on the way.
    pub fn of(&mut self, path: &str) -> Result<PathBuf, OutputError> {
        let normal = |part: Component<'_>| matches!(part, Component::Normal(_));
        if path.is_empty() || path.contains('\\') || !Path::new(path).components().all(normal) {
            return Err(OutputError::Outside(path.to_owned()));
        }
        let place = self.folder.join(path);
        let mut ancestors: Vec<&Path> =
            place.ancestors().skip(1).take_while(|it| it.starts_with(&self.folder)).collect();
        ancestors.reverse();
        for ancestor in ancestors {
            if self.seen.contains(ancestor) {
                continue;
            }
            match standing(ancestor)? {
                Standing::Nothing => break,
                Standing::Folder => _ = self.seen.insert(ancestor.to_owned()),
                other => return Err(other.in_the_way(ancestor)),
            }
        }
        Ok(place)
    }
}

impl Standing {
    /// The error for something that is not what belongs there.
    pub fn in_the_way(self, path: &Path) -> OutputError {
        let what = match self {
            Standing::Link => "a symbolic link",
            Standing::Folder => "a folder",
            Standing::File => "a file",
            Standing::Nothing | Standing::Other => "something else",
        };
        OutputError::InTheWay { what, path: path.to_owned() }
    }
}

/// Looks at a path itself, not at what it links to.
pub(super) fn standing(path: &Path) -> Result<Standing, OutputError> {
    match fs::symlink_metadata(path) {
        Ok(it) if it.is_symlink() => Ok(Standing::Link),
        Ok(it) if it.is_dir() => Ok(Standing::Folder),
        Ok(it) if it.is_file() => Ok(Standing::File),
        Ok(_) => Ok(Standing::Other),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Standing::Nothing)
        }
        Err(error) => Err(OutputError::io("look at", path)(error)),
    }
}
