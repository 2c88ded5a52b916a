//! Continued lines of long strings, and lines left behind by calls that printed nothing.

use crate::blueprint::literal::BREAK;

/// Indents each continued line two columns deeper than what the string belongs to, which YAML demands of it.
pub(crate) fn layout(text: String) -> String {
    let broken = text.as_bytes().contains(&(BREAK as u8));
    let mut laid = if broken || text.split('\n').any(is_left_behind) { relaid(&text) } else { text };
    laid.truncate(laid.trim_end_matches('\n').len());
    laid.push('\n');
    let leading = laid.len() - laid.trim_start_matches('\n').len();
    if leading > 0 && leading < laid.len() {
        laid.drain(..leading);
    }
    laid
}

/// A line of nothing but blanks. Whoever writes one by hand writes no blanks into it.
fn is_left_behind(line: &str) -> bool {
    line.starts_with(' ') && line.bytes().all(|byte| byte == b' ')
}

fn relaid(text: &str) -> String {
    let mut laid = String::with_capacity(text.len() + text.len() / 16);
    for line in text.split('\n').filter(|line| !is_left_behind(line)) {
        let margin = line.bytes().take_while(|byte| matches!(byte, b' ' | b'-')).count() + 2;
        for (idx, piece) in line.split(BREAK).enumerate() {
            if idx > 0 {
                laid.push('\n');
                laid.extend(std::iter::repeat_n(' ', margin));
            }
            laid.push_str(piece);
        }
        laid.push('\n');
    }
    laid
}
