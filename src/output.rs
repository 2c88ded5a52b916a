//! The only disk writes: rendered files to `output/<deployment>`, all or none of a run.
//!
//! Files are staged beside the folder and renamed into it one by one, so no file is ever half-written and a run that fails before
//! [`Stage::commit`] has changed nothing. What dagforge did not write is neither overwritten nor removed, and no symbolic link
//! below the folder is followed.

mod compare;
mod manifest;
mod overlay;
mod place;
mod stage;

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use compare::{Comparison, Difference};
pub use manifest::MANIFEST;
pub use overlay::{read_blueprints, write_blueprints};
pub use stage::{Stage, Summary};

use crate::render::File;

/// Why files could not be read or written.
#[derive(Debug)]
pub enum OutputError {
    /// The system refused.
    Io {
        /// What was tried, as in “cannot …”.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file stands where one is to be written, and somebody else wrote it.
    Foreign(Vec<PathBuf>),
    /// A file exists that would be written only once.
    Exists(PathBuf),
    /// Ejected blueprints that are there already and read differently.
    Edited(Vec<PathBuf>),
    /// A symbolic link, a folder or something else stands where a file or folder is to be written.
    InTheWay {
        /// What stands there.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// A rendered path that would leave the folder.
    Outside(String),
    /// Two rendered files with one path.
    Twice(String),
}

/// Writes a file that is the user's from then on; one that exists is left as it is.
pub fn create(path: &Path, text: &str) -> Result<(), OutputError> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => OutputError::Exists(path.to_owned()),
        _ => OutputError::io("write", path)(error),
    })?;
    file.write_all(text.as_bytes()).map_err(OutputError::io("write", path))
}

impl OutputError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
        move |source| OutputError::Io { action, path: path.to_owned(), source }
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Whoever prints the whole chain prints the source, too.
            OutputError::Io { action, path, .. } => write!(f, "cannot {action} `{}`", path.display()),
            OutputError::Foreign(paths) => {
                let paths = listed(paths);
                write!(
                    f,
                    "dagforge did not write these files and will not overwrite them: {paths}; move them away, or delete them if they are old output"
                )
            }
            OutputError::Edited(paths) => {
                write!(
                    f,
                    "these files are there already and differ from the built-in ones: {}; nothing was written",
                    listed(paths)
                )
            }
            OutputError::Exists(path) => {
                write!(f, "`{}` exists already and is left as it is: name another file", path.display())
            }
            OutputError::InTheWay { what, path } => {
                write!(f, "cannot write `{}`: {what} stands there", path.display())
            }
            OutputError::Twice(path) => write!(f, "`{path}` is rendered twice"),
            OutputError::Outside(path) => write!(f, "`{path}` is no path below the output folder"),
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let quoted: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    quoted.join(", ")
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OutputError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Writes one file to a stream, below a line with its path.
pub fn print(out: &mut impl Write, file: &File) -> io::Result<()> {
    writeln!(out, "==> {} <==", file.path)?;
    out.write_all(file.text.as_bytes())?;
    writeln!(out)
}

/// Scripts are the files that begin with `#!`.
fn is_script(file: &File) -> bool {
    file.text.starts_with("#!")
}
