//! Findings about the database that Dagster signs in to.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    DATABASE_AUTH = "database-auth": "Each way of signing in to the database needs to know something: a password is named by \
        its secret, a token by the database's resource id, and a rotation by the secret's whole ARN."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html";
    CAPACITY_UNITS = "capacity-units": "Aurora Serverless v2 grows between two numbers of capacity units, in steps of a half, \
        up to 256."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html";
    WINDOW_OVERLAP = "window-overlap": "RDS refuses a backup window that has a minute in common with the maintenance window."
        => "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html";
}

impl Diagnostics {
    /// What a way of signing in misses.
    pub fn database_auth(&mut self, at: &SpecPath, message: &str, help: &str) {
        self.error(DATABASE_AUTH, Place::value(at), message).help(help);
    }

    /// A number of capacity units that there is not.
    pub fn capacity_units(&mut self, at: &SpecPath, found: f64, least: f64) {
        self.error(CAPACITY_UNITS, Place::value(at), format!("Aurora has no {found} capacity units"))
            .help(format!("{least} to 256, in steps of 0.5"));
    }

    /// More at least than at most.
    pub fn capacity_order(&mut self, at: &SpecPath, min: f64, max: f64) {
        let message = format!("at least {min} capacity units are more than {max} at most");
        self.error(CAPACITY_UNITS, Place::value(at), message).help("lower `min_acu`, or raise `max_acu`");
    }

    /// Backups during maintenance.
    pub fn window_overlap(&mut self, at: &SpecPath, backup: &str, maintenance: &str) {
        let message = format!("backups at {backup} overlap with maintenance at {maintenance}");
        self.error(WINDOW_OVERLAP, Place::value(at), message).help("move one of the two");
    }
}
