//! AWS's own names: regions, accounts, ARNs, and the ids of things that exist already.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Flaw, Scalar, malformed, text_scalar};
use crate::diagnostic::suggest::nearest;

text_scalar! {
    /// An AWS region, such as `eu-central-1`.
    Region
}

text_scalar! {
    /// An AWS account: twelve digits.
    AccountId
}

text_scalar! {
    /// An Amazon Resource Name.
    Arn
}

text_scalar! {
    /// Id of something that exists, when no narrower type fits.
    ResourceId
}

text_scalar! {
    /// Name of an S3 bucket that exists.
    BucketName
}

/// Directions in region names. A region's name is checked against its grammar, not against a list: AWS opens new ones.
const DIRECTIONS: &[&str] =
    &["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Areas in region names with the partition they belong to.
const AREAS: &[(&str, &str)] = &[
    ("af", "aws"),
    ("ap", "aws"),
    ("ca", "aws"),
    ("cn", "aws-cn"),
    ("eu", "aws"),
    ("il", "aws"),
    ("me", "aws"),
    ("mx", "aws"),
    ("sa", "aws"),
    ("us", "aws"),
    ("us-gov", "aws-us-gov"),
];

impl Region {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        area(&self.0).unwrap_or("aws")
    }
}

/// Regions that share nothing with those of other partitions, not even accounts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// Everything else.
    Aws,
    /// China.
    AwsCn,
    /// AWS GovCloud (US).
    AwsUsGov,
}

impl Partition {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
        }
    }
}

/// Ending of the host names of a region's services
/// (<https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html>).
pub fn url_suffix(region: &str) -> &'static str {
    if area(region) == Some("aws-cn") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// The partition of a well-formed region name.
fn area(text: &str) -> Option<&'static str> {
    let (rest, number) = text.rsplit_once('-')?;
    let (area, direction) = rest.rsplit_once('-')?;
    let numbered = matches!(number.as_bytes(), [b'1'..=b'9']);
    let (_, partition) = AREAS.iter().find(|(name, _)| *name == area)?;
    (numbered && DIRECTIONS.contains(&direction)).then_some(partition)
}

impl Scalar for Region {
    const FORMAT: &'static str = "aws-region";
    const WHAT: &'static str = "an AWS region";
    const PATTERN: &'static str = "^[a-z]{2}(-gov)?-[a-z]+-[1-9]$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if area(text).is_some() {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it looks like `eu-central-1`");
        let all: Vec<String> =
            AREAS.iter().flat_map(|(area, _)| DIRECTIONS.iter().map(move |it| format!("{area}-{it}-1"))).collect();
        // An availability zone is a region with a letter.
        let zone = text.strip_suffix(|it: char| it.is_ascii_lowercase()).filter(|it| area(it).is_some());
        Err(match zone.or_else(|| nearest(text, all.iter().map(String::as_str))) {
            Some(meant) => flaw.help(format!("did you mean `{meant}`?")),
            None => flaw,
        })
    }
}

impl Scalar for AccountId {
    const FORMAT: &'static str = "aws-account";
    const WHAT: &'static str = "an AWS account id";
    const PATTERN: &'static str = "^[0-9]{12}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it has twelve digits: `\"123456789012\"`");
        let digits: String = text.chars().filter(|it| *it != '-').collect();
        Err(if digits != text && AccountId::parse(&digits).is_ok() {
            flaw.help(format!("write `\"{digits}\"`, without hyphens"))
        } else {
            flaw
        })
    }
}

impl Arn {
    /// `aws`, `aws-cn`, …
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// `s3`, `secretsmanager`, …
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// Empty for global services.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// Empty where AWS leaves it out, as for buckets.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Everything after the account.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl Scalar for Arn {
    const FORMAT: &'static str = "arn";
    const WHAT: &'static str = "an ARN";
    const PATTERN: &'static str = "^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|aws)?:[^\\s]+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it looks like `arn:aws:service:region:account:resource`";
        let arn = Self(text.to_owned());
        let lower = |part: &str| part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
        if !text.starts_with("arn:") || text.splitn(6, ':').count() < 6 || text.contains(char::is_whitespace) {
            return Err(malformed::<Self>(text, FORM));
        }
        if !arn.partition().starts_with("aws") || !lower(arn.partition()) {
            return Err(Flaw::new(format!("`{}` is not an AWS partition", arn.partition())).help(FORM));
        }
        if arn.service().is_empty() || !lower(arn.service()) {
            return Err(Flaw::new(format!("`{}` is not an AWS service", arn.service())).help(FORM));
        }
        if !lower(arn.region()) {
            return Err(Flaw::new(format!("`{}` is not an AWS region", arn.region())).help(FORM));
        }
        // AWS's own managed policies have the account `aws`.
        if !arn.account().is_empty() && arn.account() != "aws" && AccountId::parse(arn.account()).is_err() {
            return Err(Flaw::new(format!("`{}` is not an AWS account id", arn.account())).help(FORM));
        }
        if arn.resource().is_empty() {
            return Err(malformed::<Self>(text, FORM));
        }
        Ok(arn)
    }
}

impl Scalar for ResourceId {
    const FORMAT: &'static str = "aws-id";
    const WHAT: &'static str = "an AWS id";
    const PATTERN: &'static str = "^[A-Za-z0-9][A-Za-z0-9_./-]{0,254}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: char| it.is_ascii_alphanumeric() || "_./-".contains(it);
        if text.len() <= 255 && text.starts_with(|it: char| it.is_ascii_alphanumeric()) && text.chars().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "copy it from AWS: `vpc-…`, `subnet-…`, `sg-…`"))
    }
}

impl Scalar for BucketName {
    const FORMAT: &'static str = "bucket-name";
    const WHAT: &'static str = "a bucket's name";
    const PATTERN: &'static str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let outer = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
        let good = |it: char| outer(it) || it == '.' || it == '-';
        let edges = text.starts_with(outer) && text.ends_with(outer);
        if (3..=63).contains(&text.len()) && edges && text.chars().all(good) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it has 3 to 63 small letters, digits, `.` and `-`");
        Err(match text.strip_prefix("s3://").or_else(|| text.strip_prefix("arn:aws:s3:::")) {
            Some(name) => flaw.help(format!("write the name alone: `{}`", name.split('/').next().unwrap_or_default())),
            None => flaw,
        })
    }
}

/// Ids that AWS makes of a prefix and 8 or 17 hexadecimal digits.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $format:literal, $what:literal, $prefix:literal) => {
        text_scalar! {
            $(#[$doc])*
            $name
        }

        impl Scalar for $name {
            const FORMAT: &'static str = $format;
            const WHAT: &'static str = $what;
            const PATTERN: &'static str = concat!("^", $prefix, "([0-9a-f]{8}|[0-9a-f]{17})$");

            fn parse(text: &str) -> Result<Self, Flaw> {
                let digits = text.strip_prefix($prefix).unwrap_or_default();
                let hex = digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
                if hex && matches!(digits.len(), 8 | 17) {
                    return Ok(Self(text.to_owned()));
                }
                Err(malformed::<Self>(text, concat!("it is `", $prefix, "` and 8 or 17 hexadecimal digits: copy it from AWS")))
            }
        }
    };
}

hex_id! {
    /// Id of a VPC that exists.
    VpcId, "vpc-id", "a VPC's id", "vpc-"
}
hex_id! {
    /// Id of a subnet that exists.
    SubnetId, "subnet-id", "a subnet's id", "subnet-"
}
hex_id! {
    /// Id of a security group that exists.
    SecurityGroupId, "security-group-id", "a security group's id", "sg-"
}
hex_id! {
    /// Id of an EFS file system that exists.
    FileSystemId, "file-system-id", "a file system's id", "fs-"
}

text_scalar! {
    /// Id of a Route 53 hosted zone that exists.
    HostedZoneId
}

impl Scalar for HostedZoneId {
    const FORMAT: &'static str = "hosted-zone-id";
    const WHAT: &'static str = "a hosted zone's id";
    const PATTERN: &'static str = "^Z[A-Z0-9]{1,31}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit();
        if (2..=32).contains(&text.len()) && text.starts_with('Z') && text.bytes().all(good) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it is `Z` and capital letters and digits: copy it from Route 53");
        Err(match text.strip_prefix("/hostedzone/") {
            Some(id) => flaw.help(format!("write the id alone: `{id}`")),
            None => flaw,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_and_their_partitions() {
        let partition = |it: &str| Region::parse(it).map(|it| it.partition()).ok();
        assert_eq!(partition("eu-central-1"), Some("aws"));
        assert_eq!(partition("ap-southeast-5"), Some("aws"));
        assert_eq!(partition("cn-northwest-1"), Some("aws-cn"));
        assert_eq!(partition("us-gov-west-1"), Some("aws-us-gov"));
        for bad in
            ["", "eu", "eu-central", "eu-central-0", "eu-central-1a", "EU-CENTRAL-1", "us-iso-east-1", "xx-east-1"]
        {
            assert_eq!(partition(bad), None, "{bad}");
        }
        let help = |it: &str| Region::parse(it).unwrap_err().help.pop().unwrap();
        assert_eq!(help("eu-central-1a"), "did you mean `eu-central-1`?");
        assert_eq!(help("eu-centrl-1"), "did you mean `eu-central-1`?");
    }

    #[test]
    fn arns_come_apart() {
        let arn = Arn::parse("arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme/db-AbCdEf").unwrap();
        let parts = (arn.partition(), arn.service(), arn.region(), arn.account(), arn.resource());
        assert_eq!(parts, ("aws", "secretsmanager", "eu-central-1", "123456789012", "secret:acme/db-AbCdEf"));
        assert!(Arn::parse("arn:aws:s3:::acme-lake").is_ok());
        assert!(Arn::parse("arn:aws:iam::aws:policy/ReadOnlyAccess").is_ok());
        let bad = [
            "",
            "acme",
            "arn:aws:s3",
            "arn:aws:s3:::",
            "arn:gcp:s3:::b",
            "arn:aws:S3:::b",
            "arn:aws:s3:::a b",
            "arn:aws:ecs:eu-central-1:12345:cluster/a",
        ];
        assert!(bad.iter().all(|it| Arn::parse(it).is_err()));
    }

    #[test]
    fn ids() {
        assert!(AccountId::parse("012345678901").is_ok());
        assert_eq!(
            AccountId::parse("1234-5678-9012").unwrap_err().help[1],
            "write `\"123456789012\"`, without hyphens"
        );
        assert!(VpcId::parse("vpc-0a1b2c3d4e5f60718").is_ok());
        assert!(["vpc-", "vpc-0a", "subnet-0a1b2c3d", "vpc-0A1B2C3D"].iter().all(|it| VpcId::parse(it).is_err()));
        assert!(HostedZoneId::parse("Z0123456789ABCDEFGHIJ").is_ok());
        assert!(HostedZoneId::parse("/hostedzone/Z01234").is_err());
        assert!(BucketName::parse("acme-lake").is_ok());
        assert_eq!(BucketName::parse("s3://acme/x").unwrap_err().help[1], "write the name alone: `acme`");
    }
}
