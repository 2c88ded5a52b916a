//! Alarms: the metrics that tell that nobody is served, and the topic that people hear of them by.
//!
//! None of them needs Container Insights: a service whose tasks send no CPU metric has no tasks.

pub mod failures;

use serde::Serialize;

use super::cluster;
use super::database::Database;
use super::database::created::CreatedDatabase;
use super::deployment::Deployment;
use super::key::Key;
use super::platform::Platform;
use super::task::{LogGroup, Service};
use super::text::{Text, output};
use crate::spec::Spec;
use crate::spec::operations::{AlarmKind, Alarms as SpecAlarms};
use failures::FailedRuns;

/// The topic, and the alarms of what serves the whole deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Alarms {
    /// ARN of the topic.
    pub topic: Text,
    /// The topic that is created; none where one exists.
    pub created_topic: Option<Topic>,
    /// Those of daemon, UI and database.
    pub alarms: Vec<Alarm>,
}

/// An SNS topic.
#[derive(Clone, Debug, Serialize)]
pub struct Topic {
    /// Name.
    pub name: String,
    /// Addresses that subscribe.
    pub emails: Vec<String>,
    /// ARN of the KMS key of its messages; none leaves them as they are.
    pub kms_key: Option<Text>,
}

/// What tells a metric's series apart.
#[derive(Clone, Debug, Serialize)]
pub struct Dimension {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Text,
}

/// Failed runs of a code location: how they are counted, and the alarm.
#[derive(Clone, Debug, Serialize)]
pub struct Failures {
    /// The metric filter.
    pub filter: FailedRuns,
    /// The alarm.
    pub alarm: Alarm,
}

/// The alarms of one code location.
#[derive(Clone, Debug, Serialize)]
pub struct LocationAlarms {
    /// Its server is gone.
    pub server: Option<Alarm>,
    /// A run has failed.
    pub failures: Option<Failures>,
}

/// One alarm.
#[derive(Clone, Debug, Serialize)]
pub struct Alarm {
    /// Identifier, in snake case.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it means, and where to look.
    pub description: String,
    /// Namespace of the metric.
    pub namespace: String,
    /// The metric.
    pub metric: String,
    /// How the metric's values of a period become one.
    pub statistic: String,
    /// Seconds of a period.
    pub period: u32,
    /// Periods in a row.
    pub periods: u32,
    /// `GreaterThanOrEqualToThreshold` or `LessThanThreshold`.
    pub comparison: String,
    /// The threshold.
    pub threshold: u64,
    /// Which of the metric's series it watches; empty where there is one.
    pub dimensions: Vec<Dimension>,
    /// What a period without a value counts as.
    pub missing: String,
    /// Where it is sent.
    pub topic: Text,
}

/// Bytes that are few whatever the size of the storage: RDS enlarges it below a tenth, and this is less than a tenth of the
/// smallest.
const LITTLE_STORAGE: u64 = 1_073_741_824;

/// The dimension that names a target group.
pub(super) const TARGET_GROUP: &str = "TargetGroup";

/// Which alarms are wanted.
struct Wanted<'a> {
    deployment: &'a Deployment,
    spec: &'a SpecAlarms,
}

impl Alarms {
    /// Resolves the topic, and the alarms of daemon, UI and database.
    pub(super) fn resolve(
        spec: &Spec,
        deployment: &Deployment,
        platform: &Platform,
        database: &Database,
    ) -> Option<Self> {
        let wanted = Wanted { deployment, spec: spec.alarms.as_ref()? };
        let down = "No daemon runs: nothing is scheduled";
        let own = wanted.service(AlarmKind::DaemonDown, "daemon_down", down, &platform.daemon.service);
        let runs = platform.failures.iter().map(|it| wanted.failed_runs(&it.id, it));
        let balancer = balancer(spec);
        let own = own.into_iter().chain(runs).chain(wanted.web(&balancer));
        Some(Self {
            topic: topic(wanted.spec),
            created_topic: wanted.spec.sns_topic.is_none().then(|| Topic {
                name: format!("{}-alarms", deployment.name),
                emails: wanted.spec.emails.clone().unwrap_or_default(),
                kms_key: deployment.kms_key.clone(),
            }),
            alarms: own.chain(database.created.iter().flat_map(|it| wanted.database(it))).collect(),
        })
    }
}

impl Alarms {
    /// One of them is about the UI.
    pub(super) fn watches_ui(&self) -> bool {
        self.alarms.iter().flat_map(|it| &it.dimensions).any(|it| it.name == TARGET_GROUP)
    }
}

impl LocationAlarms {
    /// Resolves the alarms of one code location, which may be served elsewhere.
    pub(super) fn resolve(
        spec: &Spec,
        deployment: &Deployment,
        key: &Key,
        server: Option<&Service>,
        runs: &LogGroup,
    ) -> Option<Self> {
        let wanted = Wanted { deployment, spec: spec.alarms.as_ref()? };
        let known_as = deployment.known_as(key);
        let down = format!("The code location {key} has no server");
        let failures = FailedRuns::of_location(deployment, key, runs);
        Some(Self {
            server: server
                .and_then(|it| wanted.service(AlarmKind::CodeLocationDown, &format!("{known_as}_down"), &down, it)),
            failures: counts_failures(spec).then(|| Failures {
                alarm: wanted.failed_runs(&format!("{known_as}_failed_runs"), &failures),
                filter: failures,
            }),
        })
    }
}

/// Whether an alarm is wanted: without a list all are.
fn wants(spec: &SpecAlarms, kind: AlarmKind) -> bool {
    spec.on.as_ref().is_none_or(|it| it.contains(&kind))
}

impl Wanted<'_> {
    fn wants(&self, kind: AlarmKind) -> bool {
        wants(self.spec, kind)
    }

    fn alarm(&self, id: &str, description: &str, metric: (&str, &str, &str), threshold: u64) -> Alarm {
        let (namespace, metric, statistic) = metric;
        Alarm {
            id: id.replace('-', "_"),
            name: format!("{}-{}", self.deployment.name, id.replace('_', "-")),
            description: description.to_owned(),
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            statistic: statistic.to_owned(),
            period: 60,
            periods: 5,
            comparison: "GreaterThanOrEqualToThreshold".to_owned(),
            threshold,
            dimensions: Vec::new(),
            missing: "notBreaching".to_owned(),
            topic: topic(self.spec),
        }
    }

    /// ECS sends a value for each task and minute, and none where there is no task.
    fn service(&self, kind: AlarmKind, id: &str, description: &str, service: &Service) -> Option<Alarm> {
        self.wants(kind).then(|| Alarm {
            comparison: "LessThanThreshold".to_owned(),
            missing: "breaching".to_owned(),
            dimensions: vec![
                dimension("ClusterName", cluster::name(self.deployment)),
                dimension("ServiceName", &service.name),
            ],
            ..self.alarm(id, description, ("AWS/ECS", "CPUUtilization", "SampleCount"), 1)
        })
    }

    fn web(&self, balancer: &Text) -> impl Iterator<Item = Alarm> {
        let alarm = |id: &str, description: &str, metric: &str, statistic: &str, threshold| Alarm {
            dimensions: vec![
                dimension("LoadBalancer", balancer),
                dimension(TARGET_GROUP, output("ui", "ui_target_group_name")),
            ],
            ..self.alarm(id, description, ("AWS/ApplicationELB", metric, statistic), threshold)
        };
        let errors = alarm("web_5xx", "The UI answers with errors", "HTTPCode_Target_5XX_Count", "Sum", 10);
        let unhealthy =
            alarm("web_unhealthy", "A webserver fails its health check", "UnHealthyHostCount", "Maximum", 1);
        let errors = self.wants(AlarmKind::Web5xx).then_some(Alarm { period: 300, periods: 1, ..errors });
        errors.into_iter().chain(self.wants(AlarmKind::WebUnhealthy).then_some(unhealthy))
    }

    /// Aurora's storage grows by itself.
    fn database(&self, database: &CreatedDatabase) -> impl Iterator<Item = Alarm> {
        let cluster = database.cluster.is_some();
        let name = if cluster { "DBClusterIdentifier" } else { "DBInstanceIdentifier" };
        let alarm = |id: &str, description: &str, metric: &str, statistic: &str, threshold| Alarm {
            dimensions: vec![dimension(name, output("data", "database_identifier"))],
            ..self.alarm(id, description, ("AWS/RDS", metric, statistic), threshold)
        };
        let cpu = alarm("db_cpu", "The database is busy", "CPUUtilization", "Average", 80);
        let storage =
            alarm("db_storage", "The database runs out of storage", "FreeStorageSpace", "Minimum", LITTLE_STORAGE);
        let storage = Alarm { comparison: "LessThanThreshold".to_owned(), ..storage };
        let cpu = self.wants(AlarmKind::DbCpu).then_some(Alarm { periods: 15, ..cpu });
        cpu.into_iter().chain((self.wants(AlarmKind::DbStorage) && !cluster).then_some(storage))
    }

    fn failed_runs(&self, id: &str, filter: &FailedRuns) -> Alarm {
        let metric = (filter.namespace.as_str(), filter.metric.as_str(), "Sum");
        Alarm { period: 300, periods: 1, ..self.alarm(id, &filter.description, metric, 1) }
    }
}

fn dimension(name: &str, value: impl Into<Text>) -> Dimension {
    Dimension { name: name.to_owned(), value: value.into() }
}

fn topic(spec: &SpecAlarms) -> Text {
    spec.sns_topic.as_ref().map_or_else(|| output("operations", "alarm_topic"), |it| it.as_str().into())
}

/// The load balancer before the UI, as metrics name it.
/// `…:listener/app/NAME/ID/LISTENER` is a listener of `app/NAME/ID`.
pub(super) fn balancer(spec: &Spec) -> Text {
    let Some(listener) = spec.web.as_ref().and_then(|it| it.listener.as_ref()) else {
        return output("ui", "ui_load_balancer_name");
    };
    let path = listener.arn.as_str().split(":listener/").nth(1).unwrap_or_default();
    path.rsplit_once('/').map_or(path, |it| it.0).into()
}

/// Failed runs are counted.
pub(super) fn counts_failures(spec: &Spec) -> bool {
    spec.alarms.as_ref().is_some_and(|it| wants(it, AlarmKind::RunFailures))
}
