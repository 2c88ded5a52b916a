//! "Did you mean": the declared name nearest to a written one.

/// The declared name that `written` was most likely meant to be, or none when nothing is near.
///
/// A third of the letters may differ: `websrver` finds `webserver`, `cpu` does not find `port`.
/// Case, `-` and `_` do not count, so `codeLocations` finds `code_locations`; and the beginning of exactly one name,
/// such as `mem`, finds it too.
pub fn nearest<'a>(written: &str, declared: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_', ' '], "");
    // Nothing declared is this long; comparing would cost the product of the lengths.
    if written.len() > 100 {
        return None;
    }
    let wanted = plain(written);
    let declared: Vec<(&str, String)> = declared.into_iter().map(|name| (name, plain(name))).collect();
    let close = declared
        .iter()
        .map(|(name, plain)| (strsim::damerau_levenshtein(&wanted, plain), *name))
        .filter(|(distance, name)| *distance <= allowed(wanted.len().max(name.len())))
        .min_by_key(|(distance, _)| *distance);
    if let Some((_, name)) = close {
        return Some(name);
    }
    let mut beginning = declared.iter().filter(|(_, plain)| {
        let (short, long) = if plain.len() < wanted.len() { (plain, &wanted) } else { (&wanted, plain) };
        short.len() >= 3 && long.starts_with(short.as_str())
    });
    match (beginning.next(), beginning.next()) {
        (Some((name, _)), None) => Some(name),
        _ => None,
    }
}

/// How many letters may differ in a word of this length.
fn allowed(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => length / 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let declared = ["webserver", "daemon", "code_locations", "memory", "max_concurrent", "cpu", "tag_limits"];
        let cases = [
            ("websrver", Some("webserver")),
            ("deamon", Some("daemon")),
            ("codeLocations", Some("code_locations")),
            ("code-locations", Some("code_locations")),
            ("mem", Some("memory")),
            ("tags", None),
            ("cpus", Some("cpu")),
            ("port", None),
            ("", None),
            ("x", None),
        ];
        for (written, meant) in cases {
            assert_eq!(nearest(written, declared), meant, "{written}");
        }
    }
}
