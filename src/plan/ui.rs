//! The UI room: load balancer, webserver, and the copy that changes nothing.
//!
//! It is a layer apart from the platform so that each keeps room below the limit of a template's size, and so that nothing of
//! it is touched when the daemon is deployed.

use serde::Serialize;

use super::iam::Role;
use super::platform::Core;
use super::web::LoadBalancer;
use super::webserver::Webserver;

/// What people work with.
#[derive(Clone, Debug, Serialize)]
pub struct Ui {
    /// The load balancer; none where an existing listener is used.
    pub load_balancer: Option<LoadBalancer>,
    /// What ECS does for the webservers.
    pub execution_role: Role,
    /// The webserver.
    pub webserver: Webserver,
    /// A webserver that changes nothing.
    pub read_only_copy: Option<Webserver>,
}

impl Ui {
    /// Resolves the UI room.
    pub(super) fn resolve(core: &Core<'_>) -> Self {
        let (webserver, read_only_copy) = (core.webserver(), core.read_only_copy());
        let copy_logs = read_only_copy.as_ref().map(|it| &it.log_group);
        let log_groups: Vec<_> = [&webserver.log_group].into_iter().chain(copy_logs).collect();
        Self {
            load_balancer: LoadBalancer::resolve(&core.web(), core.around.deployment, core.around.network),
            execution_role: core.execution_role("webserver-execution", "Starts the Dagster webserver", &log_groups),
            webserver,
            read_only_copy,
        }
    }
}
