//! dagforge compiles one YAML spec of a Dagster deployment into CloudFormation and Terraform.
//!
//! ```text
//! text ─ spec::load ─▶ Spec ─ check ─▶ (Diagnostics) ─ plan::resolve ─▶ Plan ─ render ─▶ Vec<File> ─ verify ─▶ output
//! ```
//!
//! The library is pure: text in, files and findings out. Only `main.rs` and `output.rs` touch the disk.

pub mod blueprint;
mod bytes;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod explain;
pub mod init;
pub mod output;
mod patch;
pub mod plan;
pub mod reference;
pub mod render;
pub mod source;
pub mod spec;
pub mod verify;
