//! AWS names: derived from the deployment's name, and shortened without collisions where a service has a limit.

use sha2::{Digest, Sha256};

/// Longest name of an IAM role (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
pub const ROLE_LIMIT: usize = 64;

/// `name` itself where it fits, else its beginning and eight digits of its hash: two long names stay two names.
pub fn shortened(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let digest = hex(&Sha256::digest(name.as_bytes()));
    let mut end = limit.saturating_sub(9);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{}", name[..end].trim_end_matches('-'), &digest[..8])
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay_and_long_ones_differ() {
        assert_eq!(shortened("acme-run", 64), "acme-run");
        let first = shortened(&format!("{}-first", "a".repeat(70)), 64);
        let second = shortened(&format!("{}-second", "a".repeat(70)), 64);
        assert_eq!(first.len(), 64);
        assert_ne!(first, second);
    }
}
