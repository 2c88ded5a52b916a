//! Rules about how Dagster signs in to its database.

use crate::check::Subject;
use crate::diagnostic::Diagnostics;
use crate::spec::data::{DatabaseAuth, ExistingDatabase};
use crate::spec::path::SpecPath;
use crate::spec::scalar::SecretRef;

/// dagster-postgres signs in with tokens since this version of Dagster: 1.13.2 has no `dagster_postgres/auth.py`.
const TOKENS_SINCE: (u32, u32, u32) = (1, 13, 3);

/// What each way of signing in needs to know.
pub(super) fn auth(subject: &Subject, found: &mut Diagnostics) {
    let Some(database) = &subject.spec.database else { return };
    let auth = database.auth.unwrap_or(DatabaseAuth::Secret);
    if auth == DatabaseAuth::Iam {
        version(subject, found);
    }
    if let Some(existing) = &database.existing {
        match auth {
            DatabaseAuth::Secret => password(existing, found),
            DatabaseAuth::Iam => tokens(existing, found),
            DatabaseAuth::RdsManaged => rotated(existing, found),
        }
    }
}

fn version(subject: &Subject, found: &mut Diagnostics) {
    let version = subject.spec.dagster.as_ref().and_then(|it| it.version.as_ref());
    if let Some(version) = version.filter(|it| it.numbers() < TOKENS_SINCE) {
        let message = format!("dagster-postgres signs in with tokens since Dagster 1.13.3, and this is {version}");
        found.database_auth(&"database.auth".into(), &message, "take a newer `dagster.version`, or `auth: secret`");
    }
}

fn at() -> SpecPath {
    SpecPath::from("database.existing")
}

fn password(existing: &ExistingDatabase, found: &mut Diagnostics) {
    if existing.password.is_none() {
        let help = "name its secret: `password: acme/dagster-db:password`; only `auth: iam` does without";
        found.database_auth(&at(), "Dagster signs in with a password, and none is named", help);
    }
    unused_resource_id(existing, found);
}

/// The right to connect names the instance or cluster by its resource id.
fn tokens(existing: &ExistingDatabase, found: &mut Diagnostics) {
    let named = existing.resource_id.as_deref();
    let good = |id: &str| {
        let id = id.strip_prefix("db-").or_else(|| id.strip_prefix("cluster-"));
        id.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()))
    };
    match named {
        None => {
            let help = "`resource_id: db-…` or `cluster-…`, which `aws rds describe-db-instances` calls DbiResourceId";
            found.database_auth(&at(), "the right to sign in with a token names the database's resource id", help);
        }
        Some(id) if !good(id) => {
            let help = "it looks like `db-ABCDEFGHIJKLMNOPQRSTUVWXYZ`, and is neither the name nor the ARN";
            found.database_auth(&at().key("resource_id"), "this is no resource id of RDS", help);
        }
        Some(_) => {}
    }
    if existing.password.is_some() {
        let because = "Dagster signs in with tokens";
        found.no_effect(&at().key("password"), because, "remove it; `GRANT rds_iam` is what the user needs");
    }
}

/// An event names the secret by its whole ARN.
fn rotated(existing: &ExistingDatabase, found: &mut Diagnostics) {
    if !matches!(&existing.password, Some(SecretRef::Arn { arn, .. }) if arn.service() == "secretsmanager") {
        let help = "`password: arn:aws:secretsmanager:…:secret:rds!db-…:password`, with the six characters at its end";
        found.database_auth(&at(), "a rotation is noticed by the whole ARN of the secret", help);
    }
    unused_resource_id(existing, found);
}

fn unused_resource_id(existing: &ExistingDatabase, found: &mut Diagnostics) {
    if existing.resource_id.is_some() {
        found.no_effect(&at().key("resource_id"), "Dagster signs in with a password", "remove it, or `auth: iam`");
    }
}
