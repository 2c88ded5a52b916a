//! The least that a program can do which writes those files: it has their bytes in one file and copies them out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What was packed.
pub struct Pack {
    /// How many files.
    pub files: usize,
    /// How long all of them are together.
    pub megabytes: f64,
}

/// Packs every file below a folder: path, length, bytes.
pub fn pack(folder: &Path, to: &Path) -> Pack {
    let mut out = fs::File::create(to).map(std::io::BufWriter::new).unwrap();
    let (mut files, mut bytes) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read(&path).unwrap();
            writeln!(out, "{}\n{}", path.strip_prefix(folder).unwrap().display(), text.len()).unwrap();
            out.write_all(&text).unwrap();
            files += 1;
            bytes += text.len();
        }
    }
    out.flush().unwrap();
    Pack { files, megabytes: bytes as f64 / 1e6 }
}

/// Writes what was packed.
pub fn write(pack: &Path, folder: &Path) {
    let bytes = fs::read(pack).unwrap();
    let mut rest = bytes.as_slice();
    let mut made: Vec<PathBuf> = Vec::new();
    while !rest.is_empty() {
        let path = folder.join(std::str::from_utf8(line(&mut rest)).unwrap());
        let length: usize = std::str::from_utf8(line(&mut rest)).unwrap().parse().unwrap();
        let (text, after) = rest.split_at(length);
        rest = after;
        let parent = path.parent().unwrap();
        if !made.iter().any(|it| it == parent) {
            fs::create_dir_all(parent).unwrap();
            made.push(parent.to_owned());
        }
        fs::write(path, text).unwrap();
    }
}

fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let line = &rest[..end];
    *rest = &rest[end + 1..];
    line
}
