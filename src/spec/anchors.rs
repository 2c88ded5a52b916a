//! Refuses anchors that are written twice.
//!
//! The YAML library numbers anchors by how many different names it has seen. A name written twice shifts the numbers,
//! and an alias then silently yields another anchor's value: of `{a: &x 1, b: &x 2, c: &y 3, d: *x}` it reads `d` as 3.

use std::collections::BTreeMap;
use std::ops::Range;

/// The second anchor of a name that has one already, in a text that has an alias at all.
///
/// This looks at words, not at YAML, so `&` and `*` in texts count too. A text without aliases cannot be misread, and
/// one that has two equal `&words` and a `*word` between blanks can quote or rename them.
pub(super) fn redefined(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut anchors: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    let mut second = None;
    let mut alias = false;
    for (start, word) in words(text) {
        if let Some(name) = word.strip_prefix('&').filter(|it| !it.is_empty()) {
            let range = start..start + word.len();
            match anchors.get(name) {
                Some(first) => second = second.or(Some((first.clone(), range))),
                None => {
                    anchors.insert(name, range);
                }
            }
        }
        alias |= word.len() > 1 && word.starts_with('*');
    }
    second.filter(|_| alias)
}

/// Words between blanks and flow indicators, without comments.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.split_inclusive('\n').scan(0, |start, line| {
        let at = *start;
        *start += line.len();
        let code = if line.trim_start().starts_with('#') { 0 } else { line.find(" #").unwrap_or(line.len()) };
        Some((at, &line[..code]))
    });
    lines.flat_map(|(at, code)| {
        let split = |it: char| it.is_whitespace() || matches!(it, ',' | '[' | ']' | '{' | '}');
        code.split(split).map(move |word| (at + (word.as_ptr() as usize - code.as_ptr() as usize), word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_misread_is_refused() {
        let twice = "a: &x 1\nb: &x 2\nc: &y 3\nd: *x\n";
        let (first, second) = redefined(twice).unwrap();
        assert_eq!((&twice[first], second), ("&x", 11..13));
        for fine in
            ["a: &x 1\nb: &y 2\nc: *x\n", "a: &x 1\nb: &x 2\n", "a: &x 1 # &x\n# &x\nb: *x\n", "a: 1 & 2 & 3 * 4\n", ""]
        {
            assert_eq!(redefined(fine), None, "{fine}");
        }
    }
}
