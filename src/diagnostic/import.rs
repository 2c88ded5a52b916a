//! Findings about a compose file that becomes a spec. They are placed in the compose file.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    NO_CODE_SERVER = "no-code-server" (compose file): "A compose file becomes a spec by its code servers: services whose command is \
        `dagster api grpc` or `dagster code-server start`. Without one there is no code location to begin with."
        => "dagster/_cli/api.py and dagster/_cli/code_server.py of Dagster.";
    FILL_IN = "fill-in" (compose file): "A credential, or a variable that holds one, became a reference to a secret, and its value was not \
        copied: put it into Secrets Manager under the name that the spec now has, or change the name. One of a service \
        beside Dagster's is set in `.env`."
        => "A rule of dagforge's own: a spec holds no secret.";
    NOT_TAKEN_OVER = "not-taken-over" (compose file): "A part of the compose file has no counterpart in the spec, or none that can be told \
        from the file. What it did has to be looked at by hand."
        => "A rule of dagforge's own: nothing is ignored silently.";
}

impl Diagnostics {
    /// No service with definitions.
    pub fn no_code_server(&mut self) {
        self.error(NO_CODE_SERVER, Place::Whole, "no service of this file serves definitions")
            .help("their commands look like `dagster api grpc -h 0.0.0.0 -p 4000 -m acme.definitions`")
            .help("without such a file, `dagforge init` writes a commented spec to start from");
    }

    /// A credential that became a reference.
    pub fn fill_in(&mut self, at: &SpecPath, name: &str, reference: &str) {
        self.warning(
            FILL_IN,
            Place::key(at),
            format!("`{name}` is now a reference to a secret that may not exist yet"),
        )
        .hide_line()
        .help(format!("put the value into Secrets Manager: `{reference}` is its name and JSON key"));
    }

    /// A credential that only the local stack has.
    pub fn fill_in_locally(&mut self, at: &SpecPath, name: &str) {
        self.warning(FILL_IN, Place::key(at), format!("`{name}` is left to `.env`")).hide_line().help(
            "`dagforge render compose` writes .env.example, which has the name of the variable to fill in".to_owned(),
        );
    }

    /// A part that was left out.
    pub fn not_taken_over(&mut self, at: &SpecPath, message: &str, help: &str) {
        // A value of the environment may be a credential by whatever name.
        self.warning(NOT_TAKEN_OVER, Place::key(at), message).hide_line().help(help);
    }
}
