//! The graphs of the dashboard, and the metrics that are their lines.

use super::{Graph, Shown};
use crate::plan::alarms::TARGET_GROUP;
use crate::plan::alarms::failures::{FAILED_RUNS, NAMESPACE};
use crate::plan::json::Json;
use crate::plan::text::{Text, output};

/// Lines of a graph that people can tell apart.
const LINES: u32 = 20;
/// A line found by a search has the name of its service.
const SERVICE: &str = "${PROP('Dim.ServiceName')}";
const ECS: &str = "AWS/ECS";
/// Level of Container Insights without any metric.
const DISABLED: &str = "disabled";
const INSIGHTS: &str = "ECS/ContainerInsights";

/// A metric: namespace, name, statistic, and what its line is called.
type Metric<'a> = (&'a str, &'a str, &'a str, &'a str);

fn line((namespace, name, statistic, label): Metric<'_>, dimensions: &[(&str, &Text)]) -> Json {
    let dimensions = dimensions.iter().flat_map(|(name, value)| [(*name).into(), (*value).into()]);
    let settings = Json::Map(vec![("stat", statistic.into()), ("label", label.into())]);
    Json::List([namespace.into(), name.into()].into_iter().chain(dimensions).chain([settings]).collect())
}

fn found(expression: String, label: &str) -> Json {
    Json::List(vec![Json::Map(vec![("expression", expression.into()), ("label", label.into())])])
}

/// The first of what a search finds.
fn first(search: &str, by: &str, order: &str) -> String {
    format!("SORT({search}, {by}, {order}, {LINES})")
}

impl Shown<'_> {
    /// All of them, from what people see to what it stands on.
    pub(super) fn graphs(&self) -> Vec<Graph> {
        let mut graphs = self.ui();
        graphs.push(self.tasks("Webserver and daemon: tasks, fewest first", "core"));
        if self.serves {
            graphs.push(self.tasks("Code locations: servers, fewest first", "server"));
        }
        graphs.extend(self.counts_failures.then(|| self.failed_runs()));
        graphs.push(self.busiest("CPU of the busiest services, percent", "CPUUtilization"));
        graphs.push(self.busiest("Memory of the fullest services, percent", "MemoryUtilization"));
        graphs.extend(self.database());
        graphs
    }

    fn ui(&self) -> Vec<Graph> {
        let group = output("ui", "ui_target_group_name");
        let target = [("LoadBalancer", &self.balancer), (TARGET_GROUP, &group)];
        let ui = |name, statistic, label| line(("AWS/ApplicationELB", name, statistic, label), &target);
        let mut answers =
            vec![ui("RequestCount", "Sum", "requests"), ui("HTTPCode_Target_5XX_Count", "Sum", "5xx of the webserver")];
        if self.own_balancer {
            let metric = ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", "5xx of the load balancer");
            answers.push(line(metric, &target[..1]));
        }
        let times = vec![ui("TargetResponseTime", "p50", "half"), ui("TargetResponseTime", "p99", "99 of 100")];
        let hosts =
            vec![ui("HealthyHostCount", "Minimum", "healthy"), ui("UnHealthyHostCount", "Maximum", "unhealthy")];
        vec![
            Graph { title: "UI: requests and errors", lines: answers },
            Graph { title: "UI: seconds to an answer", lines: times },
            Graph { title: "UI: webservers", lines: hosts },
        ]
    }

    /// The services of a kind, or of all kinds, in a search: a cluster may have others too.
    fn services(&self, kinds: &[&str]) -> String {
        let kinds: Vec<_> = kinds.iter().map(|it| format!("ServiceName={}_{it}", self.deployment.name)).collect();
        format!("ClusterName=\"{}\" ({})", self.cluster.name, kinds.join(" OR "))
    }

    /// Tasks are counted by Container Insights, and where that is off or somebody else's choice by their values of a minute:
    /// each task sends one.
    fn tasks(&self, title: &'static str, kind: &str) -> Graph {
        let services = self.services(&[kind]);
        let counted = self.cluster.created.as_ref().is_some_and(|it| it.container_insights != DISABLED);
        let search = if counted {
            format!(
                "SEARCH('{{{INSIGHTS},ClusterName,ServiceName}} MetricName=\"RunningTaskCount\" {services}', 'Minimum')"
            )
        } else {
            let sent = format!("{{{ECS},ClusterName,ServiceName}} MetricName=\"CPUUtilization\" {services}");
            format!("FILL(SEARCH('{sent}', 'SampleCount', 60), 0)")
        };
        Graph { title, lines: vec![found(first(&search, "MIN", "ASC"), SERVICE)] }
    }

    fn busiest(&self, title: &'static str, metric: &str) -> Graph {
        let services = self.services(&["core", "server"]);
        let search =
            format!("SEARCH('{{{ECS},ClusterName,ServiceName}} MetricName=\"{metric}\" {services}', 'Average')");
        Graph { title, lines: vec![found(first(&search, "MAX", "DESC"), SERVICE)] }
    }

    fn failed_runs(&self) -> Graph {
        let name = &self.deployment.name;
        let search = format!("SEARCH('{{{NAMESPACE}}} MetricName={name} {FAILED_RUNS}', 'Sum', 300)");
        Graph { title: "Failed runs", lines: vec![found(first(&search, "SUM", "DESC"), "")] }
    }

    /// What a created database tells of itself; nobody knows the identifier of one that exists.
    fn database(&self) -> Vec<Graph> {
        let Some(created) = &self.database.created else { return Vec::new() };
        let identifier = output("data", "database_identifier");
        let cluster = created.cluster.is_some();
        let dimension = if cluster { "DBClusterIdentifier" } else { "DBInstanceIdentifier" };
        let rds = |name, statistic, label| line(("AWS/RDS", name, statistic, label), &[(dimension, &identifier)]);
        let cpu = rds("CPUUtilization", "Average", "CPU");
        let (busy, room) = if cluster {
            let capacity = rds("ACUUtilization", "Average", "capacity");
            (vec![cpu, capacity], rds("VolumeBytesUsed", "Maximum", "used"))
        } else {
            (vec![cpu], rds("FreeStorageSpace", "Minimum", "free"))
        };
        vec![
            Graph { title: "Database: use, percent", lines: busy },
            Graph { title: "Database: connections", lines: vec![rds("DatabaseConnections", "Maximum", "connections")] },
            Graph { title: "Database: storage, bytes", lines: vec![room] },
        ]
    }
}
