//! Paths inside a project.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// A file or folder of the project, from the folder that holds `output/`.
    ProjectPath
}

impl Scalar for ProjectPath {
    const FORMAT: &'static str = "project-path";
    const WHAT: &'static str = "a path inside the project";
    const PATTERN: &'static str = r"^(\.|[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str =
            "it is `.`, or names joined by `/`, each of letters, digits, `.`, `-` and `_`: `pipelines/sales`";
        let good = |part: &str| {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            part.starts_with(word) && part.chars().all(|c| word(c) || matches!(c, '.' | '-'))
        };
        let all = text == "." || text.split('/').all(good);
        if all && text.len() <= 200 { Ok(Self(text.to_owned())) } else { Err(malformed::<Self>(text, FORM)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside() {
        for good in [".", "a", "pipelines/sales", "a.b/c-d/_e", "Dockerfile.prod"] {
            assert!(ProjectPath::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/", "/etc", "..", "a/../b", "./a", "a//b", "a/", "a b", "a*", "~", "-x", "C:\\x"] {
            assert!(ProjectPath::parse(bad).is_err(), "{bad}");
        }
    }
}
