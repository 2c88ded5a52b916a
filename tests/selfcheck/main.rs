//! The house rules that no compiler sees: `output/` is fresh, both targets say the same, any text survives, blueprints stay text.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod blueprints;
mod determinism;
mod drift;
mod glob;
mod hostile;
mod local;
mod output;
mod parity;
mod random;
mod renames;
mod replaced;
mod shell;
mod source;
mod specs;
mod tree;
