//! The operations room: what watches and mends a deployment, and nothing that it needs to serve.

use serde::Serialize;

use super::alarms::{self, Alarms};
use super::cluster;
use super::dashboard::{Dashboard, Shown};
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
    /// One page of metrics.
    pub dashboard: Option<Dashboard>,
    /// An alarm or the dashboard names the target group of the UI.
    pub watches_ui: bool,
    /// It also names a load balancer of the deployment's own.
    pub watches_balancer: bool,
    /// What brings Dagster's tables to a new version.
    pub migration: Option<Migration>,
    /// What restarts the services after the database's password was rotated.
    pub restart: Option<Restart>,
}

impl Operations {
    /// Resolves the room; none where there is nothing in it. `serves` says whether there are code servers.
    pub(super) fn resolve(
        spec: &Spec,
        deployment: &Deployment,
        data: &Data,
        platform: &Platform,
        ui: &Ui,
        serves: bool,
    ) -> Option<Self> {
        let alarms = Alarms::resolve(spec, deployment, platform, &data.database);
        let dashboard = spec.dashboard.unwrap_or(false).then(|| {
            Dashboard::resolve(&Shown {
                deployment,
                cluster: &platform.cluster,
                database: &data.database,
                balancer: alarms::balancer(spec),
                own_balancer: ui.load_balancer.is_some(),
                serves,
                alarms: alarms.as_ref().map_or(&[], |it| &it.alarms),
                counts_failures: alarms::counts_failures(spec),
            })
        });
        let watches_ui = dashboard.is_some() || alarms.as_ref().is_some_and(Alarms::watches_ui);
        let room = Self {
            alarms,
            dashboard,
            watches_ui,
            watches_balancer: watches_ui && ui.load_balancer.is_some(),
            migration: platform.migration.clone(),
            restart: Restart::resolve(data, deployment, &cluster::name(deployment)),
        };
        let parts = [room.alarms.is_some(), room.dashboard.is_some(), room.migration.is_some(), room.restart.is_some()];
        parts.contains(&true).then_some(room)
    }
}
