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

/// Webserver and daemon may do it at the same time: one of the two is then told to try again. It is short because each task
/// definition repeats it, and a template holds 51,200 bytes.
const SCRIPT: &str = r#"import os, sys, time, boto3, psycopg2
env = os.environ
host, user, name = (env[f"DAGSTER_POSTGRES_{it}"] for it in ("HOSTNAME", "USERNAME", "DB"))
port = int(env["DAGFORGE_DATABASE_PORT"])
def connect(password):
    return psycopg2.connect(host=host, port=port, user=user, dbname=name, password=password, sslmode="require")
for attempt in range(10):
    try:
        connect(boto3.client("rds").generate_db_auth_token(host, port, user)).close()
        sys.exit()
    except psycopg2.Error as error:
        print(error)
    try:
        with connect(env["DAGFORGE_DATABASE_PASSWORD"]) as db, db.cursor() as cursor:
            cursor.execute("GRANT rds_iam TO CURRENT_USER")
    except psycopg2.Error as error:
        print(error)
    time.sleep(3)
sys.exit(1)
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
