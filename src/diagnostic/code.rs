//! The name of a kind of finding, with what `dagforge explain` says about it.

use std::fmt;

/// A kind of finding: a kebab-case name that a search finds in output, tests and source, and what it means.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Code {
    /// Kebab-case, as printed between the brackets of `error[…]`.
    pub name: &'static str,
    /// What is wrong when this is found, and why it matters: whole sentences.
    pub meaning: &'static str,
    /// Where that is written: a page of AWS's documentation, a standard, a file of Dagster, or that it is our own rule.
    pub source: &'static str,
    /// A text that has this mistake and no other.
    pub example: Example,
}

/// What a mistake is shown in.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Example {
    /// No text can have it.
    Nothing,
    /// A spec.
    Spec(&'static str),
    /// A compose file that becomes a spec.
    Compose(&'static str),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Declares the codes of one file: a constant each, and `CODES`, the list of them all.
/// A constructor can then name no code that the list does not have, and no code is without its file in tests/broken, unless it
/// says `(no spec)`; with `(compose file)` the file is in tests/broken/import. Behind `=>` stands the source.
macro_rules! codes {
    (@example $name:literal) => {
        $crate::diagnostic::Example::Spec(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/broken/",
            $name,
            ".yaml"
        )))
    };
    (@example $name:literal compose file) => {
        $crate::diagnostic::Example::Compose(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/broken/import/",
            $name,
            ".yaml"
        )))
    };
    (@example $name:literal no spec) => { $crate::diagnostic::Example::Nothing };
    ($($constant:ident = $name:literal $(($($no:ident)+))?: $meaning:literal $(=> $source:literal)?;)*) => {
        $(const $constant: $crate::diagnostic::Code = $crate::diagnostic::Code {
            name: $name,
            meaning: $meaning,
            source: concat!($($source)?),
            example: $crate::diagnostic::code::codes!(@example $name $($($no)+)?),
        };)*
        /// Every code of this file.
        pub(super) const CODES: &[$crate::diagnostic::Code] = &[$($constant),*];
    };
}
pub(super) use codes;
