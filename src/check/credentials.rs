//! What looks like a credential: known forms of keys, and long random texts under names that speak of secrets.
//!
//! A false alarm costs a user a reference; a missed one costs a password in Git. Still, a value that can only be a
//! setting (a path, a name, a URL without a password) passes, or the rule would teach people to work around it.

/// Beginnings of tokens that their issuers have documented, so that such scanners can find them.
const TOKENS: &[(&str, usize, &str)] = &[
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk_live_", 16, "a Stripe key"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("dapi", 32, "a Databricks token"),
];

/// Words in a name that say what its value is.
const SECRET_WORDS: &[&str] =
    &["APIKEY", "CREDENTIAL", "CREDENTIALS", "KEY", "PASSPHRASE", "PASSWD", "PASSWORD", "PWD", "SECRET", "TOKEN"];
/// Of these the last word of a name leaves no doubt.
const PASSWORD_WORDS: &[&str] = &["PASSPHRASE", "PASSWD", "PASSWORD"];
/// Last words that make a secret's name a setting about it.
const ABOUT: &[&str] = &["ARN", "FILE", "HOST", "ID", "NAME", "PATH", "PREFIX", "TTL", "TYPE", "URI", "URL"];

/// What a value looks like when it looks like a credential.
pub(crate) fn looks_like(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if words(value).any(access_key) {
        return Some("an AWS access key");
    }
    if let Some(kind) = words(value).find_map(token) {
        return Some(kind);
    }
    if password_in_url(value) {
        return Some("a URL with a password");
    }
    by_name(name, value)
}

/// Runs of characters that keys are made of.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_' && it != '-').filter(|it| !it.is_empty())
}

/// `AKIA` (long-lived) or `ASIA` (temporary) and sixteen characters
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
fn access_key(word: &str) -> bool {
    let rest = word.strip_prefix("AKIA").or_else(|| word.strip_prefix("ASIA"));
    rest.is_some_and(|it| it.len() == 16 && it.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()))
}

fn token(word: &str) -> Option<&'static str> {
    let known = TOKENS.iter().find(|(beginning, least, _)| {
        word.strip_prefix(beginning).is_some_and(|it| it.len() >= *least && it.contains(|it: char| it.is_ascii_digit()))
    });
    known.map(|it| it.2)
}

/// `scheme://user:password@host`, where the password is none that is filled in later.
fn password_in_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|it| it.1);
    let filled_in = |it: &str| it.is_empty() || it.starts_with(['$', '{', '<', '%']) || it.chars().all(|it| it == '*');
    !scheme.is_empty() && password.is_some_and(|it| !filled_in(it))
}

/// A name that speaks of a secret, and a value that could be one.
fn by_name(name: &str, value: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split(['_', '-', '.', ':', '/']).filter(|it| !it.is_empty()).collect();
    let last = *parts.last()?;
    let switch = ["", "0", "1", "true", "false", "yes", "no", "none", "null"].contains(&value.to_lowercase().as_str());
    let refers = value.starts_with("arn:") || value.contains("://") || value.starts_with(['/', '$', '<', '{']);
    if switch || refers || ABOUT.contains(&last) {
        return None;
    }
    if PASSWORD_WORDS.contains(&last) {
        return Some("a password");
    }
    let speaks = parts.iter().any(|it| SECRET_WORDS.contains(it));
    (speaks && random(value)).then_some("a secret")
}

/// Long, without blanks, of letters and digits mixed, and with more variety than words have.
fn random(value: &str) -> bool {
    let letters = value.contains(|it: char| it.is_ascii_alphabetic());
    let digits = value.contains(|it: char| it.is_ascii_digit());
    value.len() >= 16 && letters && digits && !value.contains(char::is_whitespace) && entropy(value) >= 3.5
}

/// Shannon entropy in bits for each byte: 4 for random hexadecimal digits, about 3 for short words.
fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let all = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    let share = |count: &u32| f64::from(*count) / all;
    counts.iter().filter(|it| **it > 0).map(|it| -share(it) * share(it).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found() {
        // Put together here, so that no scanner finds one in this file.
        let access_key = format!("AKIA{}", "IOSFODNN7EXAMPLE");
        let github = format!("ghp_{}", "0aB1cD2eF3".repeat(4));
        for (name, value, kind) in [
            ("LOG_LEVEL", access_key.as_str(), "an AWS access key"),
            ("X", github.as_str(), "a GitHub token"),
            ("X", "-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"),
            ("BROKER", "amqp://dagster:hunter2@mq.acme.example/", "a URL with a password"),
            ("DB_PASSWORD", "hunter2", "a password"),
            ("API_TOKEN", "8f14e45fceea167a5a36dedd4bea2543", "a secret"),
            ("STRIPE_KEY", "a1B2c3D4e5F6g7H8", "a secret"),
        ] {
            assert_eq!(looks_like(name, value), Some(kind), "{name}");
        }
    }

    #[test]
    fn settings_pass() {
        for (name, value) in [
            ("LOG_LEVEL", "info"),
            ("PARTITION_KEY", "order_date"),
            ("SORT_KEY", "customer_id_and_order_date"),
            ("DB_PASSWORD", ""),
            ("DB_PASSWORD", "${DB_PASSWORD}"),
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("SECRET_NAME", "acme/sales/snowflake-2026-production"),
            ("TOKEN_URL", "https://login.acme.example/oauth2/token"),
            ("API_KEY", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme/api-AbCdEf"),
            ("REQUIRE_PASSWORD", "true"),
            ("WAREHOUSE", "s3://acme-lake/2026/warehouse"),
            ("BROKER", "amqp://dagster@mq.acme.example/"),
            ("DATABASE_URL", "postgresql://dagster:${PASSWORD}@db/dagster"),
            ("COMMIT", "8f14e45fceea167a5a36dedd4bea2543"),
        ] {
            assert_eq!(looks_like(name, value), None, "{name}={value}");
        }
    }
}
