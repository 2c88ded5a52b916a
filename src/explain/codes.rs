//! A finding's code: what is wrong and why, where that is written, and an example with what is found in it.

use crate::check::examine;
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Example, Look, codes};
use crate::init::from_compose;
use crate::source::Source;

/// Characters of a line of prose.
const WIDTH: usize = 100;

/// The explanation of a code. For a word that is none: the nearest one, if there is one.
pub fn code(name: &str) -> Result<String, Option<&'static str>> {
    match codes().find(|it| it.name == name) {
        Some(code) => Ok(explained(&code)),
        None => Err(nearest(name, codes().map(|it| it.name))),
    }
}

fn explained(code: &Code) -> String {
    let mut out = format!("{code}\n\n{}\n\nSource: {}\n", wrapped(code.meaning), code.source);
    let (what, text) = match code.example {
        Example::Nothing => return out,
        Example::Spec(text) => ("spec", text),
        Example::Compose(text) => ("compose file", text),
    };
    // Found afresh, so that what is printed is what this version says, the way to mend it included.
    out += &format!("\nFor example, this {what}:\n\n{}\n", indented(text));
    out += &format!("has this finding, which says how to mend it:\n\n{}", indented(&found(code, text)));
    out
}

fn found(code: &Code, text: &str) -> String {
    let source = Source::new(format!("{code}.yaml"), text);
    let environment = text.lines().next().and_then(|it| it.strip_prefix("# --env "));
    let found = match code.example {
        Example::Compose(_) => from_compose(&source).found,
        _ => examine(&source, environment).1,
    };
    found.print(&source, Look::Plain).trim_end().to_owned()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect()
}

fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= WIDTH => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
