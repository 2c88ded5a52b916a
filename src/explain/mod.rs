//! What a deployment comes to, in tables: each topic of `dagforge explain` is a function from the plan or the rendered
//! templates to lines of text.
//!
//! Roles and containers are found in the plan, and names and counts in the templates, by what they look like: a room that is
//! added to either shows up here without being mentioned.

mod access;
mod codes;
mod deploy;
mod names;
mod sizes;
mod table;
mod template;
mod walk;

pub use access::{env, iam};
pub use codes::code;
pub use deploy::deploy;
pub use names::{NAMES, NOT_NAMES, names};
pub use sizes::{limits, run_sizes};
pub use template::Template;
