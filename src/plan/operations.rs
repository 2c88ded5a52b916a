//! The operations room: what watches and mends a deployment, and nothing that it needs to serve.

use serde::Serialize;

use super::alarms::Alarms;
use super::cluster;
use super::data::Data;
use super::deployment::Deployment;
use super::migration::Migration;
use super::platform::Platform;
use super::restart::Restart;
use super::ui::Ui;
use crate::spec::Spec;

/// What watches and mends a deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Operations {
    /// Alarms, and who hears of them.
    pub alarms: Option<Alarms>,
    /// An alarm names the target group of the UI.
    pub watches_ui: bool,
    /// It also names a load balancer of the deployment's own.
    pub watches_balancer: bool,
    /// What brings Dagster's tables to a new version.
    pub migration: Option<Migration>,
    /// What restarts the services after the database's password was rotated.
    pub restart: Option<Restart>,
}

impl Operations {
    /// Resolves the room; none where there is nothing in it.
    pub(super) fn resolve(
        spec: &Spec,
        deployment: &Deployment,
        data: &Data,
        platform: &Platform,
        ui: &Ui,
    ) -> Option<Self> {
        let alarms = Alarms::resolve(spec, deployment, &platform.daemon.service, &data.database);
        let watches_ui = alarms.as_ref().is_some_and(Alarms::watches_ui);
        let room = Self {
            alarms,
            watches_ui,
            watches_balancer: watches_ui && ui.load_balancer.is_some(),
            migration: platform.migration.clone(),
            restart: Restart::resolve(data, deployment, &cluster::name(deployment)),
        };
        (room.alarms.is_some() || room.migration.is_some() || room.restart.is_some()).then_some(room)
    }
}
