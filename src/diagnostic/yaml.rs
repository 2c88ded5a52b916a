//! Findings about the text itself: what is no YAML, or YAML that a spec does not use.

use super::code::codes;
use super::{Diagnostics, Place, Span};
use crate::source::MAX_BYTES;
use crate::spec::path::SpecPath;

codes! {
    TOO_LARGE = "too-large" (no spec): "The spec is larger than 4 MiB. A deployment with hundreds of code locations needs a \
        tenth of that, so this is most likely another file."
        => "A rule of dagforge's own: a limit of 4 MiB keeps what a hostile file can cost within seconds.";
    NOT_UTF8 = "not-utf8" (no spec): "The file has bytes that are no UTF-8 text. Save it as UTF-8."
        => "YAML 1.2.2, https://yaml.org/spec/1.2.2/#51-character-set; dagforge reads UTF-8 alone.";
    CONTROL_CHARACTER = "control-character": "The text has a character that YAML does not allow, such as NUL or \
        escape. Remove it, or write it as an escape in double quotes."
        => "YAML 1.2.2, https://yaml.org/spec/1.2.2/#51-character-set";
    YAML_SYNTAX = "yaml-syntax": "The text is no YAML. The place is where the reader gave up; the mistake is there or \
        shortly before."
        => "YAML 1.2.2, https://yaml.org/spec/1.2.2/";
    EMPTY_SPEC = "empty-spec": "The file has no content. `dagforge init` writes a spec to start from."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    SEVERAL_DOCUMENTS = "several-documents": "The file has several YAML documents, separated by `---`. A spec is one \
        document; differences between deployments go below `environments`."
        => "A rule of dagforge's own: one file describes one deployment and its environments.";
    YAML_DIRECTIVE = "yaml-directive": "The file starts with a YAML directive, a line that begins with `%`. A spec \
        needs none."
        => "A rule of dagforge's own: a spec is plain data.";
    YAML_TAG = "yaml-tag": "A value has a YAML tag such as `!Ref`. Tags mean something in CloudFormation, nothing in \
        a spec."
        => "A rule of dagforge's own: a spec is plain data.";
    ANCHOR_REDEFINED = "anchor-redefined": "Two anchors have the same name, and an alias refers to one of them. YAML \
        allows that, but it is easily read wrong, by people and by programs. Give each anchor a name of its own."
        => "YAML 1.2.2, https://yaml.org/spec/1.2.2/#692-node-anchors allows it; dagforge does not.";
    MERGE_KEY = "merge-key": "`<<` merges maps in YAML 1.1 only, and readers disagree about it. An alias of a whole \
        value works, and what differs between deployments goes below `environments`."
        => "https://yaml.org/type/merge.html, which YAML 1.2 does not have.";
    COMPLEX_KEY = "complex-key": "A key is a list or a map. The keys of a spec are plain words."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    DUPLICATE_KEY = "duplicate-key": "A key is written twice in the same map. YAML readers keep one of the two \
        silently, which one differs."
        => "YAML 1.2.2, https://yaml.org/spec/1.2.2/#3213-node-comparison: keys of a map are unique.";
    TOO_DEEP = "too-deep": "Values are nested deeper than any spec needs: usually an alias that contains itself."
        => "A rule of dagforge's own: a limit of the reader against hostile files.";
    TOO_MANY_VALUES = "too-many-values": "With its aliases written out the spec is far larger than its text. Aliases \
        of aliases grow exponentially; write the values out once."
        => "A rule of dagforge's own: a limit of the reader against hostile files.";
    BAD_NUMBER = "bad-number": "`.inf` and `.nan` are numbers in YAML, but no setting of a deployment can have them."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
}

impl Diagnostics {
    /// More bytes than any spec has.
    pub fn too_large(&mut self, bytes: usize) {
        let limit = MAX_BYTES / 1024 / 1024;
        self.error(TOO_LARGE, Place::Whole, format!("the spec has {bytes} bytes, more than {limit} MiB"));
    }

    /// Bytes that are no text.
    pub fn not_utf8(&mut self, at: Span) {
        let Span { line, column, .. } = at;
        self.error(NOT_UTF8, Place::Whole, format!("line {line} column {column} is not UTF-8"))
            .help("save the file as UTF-8");
    }

    /// A character that YAML does not allow.
    pub fn control_character(&mut self, at: Span, character: char) {
        let code = u32::from(character);
        self.error(
            CONTROL_CHARACTER,
            Place::Position(at),
            format!("the character U+{code:04X} is not allowed in YAML"),
        )
        .help(format!("remove it, or write it as \"\\u{code:04X}\" in double quotes"));
    }

    /// What the YAML parser says, with what it was doing, and a hint for the usual mistakes.
    pub fn yaml_syntax(&mut self, at: Place, message: &str, context: Option<&str>, hint: Option<&str>) {
        let finding = self.error(YAML_SYNTAX, at, message);
        for line in context.into_iter().chain(hint) {
            finding.help(line);
        }
    }

    /// Nothing but comments.
    pub fn empty_spec(&mut self) {
        self.error(EMPTY_SPEC, Place::Whole, "the spec is empty").help("`dagforge init` writes a spec to start from");
    }

    /// A second `---`.
    pub fn several_documents(&mut self, at: Option<Span>) {
        let place = at.map_or(Place::Whole, Place::Position);
        self.error(SEVERAL_DOCUMENTS, place, "a second YAML document starts here")
            .help("a spec is one document: remove `---` and what follows, or move it to a file of its own");
    }

    /// `%YAML` or `%TAG`.
    pub fn yaml_directive(&mut self, at: Span) {
        self.error(YAML_DIRECTIVE, Place::Position(at), "a spec has no YAML directives").help("remove this line");
    }

    /// `!Ref` and its like.
    pub fn yaml_tag(&mut self, at: &SpecPath, tag: &str) {
        self.error(YAML_TAG, Place::value(at), format!("the YAML tag `!{tag}` has no meaning in a spec"))
            .help("write the value without the tag, in quotes if it starts with `!`");
    }

    /// The second `&name`.
    pub fn anchor_redefined(&mut self, at: Span, first_line: usize) {
        self.error(ANCHOR_REDEFINED, Place::Position(at), "an anchor of this name exists already")
            .help(format!("it is first written in line {first_line}: give each anchor a name of its own"))
            .help("if it is no anchor but text, quote the text");
    }

    /// `<<: *defaults`.
    pub fn merge_key(&mut self, at: Place) {
        self.error(MERGE_KEY, at, "`<<` does not merge maps here")
            .help("write the keys out, or use an alias for a whole value: `sales: *defaults`")
            .help("what differs between deployments goes below `environments`, which is merged");
    }

    /// `[a, b]: c`.
    pub fn complex_key(&mut self, at: Place) {
        self.error(COMPLEX_KEY, at, "a key is a list or a map").help("write a plain word as the key");
    }

    /// The second of two equal keys.
    pub fn duplicate_key(&mut self, at: Place, key: &str, first_line: Option<usize>) {
        let finding = self.error(DUPLICATE_KEY, at, format!("`{key}` is written twice in the same map"));
        if let Some(line) = first_line {
            finding.help(format!("it is first written in line {line}: keep one of the two"));
        }
    }

    /// Deeper than any spec.
    pub fn too_deep(&mut self, at: Place, limit: usize) {
        self.error(TOO_DEEP, at, format!("values are nested more than {limit} levels deep"))
            .help("does an alias (`*name`) contain itself?");
    }

    /// Aliases of aliases.
    pub fn too_many_values(&mut self) {
        self.error(TOO_MANY_VALUES, Place::Whole, "the spec is too large once its aliases are written out")
            .help("aliases of aliases grow exponentially: write the values out once");
    }

    /// `.inf`, `.nan`.
    pub fn bad_number(&mut self, at: &SpecPath) {
        self.error(BAD_NUMBER, Place::value(at), "infinity and not-a-number are no values of a spec")
            .help("write a number, or quote it if it is meant as text");
    }
}
