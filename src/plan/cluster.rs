//! The ECS cluster: one of the deployment's own, or one that exists and that others may use too.

use serde::Serialize;

use super::access::cluster_arn;
use super::deployment::Deployment;
use super::exec::{self, SessionLog};
use super::text::{Text, output};
use crate::spec::Spec;
use crate::spec::cluster::Insights;

/// The ECS cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// Name.
    pub name: String,
    /// What is created; none where it exists.
    pub created: Option<CreatedCluster>,
}

/// A cluster of the deployment's own.
#[derive(Clone, Debug, Serialize)]
pub struct CreatedCluster {
    /// Level of Container Insights.
    pub container_insights: String,
    /// Capacity providers that services and runs may use.
    pub capacity_providers: Vec<String>,
    /// The one that a service or run without a strategy gets.
    pub default_capacity_provider: String,
    /// Where sessions of ECS Exec are logged.
    pub exec: SessionLog,
}

impl Cluster {
    /// Resolves the cluster.
    pub(super) fn resolve(spec: &Spec, deployment: &Deployment) -> Self {
        let insights = spec.cluster.as_ref().and_then(|it| it.insights);
        let insights = match insights.unwrap_or(Insights::Enhanced) {
            Insights::Disabled => "disabled",
            Insights::Enabled => "enabled",
            Insights::Enhanced => "enhanced",
        };
        let created = || CreatedCluster {
            container_insights: insights.to_owned(),
            capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
            default_capacity_provider: "FARGATE".to_owned(),
            exec: exec::session_log(spec, deployment),
        };
        Self { name: name(deployment), created: deployment.existing_cluster.is_none().then(created) }
    }
}

/// Name of the cluster.
pub fn name(deployment: &Deployment) -> String {
    deployment.existing_cluster.as_ref().unwrap_or(&deployment.name).clone()
}

/// The cluster, as services refer to it.
pub fn reference(deployment: &Deployment) -> Text {
    match &deployment.existing_cluster {
        Some(existing) => cluster_arn(existing),
        None => output("platform", "cluster"),
    }
}
