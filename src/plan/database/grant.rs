//! The container that allows the database's user to sign in with tokens, before webserver and daemon do so.
//!
//! A user of PostgreSQL needs the role `rds_iam` for it, which nothing but a statement in the database can grant; from then
//! on its password is refused (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html>).
//! The container tries a token first, so that it does nothing once that is done.

use super::{Database, Password};
use crate::plan::task::{Variable, variable};

/// Name of the container.
pub const CONTAINER: &str = "grant";
/// Environment variable with the password that is needed once.
const PASSWORD: &str = "DAGFORGE_DATABASE_PASSWORD";
/// Environment variable with the database's port.
const PORT: &str = "DAGFORGE_DATABASE_PORT";

/// Webserver and daemon may do it at the same time: one of the two is then told to try again.
const SCRIPT: &str = r#"import os
import sys
import time

import boto3
import psycopg2

host, user = os.environ["DAGSTER_POSTGRES_HOSTNAME"], os.environ["DAGSTER_POSTGRES_USERNAME"]
port, name = int(os.environ["DAGFORGE_DATABASE_PORT"]), os.environ["DAGSTER_POSTGRES_DB"]
rds = boto3.client("rds", region_name=os.environ["AWS_DEFAULT_REGION"])


def connect(password):
    return psycopg2.connect(
        host=host, port=port, user=user, dbname=name, password=password, sslmode="require", connect_timeout=10
    )


for attempt in range(10):
    try:
        connect(rds.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)).close()
        sys.exit(0)
    except psycopg2.Error as error:
        reason = error
    try:
        with connect(os.environ["DAGFORGE_DATABASE_PASSWORD"]) as connection, connection.cursor() as cursor:
            cursor.execute("GRANT rds_iam TO CURRENT_USER")
    except psycopg2.Error as error:
        print(f"not granted: {error}", file=sys.stderr)
    time.sleep(3)
sys.exit(f"{user} cannot sign in with a token: {reason}")
"#;

/// Its command.
pub fn command() -> [&'static str; 3] {
    ["python", "-c", SCRIPT]
}

/// Its environment beside that of Dagster's instance.
pub fn environment(database: &Database) -> Vec<Variable> {
    vec![variable(PORT, database.port.to_string())]
}

/// Its secret.
pub fn secret(password: &Password) -> Variable {
    variable(PASSWORD, &password.value_from)
}
