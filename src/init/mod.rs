//! The first spec: a commented one to start from, or one that an existing compose file becomes.

mod command;
mod compose;
mod service;
mod variables;
mod write;

pub use compose::{Imported, from_compose};

/// A commented spec, valid as it stands. A line that begins with `#` and no blank is a key to uncomment.
pub const STARTER: &str = include_str!("starter.yaml");
