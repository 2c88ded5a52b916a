//! Findings about alarms.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    NO_ALARM = "no-alarm": "An alarm is asked for by name, and there is no metric in this deployment that it could watch."
        => "A rule of dagforge's own: what is asked for is there, or refused.";
}

impl Diagnostics {
    /// An alarm that cannot be.
    pub fn no_alarm(&mut self, at: &SpecPath, because: &str) {
        self.error(NO_ALARM, Place::value(at), format!("there is no such alarm here: {because}"))
            .help("remove it; without `on` there are all alarms that there can be");
    }
}
