//! `docs/reference.md` is what the doc comments of the spec say today, and every field says what it is when left out.

use std::fs;
use std::path::Path;

use dagforge::reference::{fields, reference};
use dagforge::spec::{Spec, schema};

#[test]
fn the_page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let fresh = reference(&schema::<Spec>());
    if std::env::var_os("BLESS").is_some_and(|it| it == "1") {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == fresh, "docs/reference.md does not say what the spec's doc comments say: run `make bless`");
}

#[test]
fn every_field_says_what_it_is_when_left_out() {
    let silent = |meaning: &str| !meaning.contains("default");
    let fields = fields(&schema::<Spec>());
    let bad: Vec<&str> = fields
        .iter()
        .filter(|it| it.meaning.is_empty() || !it.required && !it.has_fields && silent(&it.meaning))
        .map(|it| it.path.as_str())
        .collect();
    assert!(bad.is_empty(), "give each of these a doc comment with its meaning and its default: {bad:#?}");
}

#[test]
fn paths_are_those_of_a_spec() {
    let fields = fields(&schema::<Spec>());
    for path in ["name", "network.vpc.id", "code_locations.<key>.run.memory", "runs.tag_limits[].key"] {
        assert!(fields.iter().any(|it| it.path == path), "{path}");
    }
    let vpc = fields.iter().find(|it| it.path == "network.vpc").unwrap();
    assert_eq!((vpc.kind.as_str(), vpc.required, vpc.has_fields), ("`create` or map", false, true));
}
