//! The blueprints that somebody keeps to shadow ours.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::OutputError;

/// Every `.j2` file below a folder, by its path in it with forward slashes. Links to folders are not followed, since they could
/// lead around in a circle.
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
        let Some(name) = name.to_str() else { continue };
        let kind = entry.file_type().map_err(OutputError::io("look at", &path))?;
        if kind.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), found)?;
        } else if name.ends_with(".j2") {
            let text = fs::read_to_string(&path).map_err(OutputError::io("read", &path))?;
            found.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}
