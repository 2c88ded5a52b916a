//! Names that the user chooses: of deployments, code locations, environment variables and Python modules.

use super::{Flaw, Scalar, first_bad, malformed, text_scalar};

text_scalar! {
    /// Name of a deployment. Every AWS name starts with it.
    Name
}

text_scalar! {
    /// A key that the user chooses, such as a code location's: a part of AWS names and a DNS label.
    KeyName
}

text_scalar! {
    /// Name of an environment variable.
    EnvName
}

text_scalar! {
    /// Dotted name of a Python module.
    PythonModule
}

/// Longest deployment name: a DNS label. Longer derived names are shortened by the plan.
const NAME_MAX: usize = 63;

/// Longest key: `<deployment>-<key>` has to leave room for suffixes in a DNS label.
const KEY_MAX: usize = 31;

impl Scalar for Name {
    const FORMAT: &'static str = "deployment-name";
    const WHAT: &'static str = "a deployment's name";
    const PATTERN: &'static str = "^[a-z]([a-z0-9]|-[a-z0-9]){0,62}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        lower_kebab::<Self>(text, NAME_MAX).map(|()| Self(text.to_owned()))
    }
}

impl Scalar for KeyName {
    const FORMAT: &'static str = "key-name";
    const WHAT: &'static str = "a key of your choice";
    const PATTERN: &'static str = "^[a-z]([a-z0-9]|-[a-z0-9]){0,30}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        lower_kebab::<Self>(text, KEY_MAX).map(|()| Self(text.to_owned()))
    }
}

impl Scalar for EnvName {
    const FORMAT: &'static str = "env-name";
    const WHAT: &'static str = "an environment variable's name";
    const PATTERN: &'static str = "^[A-Za-z_][A-Za-z0-9_]*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if identifier(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it has letters, digits and `_`, and does not start with a digit"))
    }
}

impl Scalar for PythonModule {
    const FORMAT: &'static str = "python-module";
    const WHAT: &'static str = "a Python module";
    const PATTERN: &'static str = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if text.split('.').all(identifier) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "write it as in an import statement: `acme.sales.definitions`");
        Err(match text.strip_suffix(".py") {
            Some(_) => flaw.help("a file goes below `file`"),
            None => flaw,
        })
    }
}

/// What Python, a shell and ECS all accept as an identifier.
fn identifier(text: &str) -> bool {
    let start = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    start && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

/// `[a-z][a-z0-9-]*`, with single hyphens between other characters: RDS and ALB names allow no others.
fn lower_kebab<S: Scalar>(text: &str, longest: usize) -> Result<(), Flaw> {
    let form = format!("it has up to {longest} small letters, digits and single hyphens, and starts with a letter");
    let flaw = |why: String| Err(Flaw::new(why).help(&form));
    if text.is_empty() {
        return flaw(format!("{} cannot be empty", S::WHAT));
    }
    if text.len() > longest {
        return flaw(format!("{} has {} characters, more than {longest}", S::WHAT, text.chars().count()));
    }
    if let Some(bad) = first_bad(text, |it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-') {
        let meant = repaired(text);
        let flaw = Flaw::new(format!("`{text}` cannot be {}: it has `{bad}`", S::WHAT)).help(form);
        return Err(if meant.is_empty() || meant.len() > longest {
            flaw
        } else {
            flaw.help(format!("for example `{meant}`"))
        });
    }
    if !text.starts_with(|it: char| it.is_ascii_lowercase()) {
        return flaw(format!("`{text}` cannot be {}: it starts with `{}`", S::WHAT, &text[..1]));
    }
    if text.ends_with('-') || text.contains("--") {
        return flaw(format!("`{text}` cannot be {}: a hyphen stands between two other characters", S::WHAT));
    }
    Ok(())
}

/// The nearest text that would be a name; empty when nothing is left.
fn repaired(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    words.join("-").trim_start_matches(|it: char| !it.is_ascii_lowercase()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "acme", "a1-b2", "sales-eu"] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "-a", "a-", "a--b", "A", "a_b", "ä", "a b", &"a".repeat(64)] {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
        let flaw = KeyName::parse("Sales_EU").unwrap_err();
        assert_eq!(flaw.message, "`Sales_EU` cannot be a key of your choice: it has `S`");
        assert_eq!(flaw.help[1], "for example `sales-eu`");
        assert!(KeyName::parse(&"a".repeat(31)).is_ok() && KeyName::parse(&"a".repeat(32)).is_err());
    }

    #[test]
    fn identifiers() {
        assert!(EnvName::parse("DAGSTER_HOME").is_ok());
        assert!(EnvName::parse("_").is_ok());
        assert!(["", "1A", "A-B", "A=B", "Ä"].iter().all(|it| EnvName::parse(it).is_err()));
        assert!(PythonModule::parse("acme.sales.definitions").is_ok());
        assert!(["", ".a", "a.", "a..b", "a-b", "a/b.py"].iter().all(|it| PythonModule::parse(it).is_err()));
    }
}
