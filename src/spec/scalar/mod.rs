//! Checked scalars: texts of a spec that are known to be well-formed once they are read.
//!
//! Each is a type of its own, so that an account id cannot be taken for a name. Its check runs twice: when a spec is
//! walked along its schema, which reports every bad text at once with help, and when it is deserialized. The schema's
//! `format` names the check, its `pattern` serves editors.

mod aws;
mod cluster;
mod constraint;
mod created;
mod git;
mod image;
mod name;
mod net;
mod path;
mod pointer;
mod principal;
mod secret;
mod task;
mod version;
mod web;

pub use aws::{
    AccountId, Arn, BucketName, FileSystemId, HostedZoneId, Partition, Region, ResourceId, SecurityGroupId, SubnetId,
    VpcId, url_suffix,
};
pub use cluster::{ClusterName, LogGroupName, NamespaceId};
pub use constraint::{TerraformVersion, Version, VersionConstraint};
pub use created::{CreatedSecret, JsonKey, SecretSource};
pub use git::{CommitHash, GitUrl, GithubRepository, RefName};
pub use image::{DagsterVersion, FolderPath, GitRev, ImageRef};
pub use name::{EnvName, KeyName, Name, PythonModule};
pub use net::{Cidr, DomainName, Percent, Port};
pub use path::ProjectPath;
pub use pointer::JsonPointer;
pub use principal::{GroupName, PrincipalName};
pub use secret::{SecretRef, SsmPath};
pub use task::{PackageKey, REVISION, RepositoryName, ScheduleExpression, TimeZone};
pub use version::GrammarVersion;
pub use web::{HttpsUrl, KeyPrefix, PathPrefix, SecretVersion, TenantId, TlsPolicy, UserPoolId};

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// What is wrong with a text, and how it should look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flaw {
    /// As in a finding: lower case, literals in backticks.
    pub message: String,
    /// Lines of help.
    pub help: Vec<String>,
}

impl Flaw {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }
}

/// A text with a check.
pub trait Scalar: Sized {
    /// Names the check in a schema.
    const FORMAT: &'static str;
    /// What such a text is, as in "takes an AWS region".
    const WHAT: &'static str;
    /// A regular expression that every good text matches, for editors; the check may know better.
    const PATTERN: &'static str;

    /// Checks a text.
    fn parse(text: &str) -> Result<Self, Flaw>;
}

/// A check, found by its name or its pattern.
pub(super) struct Format {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) pattern: &'static str,
    pub(super) check: fn(&str) -> Result<(), Flaw>,
}

impl Format {
    const fn of<S: Scalar>() -> Self {
        Self { name: S::FORMAT, what: S::WHAT, pattern: S::PATTERN, check: |text| S::parse(text).map(drop) }
    }
}

/// Every check there is.
pub(super) const FORMATS: &[Format] = &[
    Format::of::<AccountId>(),
    Format::of::<Arn>(),
    Format::of::<BucketName>(),
    Format::of::<Cidr>(),
    Format::of::<ClusterName>(),
    Format::of::<CommitHash>(),
    Format::of::<DagsterVersion>(),
    Format::of::<DomainName>(),
    Format::of::<EnvName>(),
    Format::of::<FileSystemId>(),
    Format::of::<FolderPath>(),
    Format::of::<GitRev>(),
    Format::of::<GitUrl>(),
    Format::of::<GithubRepository>(),
    Format::of::<GroupName>(),
    Format::of::<HostedZoneId>(),
    Format::of::<HttpsUrl>(),
    Format::of::<ImageRef>(),
    Format::of::<JsonKey>(),
    Format::of::<JsonPointer>(),
    Format::of::<KeyName>(),
    Format::of::<KeyPrefix>(),
    Format::of::<LogGroupName>(),
    Format::of::<Name>(),
    Format::of::<NamespaceId>(),
    Format::of::<PackageKey>(),
    Format::of::<PathPrefix>(),
    Format::of::<PrincipalName>(),
    Format::of::<ProjectPath>(),
    Format::of::<PythonModule>(),
    Format::of::<RefName>(),
    Format::of::<Region>(),
    Format::of::<RepositoryName>(),
    Format::of::<ResourceId>(),
    Format::of::<ScheduleExpression>(),
    Format::of::<SecretRef>(),
    Format::of::<SecretVersion>(),
    Format::of::<SecurityGroupId>(),
    Format::of::<SsmPath>(),
    Format::of::<SubnetId>(),
    Format::of::<TerraformVersion>(),
    Format::of::<TimeZone>(),
    Format::of::<TenantId>(),
    Format::of::<TlsPolicy>(),
    Format::of::<UserPoolId>(),
    Format::of::<VersionConstraint>(),
    Format::of::<VpcId>(),
];

/// Deserializes a text into a scalar; the flaw's message becomes the error.
struct ScalarVisitor<S>(PhantomData<S>);

impl<S: Scalar> Visitor<'_> for ScalarVisitor<S> {
    type Value = S;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(S::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<S, E> {
        S::parse(text).map_err(|flaw| E::custom(flaw.message))
    }
}

/// Reads a scalar where a text is expected.
fn deserialize<'de, S: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<S, D::Error> {
    deserializer.deserialize_str(ScalarVisitor(PhantomData))
}

/// Reading and schema of a scalar.
macro_rules! read_scalar {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::spec::scalar::deserialize(deserializer)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::spec::scalar::Flaw;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::spec::scalar::Scalar::parse(text)
            }
        }
    };
}
use read_scalar;

/// Schema of a scalar that is always a text.
macro_rules! text_schema {
    ($name:ident) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use $crate::spec::scalar::Scalar;
                schemars::json_schema!({"type": "string", "format": Self::FORMAT, "pattern": Self::PATTERN})
            }
        }
    };
}
use text_schema;

/// A scalar that keeps its text: the type, how it is read, written, shown and compared with text.
macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// The text as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        // Equality, order and hash are those of the text, as `Borrow` demands: maps are looked up by text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        $crate::spec::scalar::read_scalar!($name);
        $crate::spec::scalar::text_schema!($name);
    };
}
use text_scalar;

/// The first character that does not fit, for a message that names it.
fn first_bad(text: &str, good: impl Fn(char) -> bool) -> Option<char> {
    text.chars().find(|it| !good(*it))
}

/// The error for a text that does not have the form of its scalar.
fn malformed<S: Scalar>(text: &str, form: &str) -> Flaw {
    // A text of any length may stand there; its beginning is enough to recognise it.
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Flaw::new(format!("`{shown}` is not {}", S::WHAT)).help(form)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn formats_have_names_and_patterns_of_their_own() {
        let names: BTreeSet<_> = FORMATS.iter().map(|it| it.name).collect();
        let patterns: BTreeSet<_> = FORMATS.iter().map(|it| it.pattern).collect();
        assert_eq!((names.len(), patterns.len()), (FORMATS.len(), FORMATS.len()));
    }

    #[test]
    fn no_text_makes_a_check_panic() {
        let long = "ä".repeat(70_000);
        for text in ["", "-", ":", "/", "arn:", "arn:::::", "ä", "a:", "@", "a@", ":a", "é/ü", "0", "[::]/0", &long]
        {
            for format in FORMATS {
                let _ = (format.check)(text);
            }
        }
    }
}
