//! The Markdown files tell the truth: what they quote is in the output, what they link to exists, their specs are sound.

#![allow(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use dagforge::check::check;
use dagforge::source::Source;
use dagforge::spec::{Spec, load_all};

/// A fenced block of a Markdown file.
struct Block {
    /// The line before the fence.
    before: String,
    language: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<(PathBuf, String)> {
    let folders = ["", "blueprints", "docs", "output"];
    let files = folders.iter().flat_map(|it| root().join(it).read_dir().unwrap()).map(|it| it.unwrap().path());
    let markdown = files.filter(|it| it.extension().is_some_and(|it| it == "md"));
    markdown.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let margin = line.len() - line.trim_start().len();
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let inside = lines.by_ref().take_while(|it| it.trim() != "```");
            let text = inside.map(|it| it.get(margin..).unwrap_or_default().to_owned() + "\n").collect();
            blocks.push(Block { before: before.to_owned(), language: language.to_owned(), text });
        }
        before = line;
    }
    blocks
}

#[test]
fn quotes_are_in_the_output() {
    let mut count = 0;
    for (path, text) in documents() {
        for block in blocks(&text) {
            let from = block.before.strip_prefix("<!-- from ").and_then(|it| it.strip_suffix(" -->"));
            let Some(from) = from else { continue };
            let source = fs::read_to_string(root().join(from)).unwrap();
            assert!(
                source.contains(&block.text),
                "{} quotes what {from} no longer says: copy it again",
                path.display()
            );
            count += 1;
        }
    }
    assert!(count > 0, "no document quotes anything");
}

#[test]
fn specs_are_sound() {
    let mut count = 0;
    for (path, text) in documents() {
        let specs = blocks(&text).into_iter().filter(|it| it.language == "yaml" && it.text.starts_with("dagforge:"));
        for block in specs {
            let source = Source::new(path.display().to_string(), &block.text);
            let loaded = load_all::<Spec>(&source, None).unwrap_or_else(|found| panic!("{found:#?}"));
            for it in loaded {
                let found = check(&it.spec, it.origin.environment());
                assert!(!found.has_errors(), "{}: {found:#?}", path.display());
            }
            count += 1;
        }
    }
    assert!(count > 0, "no document shows a spec");
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in documents() {
        // Between backticks stands code, which may look like a link.
        let prose: String = text.split('`').step_by(2).collect();
        for rest in prose.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(path.parent().unwrap().join(file).exists(), "{} links to {file}", path.display());
        }
    }
}
