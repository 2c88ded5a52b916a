//! The list of the files that dagforge wrote, so that it can tell them from everybody else's.
//!
//! Only paths: with digests every change of a file would change the list too, and two branches that each change something would
//! always conflict in it. Where two branches did add files, the marks of the conflict are no paths, so either side of it counts.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use super::OutputError;
use super::place::{Place, Standing, standing};

/// The list's own path.
pub const MANIFEST: &str = ".dagforge-files";

const HEADER: &str = "# The files that dagforge wrote here; it removes those that it no longer renders.\n";

/// The paths in the list, none if there is no list yet.
pub(super) fn load(place: &mut Place) -> Result<BTreeSet<String>, OutputError> {
    let path = place.of(MANIFEST)?;
    match standing(&path)? {
        Standing::Nothing => return Ok(BTreeSet::new()),
        Standing::File => {}
        other => return Err(other.in_the_way(&path)),
    }
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(OutputError::io("read", &path))?,
    };
    let marks = ["#", "<<<<<<<", "=======", ">>>>>>>", "|||||||"];
    let is_path = |line: &&str| !line.is_empty() && !marks.iter().any(|mark| line.starts_with(mark));
    Ok(text.lines().map(str::trim).filter(is_path).map(str::to_owned).collect())
}

/// The list as it is written.
pub(super) fn text(paths: &BTreeSet<String>) -> String {
    paths.iter().fold(HEADER.to_owned(), |text, path| text + path + "\n")
}
