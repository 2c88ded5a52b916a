//! dagforge compiles one YAML spec of a Dagster deployment into CloudFormation and Terraform.

pub mod blueprint;
pub mod output;
pub mod plan;
pub mod render;
pub mod verify;
