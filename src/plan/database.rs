//! Dagster's Postgres: where it is, how Dagster signs in, and what belongs to one that is created.

pub mod created;
pub mod grant;

use serde::Serialize;

use super::deployment::Deployment;
use super::iam::arn;
use super::secret::{self, Reference};
use super::text::{Text, output, text};
use crate::spec::data::{Database as SpecDatabase, DatabaseAuth, ExistingDatabase};
use created::{CreatedDatabase, PASSWORD_KEY};

/// Dagster's Postgres, created or existing.
#[derive(Clone, Debug, Serialize)]
pub struct Database {
    /// What is created; none with an existing database.
    pub created: Option<CreatedDatabase>,
    /// Host name.
    pub host: Text,
    /// Port.
    pub port: u16,
    /// Database name.
    pub name: String,
    /// User name.
    pub user: String,
    /// Dagster signs in with tokens that IAM signs, and with no password.
    pub iam: bool,
    /// The password that Dagster signs in with.
    pub password: Option<Password>,
    /// The password of a created database that Dagster signs in to without: it is needed once, to allow the tokens.
    pub first_password: Option<Password>,
    /// ARN that the right to sign in with a token names.
    pub sign_in: Option<Text>,
    /// ARN of the secret whose rotation restarts what still has the old password.
    pub rotated_secret: Option<Text>,
    /// Security group of the database.
    pub security_group: Text,
}

/// A password as containers and their execution roles see it.
#[derive(Clone, Debug, Serialize)]
pub struct Password {
    /// `valueFrom` of the container definition.
    pub value_from: Text,
    /// ARN that the execution roles may read its secret by.
    pub resource: Text,
    /// Action that reads it.
    pub action: String,
}

/// Port of Postgres.
pub const PORT: u16 = 5432;
/// Database and user where the spec names none.
const DAGSTER: &str = "dagster";

impl Database {
    /// Resolves the database.
    pub fn resolve(spec: &SpecDatabase, deployment: &Deployment) -> Self {
        let auth = spec.auth.unwrap_or(DatabaseAuth::Secret);
        match &spec.existing {
            Some(existing) => Self::existing(existing, auth),
            None => Self::created(spec, auth, deployment),
        }
    }

    fn existing(database: &ExistingDatabase, auth: DatabaseAuth) -> Self {
        let user = database.user.clone().unwrap_or_else(|| DAGSTER.to_owned());
        let reference = database.password.as_ref().map(secret::reference);
        let rotated = reference.as_ref().map(|it| it.resource.clone());
        let iam = auth == DatabaseAuth::Iam;
        Self {
            created: None,
            host: database.host.as_str().into(),
            port: database.port.unwrap_or(PORT),
            name: database.name.clone().unwrap_or_else(|| DAGSTER.to_owned()),
            iam,
            password: reference.filter(|_| !iam).map(Password::from),
            first_password: None,
            sign_in: iam.then(|| sign_in(database.resource_id.clone().unwrap_or_default().into(), &user)),
            rotated_secret: rotated.filter(|_| auth == DatabaseAuth::RdsManaged),
            security_group: database.security_group.as_str().into(),
            user,
        }
    }

    fn created(spec: &SpecDatabase, auth: DatabaseAuth, deployment: &Deployment) -> Self {
        let secret = output("data", "database_secret_arn");
        let user = DAGSTER.to_owned();
        let password = Password {
            value_from: text![secret.clone(), format!(":{PASSWORD_KEY}::")],
            resource: secret.clone(),
            action: secret::GET_SECRET_VALUE.to_owned(),
        };
        let iam = auth == DatabaseAuth::Iam;
        Self {
            created: Some(CreatedDatabase::resolve(spec, auth, &user, deployment)),
            host: output("data", "database_host"),
            port: PORT,
            name: DAGSTER.to_owned(),
            iam,
            password: (!iam).then(|| password.clone()),
            first_password: iam.then_some(password),
            sign_in: iam.then(|| sign_in(output("data", "database_resource_id"), &user)),
            rotated_secret: (auth == DatabaseAuth::RdsManaged).then_some(secret),
            security_group: output("data", "database_security_group"),
            user,
        }
    }
}

impl From<Reference> for Password {
    fn from(reference: Reference) -> Self {
        Self { value_from: reference.value_from, resource: reference.resource, action: reference.action }
    }
}

/// `rds-db:connect` names the instance or cluster by an id that nothing else uses, and the user of PostgreSQL
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html>).
fn sign_in(resource_id: Text, user: &str) -> Text {
    arn("rds-db", text!["dbuser:", resource_id, format!("/{user}")])
}
