//! Rules across fields: what a shape cannot say.

use crate::diagnostic::Diagnostics;
use crate::spec::Spec;

/// Runs every rule over a spec, for the environment it was laid out for; all findings at once.
pub fn check(_spec: &Spec, _environment: Option<&str>) -> Diagnostics {
    Diagnostics::default()
}
