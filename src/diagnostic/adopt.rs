//! Findings about things that exist and are taken over.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    ADOPT_NOTHING = "adopt-nothing": "Something is taken over in place of what the deployment would make, and it makes \
        nothing of the kind: the key is unknown, or the spec names an existing one that is used and not taken over."
        => "The grammar of the spec: docs/reference.md, `dagforge schema`.";
    ADOPT_UNPROTECTED = "adopt-unprotected": "CloudFormation takes over only what a template keeps when its stack goes, \
        and without `protect` a template keeps nothing. What was taken over before stays where it is."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html";
}

impl Diagnostics {
    /// A key for which nothing is made.
    pub fn adopt_nothing(&mut self, place: Place, what: &str, meant: Option<&str>, known: &[&str]) {
        let finding = self.error(ADOPT_NOTHING, place, format!("the deployment makes no {what} that this could be"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None if known.is_empty() => finding.help("remove it: there is none to take the place of"),
            None => finding.help(format!("it is one of {}", known.join(", "))),
        };
    }

    /// Nothing would be kept.
    pub fn adopt_unprotected(&mut self, at: &SpecPath) {
        self.warning(ADOPT_UNPROTECTED, Place::key(at), "without protection nothing is taken over")
            .help("leave `protect: false` out until every stack has taken over what it should");
    }
}
