//! Findings about the shape of a spec: keys and values that do not fit the grammar, each found on its own.

use super::code::codes;
use super::suggest::nearest;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    UNKNOWN_KEY = "unknown-key": "The spec has a key that does not exist at this place. Unknown keys are refused, \
        because a misspelt key that is ignored leaves its default in place, unnoticed."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    MISSING_KEY = "missing-key": "A key that has no default is not there, so nothing can be rendered. The \
        help says what belongs there."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    WRONG_TYPE = "wrong-type": "A value is of another kind than its key takes: a map where a string is expected, or an \
        unquoted number where a string is."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    UNKNOWN_WORD = "unknown-word": "A key that takes one of a few words has another."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    BAD_VALUE = "bad-value": "A string or number has the right kind, but no value of this key looks like it."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    BAD_KEY = "bad-key": "A key that the user chooses, such as a code location's, cannot be a part of the AWS names \
        that are made from it."
        => "A rule of dagforge's own: keys become parts of logical ids, Terraform labels, DNS labels and IAM paths, so \
        they are lower-case words joined by hyphens.";
    OUT_OF_RANGE = "out-of-range": "A number, a list or a string is smaller or larger than its key allows."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    AMBIGUOUS_STRING = "ambiguous-string": "A string without quotes that YAML 1.1 reads as a boolean or a number, and YAML \
        1.2 as a string: `on`, `no`, `022`, `22:22`. Quotes make it mean the same everywhere."
        => "YAML 1.1, https://yaml.org/type/bool.html, against YAML 1.2.2, \
        https://yaml.org/spec/1.2.2/#103-core-schema.";
    RETIRED_KEY = "retired-key": "A key that specs do not have because something better takes its place, which the \
        help names."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    NO_ENVIRONMENTS = "no-environments": "An environment was asked for with `--env`, but the spec has no \
        `environments`."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    NESTED_ENVIRONMENTS = "nested-environments": "An environment has `environments` of its own. There is one level: \
        `--env` picks one environment, which is laid over the spec."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    UNKNOWN_ENVIRONMENT = "unknown-environment": "The environment asked for with `--env` is not among the spec's \
        `environments`."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
}

/// How many names a list of candidates shows.
const LISTED: usize = 40;

impl Diagnostics {
    /// A key that its map does not have; `elsewhere` is where the grammar does have it.
    pub fn unknown_key(&mut self, at: &SpecPath, meant: Option<&str>, elsewhere: Option<&str>, known: &[&str]) {
        let key = at.last_key().unwrap_or_default();
        let message = match at.parent().filter(|it| !it.steps().is_empty()) {
            Some(map) => format!("unknown key `{key}` in `{map}`"),
            None => format!("unknown key `{key}`"),
        };
        let finding = self.error(UNKNOWN_KEY, Place::key(at), message);
        if let Some(meant) = meant {
            finding.help(format!("did you mean `{meant}`?"));
        } else if let Some(place) = elsewhere {
            finding.help(format!("`{place}` is a key: does it belong there?"));
        }
        match known {
            [] => finding.help("this map takes no keys"),
            _ => finding.help(format!("known keys here: {}", listed(known))),
        };
    }

    /// A key without a default that is not there; `meaning` is the first sentence of its documentation.
    pub fn missing_key(&mut self, map: &SpecPath, key: &str, meaning: Option<&str>) {
        let root = map.steps().is_empty();
        let message = if root { format!("the spec has no `{key}`") } else { format!("`{map}` has no `{key}`") };
        let place = if root { Place::Whole } else { Place::key(map) };
        let finding = self.error(MISSING_KEY, place, message);
        match meaning {
            Some(meaning) => finding.help(format!("add `{key}: …`: {}", in_sentence(meaning))),
            None => finding.help(format!("add `{key}: …`")),
        };
    }

    /// A value of the wrong kind.
    pub fn wrong_type(&mut self, at: &SpecPath, expected: &str, found: &str, fix: Option<String>) {
        let what = if at.steps().is_empty() { "the spec".to_owned() } else { format!("`{at}`") };
        let finding = self.error(WRONG_TYPE, Place::value(at), format!("{what} takes {expected}, not {found}"));
        if let Some(fix) = fix {
            finding.help(fix);
        }
    }

    /// A word that is none of those its key takes.
    pub fn unknown_word(&mut self, at: &SpecPath, word: &str, known: &[&str], or: Option<&str>) {
        let finding = self.error(UNKNOWN_WORD, Place::value(at), format!("`{at}` does not know the word `{word}`"));
        if let Some(meant) = nearest(word, known.iter().copied()) {
            finding.help(format!("did you mean `{meant}`?"));
        }
        let or = or.map(|it| format!(", or {it}")).unwrap_or_default();
        let one = if known.len() == 1 { "it is" } else { "it is one of" };
        finding.help(format!("{one} {}{or}", listed(known)));
    }

    /// A string or number that does not look like what its key takes.
    pub fn bad_value(&mut self, at: &SpecPath, message: &str, help: &[String]) {
        let finding = self.error(BAD_VALUE, Place::value(at), message);
        for line in help {
            finding.help(line.as_str());
        }
    }

    /// A user-chosen key that cannot be a name.
    pub fn bad_key(&mut self, at: &SpecPath, message: &str, help: &[String]) {
        let finding = self.error(BAD_KEY, Place::key(at), message);
        for line in help {
            finding.help(line.as_str());
        }
    }

    /// Too small, too large, too few, too many: `limits` says what is allowed, `at least 2`.
    pub fn out_of_range(&mut self, at: &SpecPath, found: &str, limits: &str) {
        self.error(OUT_OF_RANGE, Place::value(at), format!("`{at}` is {found}; it has to be {limits}"));
    }

    /// A string that other YAML readers take for something else.
    pub fn ambiguous_string(&mut self, at: &SpecPath, text: &str, other: &str) {
        self.error(
            AMBIGUOUS_STRING,
            Place::value(at),
            format!("`{text}` without quotes is {other} to some YAML readers"),
        )
        .help(format!("quote it: `\"{text}\"`"));
    }

    /// A key that something else has taken the place of.
    pub fn retired_key(&mut self, at: &SpecPath, instead: &[&str]) {
        self.retired(at, format!("`{at}` is not a key of a spec"), instead);
    }

    /// A value that something else has taken the place of.
    pub fn retired_value(&mut self, at: &SpecPath, word: &str, instead: &[&str]) {
        self.retired(at, format!("`{at}: {word}` is not a part of a spec"), instead);
    }

    fn retired(&mut self, at: &SpecPath, message: String, instead: &[&str]) {
        let finding = self.error(RETIRED_KEY, Place::key(at), message);
        for line in instead {
            finding.help(*line);
        }
    }

    /// `--env prod` for a spec without environments.
    pub fn no_environments(&mut self, asked: &str) {
        self.error(NO_ENVIRONMENTS, Place::Whole, format!("the spec has no `environments`, so there is no `{asked}`"))
            .help(format!("leave out `--env`, or add `environments: {{{asked}: {{…}}}}`"));
    }

    /// `environments` in an environment.
    pub fn nested_environments(&mut self, at: &SpecPath) {
        self.error(NESTED_ENVIRONMENTS, Place::key(at), "an environment cannot have environments")
            .help("move it to the top");
    }

    /// `--env` with a name that the spec does not have.
    pub fn unknown_environment(&mut self, at: &SpecPath, asked: &str, known: &[&str]) {
        let finding = self.error(UNKNOWN_ENVIRONMENT, Place::key(at), format!("the spec has no environment `{asked}`"));
        if let Some(meant) = nearest(asked, known.iter().copied()) {
            finding.help(format!("did you mean `{meant}`?"));
        }
        finding.help(format!("its environments are {}", listed(known)));
    }
}

/// Names in backticks; a list that nobody would read is cut.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|it| format!("`{it}`")).collect();
    let more = names.len().saturating_sub(LISTED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}

/// A documentation's first sentence, to continue another: small first letter, no full stop.
fn in_sentence(documentation: &str) -> String {
    let sentence = documentation.split(". ").next().unwrap_or_default().trim_end_matches('.').replace('\n', " ");
    let mut rest = sentence.chars();
    match (rest.next(), rest.clone().next()) {
        // "AWS region" stays as it is.
        (Some(first), Some(second)) if !second.is_uppercase() => format!("{}{}", first.to_lowercase(), rest.as_str()),
        _ => sentence,
    }
}
