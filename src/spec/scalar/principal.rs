//! Names of IAM's principals that exist already.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// Name of an IAM role or user.
    PrincipalName
}

text_scalar! {
    /// Name of an IAM group.
    GroupName
}

/// Lengths of names (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const PRINCIPAL_MAX: usize = 64;
const GROUP_MAX: usize = 128;

impl Scalar for PrincipalName {
    const FORMAT: &'static str = "iam-principal-name";
    const WHAT: &'static str = "the name of an IAM role or user";
    const PATTERN: &'static str = "^[A-Za-z0-9_+=,.@-]{1,64}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        named::<Self>(text, PRINCIPAL_MAX).map(|()| Self(text.to_owned()))
    }
}

impl Scalar for GroupName {
    const FORMAT: &'static str = "iam-group-name";
    const WHAT: &'static str = "the name of an IAM group";
    const PATTERN: &'static str = "^[A-Za-z0-9_+=,.@-]{1,128}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        named::<Self>(text, GROUP_MAX).map(|()| Self(text.to_owned()))
    }
}

fn named<S: Scalar>(text: &str, most: usize) -> Result<(), Flaw> {
    let good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !text.is_empty() && text.len() <= most && text.chars().all(good) {
        return Ok(());
    }
    let flaw = malformed::<S>(text, &format!("it has 1 to {most} letters, digits and `_ + = , . @ -`"));
    // Policies are attached by name; people copy ARNs and paths.
    Err(match text.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => flaw.help(format!("the name alone is `{name}`, without ARN and path")),
        _ => flaw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_arn() {
        for good in ["SalesDevs", "sales-devs@acme.example", "a+b=c,d._"] {
            assert!(PrincipalName::parse(good).is_ok() && GroupName::parse(good).is_ok(), "{good}");
        }
        let arn = PrincipalName::parse("arn:aws:iam::123456789012:role/team/SalesDevs").unwrap_err();
        assert!(arn.help.iter().any(|it| it.contains("`SalesDevs`")), "{arn:?}");
        assert!(PrincipalName::parse(&"a".repeat(65)).is_err() && GroupName::parse(&"a".repeat(128)).is_ok());
        assert!(GroupName::parse("").is_err() && GroupName::parse("a b").is_err());
    }
}
