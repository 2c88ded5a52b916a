//! The blueprints that somebody keeps to shadow ours.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::OutputError;

/// Every file below a folder, by its path in it with forward slashes, but for hidden ones and notes (`*.md`). Only blueprints
/// have their text. Links to folders are not followed, since they could lead around in a circle.
pub fn read_blueprints(folder: &Path) -> Result<BTreeMap<String, String>, OutputError> {
    let mut found = BTreeMap::new();
    collect(folder, "", &mut found)?;
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) -> Result<(), OutputError> {
    let entries = fs::read_dir(folder).map_err(OutputError::io("read the folder", folder))?;
    for entry in entries {
        let entry = entry.map_err(OutputError::io("read the folder", folder))?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.ends_with(".md") {
            continue;
        }
        let kind = entry.file_type().map_err(OutputError::io("look at", &path))?;
        if kind.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), found)?;
        } else {
            let blueprint = name.ends_with(".j2");
            let text = if blueprint { fs::read_to_string(&path) } else { Ok(String::new()) };
            found.insert(format!("{prefix}{name}"), text.map_err(OutputError::io("read", &path))?);
        }
    }
    Ok(())
}

/// Writes blueprints into a folder, all or none: a file that is there and reads differently is somebody's work.
/// The paths of those that were not there before are returned.
pub fn write_blueprints<'a>(folder: &Path, files: &[(&'a str, &str)]) -> Result<Vec<&'a str>, OutputError> {
    let mut missing = Vec::new();
    let mut foreign = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(there) if there == text.as_bytes() => {}
            Ok(_) => foreign.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push((*name, *text, path)),
            Err(error) => return Err(OutputError::io("read", &path)(error)),
        }
    }
    if !foreign.is_empty() {
        return Err(OutputError::Edited(foreign));
    }
    for (_, text, path) in &missing {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(OutputError::io("make the folder", parent))?;
        fs::write(path, text).map_err(OutputError::io("write", path))?;
    }
    Ok(missing.into_iter().map(|(name, ..)| name).collect())
}
