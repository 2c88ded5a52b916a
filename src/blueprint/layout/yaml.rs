//! Continued lines of long strings, and lines left behind by calls that printed nothing.

use memchr::memchr;

use super::lines;
use crate::blueprint::literal::BREAK;

/// Indents each continued line two columns deeper than what the string belongs to, which YAML demands of it.
pub(crate) fn layout(text: &str) -> String {
    let broken = memchr(BREAK as u8, text.as_bytes()).is_some();
    let mut laid = String::with_capacity(text.len() + text.len() / 16);
    for line in lines(text).filter(|line| !is_left_behind(line)) {
        // Nothing goes before the first line with something in it.
        if line.is_empty() && laid.is_empty() {
            continue;
        }
        if broken {
            relay(line, &mut laid)
        } else {
            laid.push_str(line)
        }
        laid.push('\n');
    }
    laid.truncate(laid.trim_end_matches('\n').len());
    laid.push('\n');
    laid
}

/// A line of nothing but blanks. Whoever writes one by hand writes no blanks into it.
fn is_left_behind(line: &str) -> bool {
    line.ends_with(' ') && line.bytes().all(|byte| byte == b' ')
}

fn relay(line: &str, laid: &mut String) {
    let margin = line.bytes().take_while(|byte| matches!(byte, b' ' | b'-')).count() + 2;
    for (idx, piece) in line.split(BREAK).enumerate() {
        if idx > 0 {
            laid.push('\n');
            laid.extend(std::iter::repeat_n(' ', margin));
        }
        laid.push_str(piece);
    }
}
