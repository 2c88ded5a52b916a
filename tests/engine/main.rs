//! The blueprint engine from outside: what a blueprint prints, what is read back, what reaches the disk.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod blueprints;
mod hostile;
mod layout;
mod literals;
mod readers;
mod recording;
mod verify;
mod write;
