//! What the containers of every Dagster task have in common: the database, the compute logs, and their secrets.

use super::data::Data;
use super::database::Password;
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

/// Secrets that Dagster's instance reads; none where it signs in with tokens.
pub fn instance_secrets(data: &Data) -> Vec<Variable> {
    let password = data.database.password.iter();
    password.map(|it| variable("DAGSTER_POSTGRES_PASSWORD", &it.value_from)).collect()
}

/// What an execution role needs for those secrets: the action and the resource.
pub fn instance_secret_grants(data: &Data) -> Vec<(String, Text)> {
    data.database.password.iter().map(grant).collect()
}

/// What an execution role needs for a password.
pub fn grant(password: &Password) -> (String, Text) {
    (password.action.clone(), password.resource.clone())
}
