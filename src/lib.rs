//! dagforge compiles one YAML spec of a Dagster deployment into CloudFormation and Terraform.
