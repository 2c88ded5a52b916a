//! The name of a kind of finding, with what `dagforge explain` says about it.

use std::fmt;

/// A kind of finding: a kebab-case name that a search finds in output, tests and source, and what it means.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Code {
    /// Kebab-case, as printed between the brackets of `error[…]`.
    pub name: &'static str,
    /// What is wrong when this is found, why it matters, and how to put it right: whole sentences.
    pub meaning: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Declares the codes of one file: a constant each, and `CODES`, the list of them all.
/// A constructor can then name no code that the list does not have.
macro_rules! codes {
    ($($constant:ident = $name:literal: $meaning:literal;)*) => {
        $(const $constant: $crate::diagnostic::Code = $crate::diagnostic::Code { name: $name, meaning: $meaning };)*
        /// Every code of this file.
        pub(super) const CODES: &[$crate::diagnostic::Code] = &[$($constant),*];
    };
}
pub(super) use codes;
