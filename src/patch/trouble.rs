//! Why an operation cannot be done.

/// What stands in the way of an operation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// There is nothing at a step of the path, counted from 0; `near` is what stands beside it.
    Missing { step: usize, near: Vec<String> },
    /// The path leads to something that cannot be changed in this way.
    Unfit(String),
    /// The value has no literal.
    Value(String),
    /// A test does not hold; there is this instead.
    Test(String),
}

pub(super) type Edited = Result<String, Trouble>;

/// An index of a list, for what `-` or a number names; `most` is the first that nothing has.
pub(super) fn index(step: &str, most: usize) -> Option<usize> {
    let plain = step == "0" || !step.starts_with('0') && step.bytes().all(|it| it.is_ascii_digit());
    step.parse().ok().filter(|it| plain && *it < most)
}

/// The indexes of a list, for a message.
pub(super) fn indexes(count: usize) -> Vec<String> {
    (0..count).map(|it| it.to_string()).collect()
}

/// The start of the line that `at` stands on.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |it| it + 1)
}

/// The line end behind `at`.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |it| at + it)
}

/// Lines from the one that `start` stands on to the one that `end` stands on, with the comments right above them.
pub(super) fn whole_lines(text: &str, start: usize, end: usize) -> (usize, usize) {
    let mut first = line_start(text, start);
    let margin = start - first;
    while first > 0 {
        let above = line_start(text, first - 1);
        let line = &text[above..first];
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if blanks != margin || !line[blanks..].starts_with('#') {
            break;
        }
        first = above;
    }
    (first, (line_end(text, end) + 1).min(text.len()))
}

/// The text with a stretch of it replaced.
pub(super) fn spliced(text: &str, start: usize, end: usize, new: &str) -> String {
    [&text[..start], new, &text[end..]].concat()
}
