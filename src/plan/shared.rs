//! What the containers of every Dagster task have in common: the database, the compute logs, and their secrets.

use super::data::Data;
use super::deployment::Deployment;
use super::task::{Variable, variable};
use super::text::Text;

/// Environment that Dagster's instance reads, wherever it runs.
pub fn instance_environment(data: &Data, deployment: &Deployment) -> Vec<Variable> {
    vec![
        variable("AWS_DEFAULT_REGION", &deployment.region),
        variable("DAGFORGE_COMPUTE_LOGS_BUCKET", &data.compute_logs_bucket),
        variable("DAGSTER_POSTGRES_DB", &data.database.name),
        variable("DAGSTER_POSTGRES_HOSTNAME", &data.database.host),
        variable("DAGSTER_POSTGRES_USERNAME", &data.database.user),
    ]
}

/// Secrets that Dagster's instance reads.
pub fn instance_secrets(data: &Data) -> Vec<Variable> {
    vec![variable("DAGSTER_POSTGRES_PASSWORD", &data.database.password)]
}

/// What an execution role needs for those secrets: the action and the resource.
pub fn instance_secret_grants(data: &Data) -> Vec<(String, Text)> {
    vec![(data.database.password_action.clone(), data.database.password_resource.clone())]
}
