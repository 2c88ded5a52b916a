//! Continued lines of long strings, and lines left behind by calls that printed nothing.

use crate::blueprint::literal::BREAK;

/// Indents each continued line two columns deeper than what the string belongs to, which YAML demands of it.
pub(crate) fn layout(text: String) -> String {
    let broken = text.as_bytes().contains(&(BREAK as u8));
    let mut laid = String::with_capacity(text.len() + text.len() / 16);
    for line in text.trim_start_matches('\n').split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        if content.len() < line.len() && matches!(content, "" | "\n") {
            continue;
        }
        if !broken || !line.contains(BREAK) {
            laid.push_str(line);
            continue;
        }
        let margin = line.bytes().take_while(|b| matches!(b, b' ' | b'-')).count() + 2;
        for (idx, piece) in line.split(BREAK).enumerate() {
            if idx > 0 {
                laid.push('\n');
                laid.extend(std::iter::repeat_n(' ', margin));
            }
            laid.push_str(piece);
        }
    }
    laid.truncate(laid.trim_end_matches('\n').len());
    laid.push('\n');
    laid
}
