//! Versions of Terraform and its providers, and constraints on them.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// A version of Terraform, such as `1.11.4`.
    TerraformVersion
}

text_scalar! {
    /// A version constraint of Terraform's, such as `>= 1.11, < 2.0`.
    VersionConstraint
}

/// A version in full; what is not written is 0.
pub type Version = [u64; 3];

/// The comparisons of <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>, longer ones first.
const OPERATORS: [&str; 7] = ["~>", ">=", "<=", "!=", ">", "<", "="];

impl TerraformVersion {
    /// The numbers.
    pub fn numbers(&self) -> Version {
        numbers(&self.0).unwrap_or_default().1
    }
}

impl Scalar for TerraformVersion {
    const FORMAT: &'static str = "terraform-version";
    const WHAT: &'static str = "a version of Terraform";
    const PATTERN: &'static str = r"^(0|[1-9][0-9]{0,4})(\.(0|[1-9][0-9]{0,4})){2}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        match numbers(text) {
            Some((3, _)) => Ok(Self(text.to_owned())),
            _ => Err(malformed::<Self>(text, "it is one version in full, such as `1.11.4`")),
        }
    }
}

impl VersionConstraint {
    /// The lowest version that may be meant: none below it is allowed.
    pub fn lowest(&self) -> Version {
        let bounds = conditions(&self.0).filter_map(|(operator, _, version)| match operator {
            "=" | ">=" | ">" | "~>" => Some(version),
            _ => None,
        });
        bounds.max().unwrap_or_default()
    }

    /// The lowest version that none that is allowed reaches; none where there is no limit.
    pub fn limit(&self) -> Option<Version> {
        let bounds = conditions(&self.0).filter_map(|(operator, written, version)| match operator {
            "<" => Some(version),
            "<=" | "=" => Some(next(version, 3)),
            "~>" => Some(next(version, written.saturating_sub(1).max(1))),
            _ => None,
        });
        bounds.min()
    }

    /// Whether a version is allowed.
    pub fn allows(&self, wanted: Version) -> bool {
        conditions(&self.0).all(|(operator, written, version)| match operator {
            "=" => wanted == version,
            "!=" => wanted != version,
            ">" => wanted > version,
            ">=" => wanted >= version,
            "<" => wanted < version,
            "<=" => wanted <= version,
            _ => wanted >= version && wanted < next(version, written.saturating_sub(1).max(1)),
        })
    }
}

impl Scalar for VersionConstraint {
    const FORMAT: &'static str = "version-constraint";
    const WHAT: &'static str = "a version constraint of Terraform's";
    const PATTERN: &'static str =
        r"^ *(~>|[<>]=?|!?=)? *[0-9]+(\.[0-9]+){0,2} *(, *(~>|[<>]=?|!?=)? *[0-9]+(\.[0-9]+){0,2} *)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if text.split(',').all(|it| condition(it).is_some()) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it looks like `>= 1.11, < 2.0` or `~> 6.2`"))
    }
}

/// Operator, how many numbers are written, and the version.
type Condition<'a> = (&'a str, usize, Version);

fn conditions(text: &str) -> impl Iterator<Item = Condition<'_>> {
    text.split(',').filter_map(condition)
}

fn condition(text: &str) -> Option<Condition<'_>> {
    let text = text.trim_matches(' ');
    let operator = OPERATORS.into_iter().find(|it| text.starts_with(it));
    let (written, version) = numbers(text.strip_prefix(operator.unwrap_or_default())?.trim_start_matches(' '))?;
    Some((operator.unwrap_or("="), written, version))
}

/// One to three numbers, without leading zeros: how many, and all three.
fn numbers(text: &str) -> Option<(usize, Version)> {
    let mut version = Version::default();
    let mut written = 0;
    for part in text.split('.') {
        let plain =
            part.len() <= 5 && part.bytes().all(|it| it.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
        *version.get_mut(written)? = if plain { part.parse().ok()? } else { return None };
        written += 1;
    }
    Some((written, version))
}

/// The first version in which the last of so many numbers is higher.
fn next(version: Version, numbers: usize) -> Version {
    let mut next = Version::default();
    let last = numbers - 1;
    next[..=last].copy_from_slice(&version[..=last]);
    next[last] += 1;
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraint(text: &str) -> VersionConstraint {
        VersionConstraint::parse(text).unwrap()
    }

    #[test]
    fn constraints_are_terraforms() {
        for good in [">= 1.11", "1.11.4", "~> 6.2, != 6.3.1", ">=1.11,<2", " = 1.12.0 "] {
            assert!(VersionConstraint::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "^1.11", ">= 1.11 < 2", ">= v1.11", "1.11.", ">= 1.11,", "1.2.3.4", "=> 1", ">= 1.011", "*"] {
            assert!(VersionConstraint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_are_the_narrowest() {
        let bounds = |it: &str| (constraint(it).lowest(), constraint(it).limit());
        assert_eq!(bounds(">= 6.0, < 7.0"), ([6, 0, 0], Some([7, 0, 0])));
        assert_eq!(bounds("~> 6.2"), ([6, 2, 0], Some([7, 0, 0])));
        assert_eq!(bounds("~> 6.2.1"), ([6, 2, 1], Some([6, 3, 0])));
        assert_eq!(bounds("~> 6"), ([6, 0, 0], Some([7, 0, 0])));
        assert_eq!(bounds("6.2.1"), ([6, 2, 1], Some([6, 2, 2])));
        assert_eq!(bounds("< 2"), ([0, 0, 0], Some([2, 0, 0])));
        assert_eq!(bounds("> 1.11, != 1.12.0"), ([1, 11, 0], None));
    }

    #[test]
    fn a_version_is_allowed_or_not() {
        assert!(constraint(">= 1.11").allows([1, 11, 4]));
        assert!(constraint("~> 1.11.2").allows([1, 11, 4]));
        assert!(!constraint("~> 1.12").allows([1, 11, 4]));
        assert!(!constraint(">= 1.11, != 1.11.4").allows([1, 11, 4]));
        assert!(!constraint("> 1.11.4").allows(TerraformVersion::parse("1.11.4").unwrap().numbers()));
    }
}
