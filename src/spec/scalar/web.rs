//! What a load balancer and an identity provider take: addresses, paths, policies and ids.

use super::{DomainName, Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// An address that begins with `https://`, as identity providers publish theirs.
    HttpsUrl
}

text_scalar! {
    /// A path that a server is found under, such as `/dagster`.
    PathPrefix
}

text_scalar! {
    /// Name of a security policy of Elastic Load Balancing.
    TlsPolicy
}

text_scalar! {
    /// Id of a Microsoft Entra tenant: a UUID.
    TenantId
}

text_scalar! {
    /// Id of a version of a secret in Secrets Manager.
    SecretVersion
}

text_scalar! {
    /// Id of a Cognito user pool, such as `eu-central-1_AbCdEfGhI`.
    UserPoolId
}

text_scalar! {
    /// Beginning of S3 keys, without `/` at either end.
    KeyPrefix
}

/// Letters, digits and what neither a listener's pattern nor a shell nor a URL gives a meaning to.
fn plain(segment: &str) -> bool {
    !segment.is_empty() && segment.chars().all(|it| it.is_ascii_alphanumeric() || "_.-".contains(it))
}

impl Scalar for HttpsUrl {
    const FORMAT: &'static str = "https-url";
    const WHAT: &'static str = "an address with `https://`";
    const PATTERN: &'static str = "^https://[a-z0-9.-]+(:[0-9]{1,5})?(/[^\\s?#]*)?$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let rest = text.strip_prefix("https://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let good = |it: char| it.is_ascii_graphic() && !"\"'<>\\^`{|}?#@".contains(it);
        if rest.chars().all(good) && DomainName::parse(host).is_ok() && port.parse::<u16>().is_ok_and(|it| it > 0) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it looks like `https://login.acme.example/authorize`, without query"))
    }
}

impl Scalar for PathPrefix {
    const FORMAT: &'static str = "path-prefix";
    const WHAT: &'static str = "a path prefix";
    const PATTERN: &'static str = "^(/[A-Za-z0-9_.-]+)+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        // A listener's pattern for the prefix has two characters more, and 128 at most.
        if text.len() <= 120 && text.strip_prefix('/').is_some_and(|it| it.split('/').all(plain)) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it looks like `/dagster`: `/` in front, none at the end");
        let meant = format!("/{}", text.trim_matches('/'));
        Err(if meant != text && Self::parse(&meant).is_ok() { flaw.help(format!("write `{meant}`")) } else { flaw })
    }
}

impl Scalar for TlsPolicy {
    const FORMAT: &'static str = "tls-policy";
    const WHAT: &'static str = "a security policy of Elastic Load Balancing";
    const PATTERN: &'static str = "^ELBSecurityPolicy-[A-Za-z0-9-]+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        if text.len() <= 128 && text.strip_prefix("ELBSecurityPolicy-").is_some_and(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it looks like `ELBSecurityPolicy-TLS13-1-2-2021-06`"))
    }
}

impl Scalar for TenantId {
    const FORMAT: &'static str = "entra-tenant";
    const WHAT: &'static str = "the id of an Entra tenant";
    const PATTERN: &'static str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

    /// The issuer in a token names the tenant by its id, so its domain name would not match; `common` and
    /// `organizations` would let anybody in who has a Microsoft account.
    fn parse(text: &str) -> Result<Self, Flaw> {
        let hex = |it: &str| it.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'a'..=b'f'));
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        if lengths == [8, 4, 4, 4, 12] && text.split('-').all(hex) {
            return Ok(Self(text.to_owned()));
        }
        let form =
            "it looks like `0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9`: the directory id of the tenant's overview page";
        Err(malformed::<Self>(text, form))
    }
}

impl Scalar for SecretVersion {
    const FORMAT: &'static str = "secret-version";
    const WHAT: &'static str = "the id of a version of a secret";
    const PATTERN: &'static str = "^[A-Za-z0-9-]{32,64}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
        if (32..=64).contains(&text.len()) && text.bytes().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "`aws secretsmanager list-secret-version-ids --secret-id NAME` shows it"))
    }
}

impl Scalar for UserPoolId {
    const FORMAT: &'static str = "user-pool-id";
    const WHAT: &'static str = "the id of a Cognito user pool";
    const PATTERN: &'static str = "^[a-z]{2}(-gov)?-[a-z]+-[1-9]_[A-Za-z0-9]{1,44}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: &str| (1..=44).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric());
        match text.split_once('_') {
            Some((region, id)) if super::Region::parse(region).is_ok() && good(id) => Ok(Self(text.to_owned())),
            _ => Err(malformed::<Self>(text, "it looks like `eu-central-1_AbCdEfGhI`")),
        }
    }
}

impl UserPoolId {
    /// The region of the pool.
    pub fn region(&self) -> &str {
        self.0.split('_').next().unwrap_or_default()
    }
}

impl Scalar for KeyPrefix {
    const FORMAT: &'static str = "key-prefix";
    const WHAT: &'static str = "a prefix of S3 keys";
    const PATTERN: &'static str = "^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if text.len() <= 512 && text.split('/').all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it looks like `dagster/ui`, without `/` at either end"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["https://accounts.google.com", "https://acme.eu.auth0.com/", "https://a.example:8443/x/y"] {
            assert!(HttpsUrl::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "https://", "http://a.example", "https://a", "https://u:p@a.example", "https://a.example?x=1"] {
            assert!(HttpsUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths() {
        assert!(PathPrefix::parse("/dagster").is_ok() && PathPrefix::parse("/tools/dagster").is_ok());
        assert!(
            ["", "/", "dagster", "/dagster/", "/a//b", "/a*", "/ä"].iter().all(|it| PathPrefix::parse(it).is_err())
        );
        assert_eq!(PathPrefix::parse("dagster/").unwrap_err().help[1], "write `/dagster`");
        assert!(KeyPrefix::parse("a/b").is_ok());
        assert!(["", "/a", "a/", "a//b"].iter().all(|it| KeyPrefix::parse(it).is_err()));
    }

    #[test]
    fn ids_and_policies() {
        assert!(TenantId::parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9").is_ok());
        assert!(["common", "organizations", "acme.example"].iter().all(|it| TenantId::parse(it).is_err()));
        assert_eq!(UserPoolId::parse("eu-central-1_AbCdEfGhI").unwrap().region(), "eu-central-1");
        assert!(["eu-central-1", "AbCdEfGhI", "eu-central-1_"].iter().all(|it| UserPoolId::parse(it).is_err()));
        assert!(SecretVersion::parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9").is_ok());
        assert!(["", "AWSCURRENT", "2"].iter().all(|it| SecretVersion::parse(it).is_err()));
        assert!(TlsPolicy::parse("ELBSecurityPolicy-TLS13-1-3-2021-06").is_ok());
        assert!(["", "TLS13-1-2-2021-06", "ELBSecurityPolicy-"].iter().all(|it| TlsPolicy::parse(it).is_err()));
    }
}
