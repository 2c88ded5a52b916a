//! The blueprints that are part of the binary.

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/blueprints/", $path)))),*]
    };
}

/// Path below `blueprints/` and text, one line for each file in the order of `ls`.
pub const FILES: &[(&str, &str)] = embed![];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files_below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in folder.read_dir().into_iter().flatten() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                files_below(&entry.path(), &format!("{path}/"), found);
            } else if path.ends_with(".j2") {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_list_is_the_folder() {
        let mut found = Vec::new();
        files_below(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints"),
            "",
            &mut found,
        );
        found.sort();
        let listed: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        assert_eq!(
            listed, found,
            "list every file of blueprints/ in src/blueprint/embedded.rs, sorted"
        );
    }
}
