//! Lists of exceptions, each with its reason: what is not listed fails, and so does an entry that excuses nothing.

/// A path with `*` for anything, and why it is an exception.
pub type Listed = (&'static str, &'static str);

/// Whether a path is one that a pattern means.
pub fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(after, &rest[at..]))
        }),
    }
}

/// What is no exception, and exceptions that are none any more.
pub fn unlisted<'a>(what: &str, found: impl Iterator<Item = &'a String>, listed: &[Listed]) -> Vec<String> {
    let mut used = vec![false; listed.len()];
    let mut problems = Vec::new();
    for path in found {
        match listed.iter().position(|(pattern, _)| matches(pattern, path)) {
            Some(at) => used[at] = true,
            None => problems.push(format!("{what}: {path}")),
        }
    }
    let spare = listed.iter().zip(&used).filter(|(_, used)| !**used);
    problems.extend(spare.map(|((pattern, _), _)| format!("listed for nothing as {what}: {pattern}")));
    problems
}
