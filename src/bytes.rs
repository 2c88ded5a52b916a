//! Bytes that mean something to whoever looks for them.

/// A table of bytes: to look one up is faster than to compare it with each.
pub(crate) const fn marked(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut idx = 0;
    while idx < bytes.len() {
        table[bytes[idx] as usize] = true;
        idx += 1;
    }
    table
}
