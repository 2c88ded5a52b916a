//! Reads the text of blueprints: tags, nesting, and marks that tell which branches a render took.

/// A `{% … %}` or `{{ … }}`.
#[derive(Clone, Copy)]
pub struct Tag<'a> {
    /// `{% … %}`.
    pub control: bool,
    /// What stands between the braces.
    pub text: &'a str,
}

impl<'a> Tag<'a> {
    /// The keyword of a control tag.
    pub fn word(&self) -> &'a str {
        if self.control { self.text.split_whitespace().next().unwrap_or_default() } else { "" }
    }
}

/// The tags of a line. A tag never goes on on the next one; text in `{% raw %}` has none.
pub fn tags(line: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(['{']) {
        let raw = found.last().is_some_and(|tag: &Tag<'_>| tag.word() == "raw");
        let (control, close) = match rest.as_bytes().get(at + 1) {
            Some(b'%') => (true, "%}"),
            // GitHub's own expressions, `${{ … }}`, stand in raw text.
            Some(b'{') if !raw && !rest[..at].ends_with('$') => (false, "}}"),
            _ => {
                let brace = rest[at + 1..].starts_with('{');
                rest = &rest[at + 1 + usize::from(brace && !raw)..];
                continue;
            }
        };
        let inside = &rest[at + 2..];
        let end = inside.find(close).unwrap_or_else(|| panic!("a tag over several lines: {line}"));
        found.push(Tag { control, text: &inside[..end] });
        rest = &inside[end + 2..];
    }
    found
}

/// The code of a tag without its string literals.
pub fn code(tag: &str) -> String {
    tag.split('"').step_by(2).collect()
}

/// A line with how many conditions and loops are open on it.
pub struct Line<'a> {
    /// Counted from one.
    pub number: usize,
    /// The line.
    pub text: &'a str,
    /// Conditions and loops around it, and the one that it begins.
    pub depth: usize,
}

/// The lines of a blueprint.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut depth = 0;
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut ends = 0;
        for tag in tags(line) {
            match tag.word() {
                "if" | "for" => depth += 1,
                "endif" | "endfor" => ends += 1,
                _ => {}
            }
        }
        found.push(Line { number: at + 1, text: line, depth });
        depth -= ends;
    }
    found
}

/// Begins and ends a mark.
const MARK: char = '¤';

/// The text with a comment in each branch that says which it is, and the marks of all of them.
pub fn marked(name: &str, text: &str) -> (String, Vec<String>) {
    let mut marked = String::new();
    let mut marks = Vec::new();
    let mut mark = |line: usize, what: &str| {
        let mark = format!("{name}:{line} {what}");
        let comment = format!("# {MARK}{mark}{MARK}\n");
        marks.push(mark);
        comment
    };
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let words: Vec<&str> = tags(line).iter().map(Tag::word).collect();
        let own_line = words.len() == 1;
        match words.first().copied() {
            Some("if") => open.push((at + 1, false)),
            Some("endif") => {
                let (begin, has_else) = open.pop().unwrap();
                if !has_else {
                    marked.push_str("{% else %}\n");
                    marked.push_str(&mark(begin, "otherwise"));
                }
            }
            Some("else") => open.last_mut().unwrap().1 = true,
            _ => {}
        }
        marked.push_str(line);
        if own_line && let Some(word @ ("if" | "elif" | "else" | "for" | "macro")) = words.first().copied() {
            marked.push_str(&mark(at + 1, word));
        }
    }
    if !name.rsplit('/').next().unwrap_or_default().starts_with('_') {
        marked.push_str(&mark(1, "file"));
    }
    (marked, marks)
}

/// The marks in a rendered text.
pub fn found(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(MARK).skip(1).step_by(2).map(str::to_owned)
}
