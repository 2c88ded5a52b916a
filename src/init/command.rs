//! The command of a code server, taken apart.

use serde_json::Value;

/// What a command says about the definitions that it serves.
#[derive(Debug, Default, PartialEq)]
pub struct CodeServer {
    pub module: Option<String>,
    pub file: Option<String>,
    pub package: Option<String>,
    pub attribute: Option<String>,
    pub working_directory: Option<String>,
    pub port: Option<u16>,
    /// Options that a spec has no field for.
    pub others: Vec<String>,
}

/// Options that say where the server listens or logs, which the deployment decides by itself, and whether each has a value.
const DECIDED: &[(&str, bool)] = &[
    ("-h", true),
    ("--host", true),
    ("--container-context", true),
    ("--container-image", true),
    ("--location-name", true),
    ("--heartbeat", false),
    ("--fixed-server-id", true),
    ("--lazy-load-user-code", false),
];

/// The words of a command, which is a line for a shell or a list.
pub fn words(command: &Value) -> Vec<String> {
    match command {
        Value::String(line) => split(line),
        Value::Array(items) => items.iter().map(text).collect(),
        _ => Vec::new(),
    }
}

/// A scalar as text.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Words as a shell sees them: blanks separate, quotes hold together, a backslash takes the next character as it is.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut open) = (Vec::new(), None::<String>, None::<char>);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (None, '"' | '\'') => {
                open = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (quote, '\\') if quote != Some('\'') => word.get_or_insert_default().extend(chars.next()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The code server that a command starts; none for any other command. A line for a shell is looked into.
pub fn code_server(words: &[String]) -> Option<CodeServer> {
    const STARTS: [[&str; 3]; 2] = [["dagster", "api", "grpc"], ["dagster", "code-server", "start"]];
    let begin = |at: &[String]| STARTS.iter().any(|start| at.iter().zip(start).all(|(word, start)| named(word, start)));
    if let Some(at) = words.windows(3).position(begin) {
        return Some(options(&words[at + 3..]));
    }
    // `sh -c "…"`: the line is one word.
    words.iter().filter(|it| it.contains(char::is_whitespace)).find_map(|line| code_server(&split(line)))
}

/// A program may be called by its path.
fn named(word: &str, name: &str) -> bool {
    word.rsplit('/').next() == Some(name)
}

fn options(words: &[String]) -> CodeServer {
    let mut server = CodeServer::default();
    let end = |it: &&str| !matches!(*it, "&&" | ";" | "||" | "|");
    let mut rest = words.iter().map(String::as_str).take_while(end).peekable();
    while let Some(word) = rest.next() {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (word, None),
        };
        let mut value = || inline.or_else(|| rest.next()).map(str::to_owned);
        match name {
            "-m" | "--module-name" => server.module = value(),
            "-f" | "--python-file" => server.file = value(),
            "--package-name" => server.package = value(),
            "-a" | "--attribute" => server.attribute = value(),
            "-d" | "--working-directory" => server.working_directory = value(),
            "-p" | "--port" => server.port = value().and_then(|it| it.parse().ok()),
            _ => match DECIDED.iter().find(|it| it.0 == name) {
                Some((_, true)) => drop(value()),
                Some((_, false)) => {}
                None => {
                    server.others.push(name.to_owned());
                    // Its value, if it has one.
                    rest.next_if(|it| inline.is_none() && !it.starts_with('-'));
                }
            },
        }
    }
    server
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<CodeServer> {
        code_server(&split(line))
    }

    #[test]
    fn commands() {
        let server = of("dagster api grpc -h 0.0.0.0 -p 4001 -m acme.definitions -a defs").unwrap();
        assert_eq!((server.module.as_deref(), server.port), (Some("acme.definitions"), Some(4001)));
        assert_eq!(server.attribute.as_deref(), Some("defs"));
        let server = of("/venv/bin/dagster code-server start --port=4000 --python-file '/app/my defs.py'").unwrap();
        assert_eq!((server.file.as_deref(), server.port), (Some("/app/my defs.py"), Some(4000)));
        let server =
            of("sh -c \"cd /app && exec dagster api grpc --package-name acme --weird 4 && echo done\"").unwrap();
        assert_eq!((server.package.as_deref(), server.others), (Some("acme"), vec!["--weird".to_owned()]));
        for other in ["", "dagster-webserver -p 3000", "dagster api", "redis-server --save ''"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn words_of_a_line() {
        assert_eq!(split(r#"a "b c" 'd\' e\ f ''"#), ["a", "b c", "d\\", "e f", ""]);
        assert_eq!(words(&serde_json::json!(["a", 1, true])), ["a", "1", "true"]);
    }
}
