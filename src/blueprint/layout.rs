//! The last touch on rendered text: what depends on the column that a value landed in.

mod hcl;
mod yaml;

pub(super) use hcl::layout as hcl;
pub(super) use yaml::layout as yaml;
