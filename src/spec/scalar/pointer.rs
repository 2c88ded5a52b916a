//! Paths into a tree.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// A path into a tree, as RFC 6901 writes it: `/Resources/Cluster/Properties`.
    JsonPointer
}

impl JsonPointer {
    /// The keys and indexes, from the top, with `~1` and `~0` read as `/` and `~`.
    pub fn steps(&self) -> Vec<String> {
        self.0.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~")).collect()
    }
}

impl Scalar for JsonPointer {
    const FORMAT: &'static str = "json-pointer-path";
    const WHAT: &'static str = "a path into a tree";
    const PATTERN: &'static str = r"^(/([^/~\s]|~[01])+)+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it begins with `/` and has one between its keys, as in `/Resources/Cluster/Properties/ClusterName`; inside a key `/` is `~1` and `~` is `~0`";
        let good = |step: &str| {
            let marks = step.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
            let odd = |it: char| it.is_control() || it.is_whitespace();
            !step.is_empty() && marks && !step.contains(odd)
        };
        let all = text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(good));
        if all && text.len() <= 500 { Ok(Self(text.to_owned())) } else { Err(malformed::<Self>(text, FORM)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_steps() {
        let steps = |text: &str| JsonPointer::parse(text).map(|it| it.steps()).ok();
        assert_eq!(steps("/a/0/-"), Some(vec!["a".to_owned(), "0".to_owned(), "-".to_owned()]));
        assert_eq!(steps("/a~1b~0"), Some(vec!["a/b~".to_owned()]));
        for bad in ["", "/", "a", "a/b", "/a/", "//a", "/a~2", "/a b", "/a\nb"] {
            assert!(steps(bad).is_none(), "{bad}");
        }
    }
}
