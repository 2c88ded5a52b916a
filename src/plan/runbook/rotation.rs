//! How the password of a created database is rotated by hand.

use serde::Serialize;

use crate::plan::Rooms;
use crate::plan::database::created::CreatedDatabase;

/// How the password is rotated.
#[derive(Clone, Debug, Serialize)]
pub struct Rotation {
    /// Logical id of the database in its stack.
    pub logical_id: String,
    /// The command that changes the password, up to the identifier.
    pub command: String,
    /// Length of a new password.
    pub length: u32,
}

impl Rotation {
    /// Resolves it, where Dagster signs in with a password that the deployment made.
    pub(super) fn resolve(rooms: &Rooms) -> Option<Self> {
        let database = &rooms.data.database;
        let CreatedDatabase { secret: Some(secret), cluster, .. } = database.created.as_ref()? else { return None };
        database.password.as_ref()?;
        let (logical_id, command) = match cluster {
            Some(_) => ("DatabaseCluster", "aws rds modify-db-cluster --db-cluster-identifier"),
            None => ("Database", "aws rds modify-db-instance --db-instance-identifier"),
        };
        Some(Self { logical_id: logical_id.to_owned(), command: command.to_owned(), length: secret.length })
    }
}
