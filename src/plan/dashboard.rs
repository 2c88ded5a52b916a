//! The dashboard: one page of CloudWatch with what somebody on call looks at first.
//!
//! Services, code locations and failed runs are found by searches, so the page does not grow with the code locations. A graph
//! shows the twenty worst of at most 500 that a search finds, and all graphs together stay far below 2,500 metrics
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>).
//!
//! A search takes names apart at what is no letter or digit, and finds words that follow each other
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html>). What is found has its
//! whole name beside it: where another deployment's begins or ends with this one's, its failed runs are in the graph too.

mod graphs;

use serde::Serialize;

use super::alarms::Alarm;
use super::cluster::Cluster;
use super::database::Database;
use super::deployment::Deployment;
use super::iam::arn;
use super::json::Json;
use super::text::{Text, text};

/// A dashboard of CloudWatch.
#[derive(Clone, Debug, Serialize)]
pub struct Dashboard {
    /// Name.
    pub name: String,
    /// Its body, a widget to a part; with commas between them the parts are one JSON text.
    pub body: Vec<Text>,
}

/// Columns of a page, and the size of a graph
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>).
const COLUMNS: u32 = 24;
const WIDTH: u32 = 8;
const HEIGHT: u32 = 6;
/// Rows of the alarms, which stand above the graphs.
const BANNER: u32 = 3;

/// What the page shows.
pub(super) struct Shown<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) cluster: &'a Cluster,
    pub(super) database: &'a Database,
    /// `LoadBalancer` of the UI's metrics.
    pub(super) balancer: Text,
    /// The load balancer has no targets but the UI's.
    pub(super) own_balancer: bool,
    /// There are code servers.
    pub(super) serves: bool,
    /// Alarms of what serves the whole deployment.
    pub(super) alarms: &'a [Alarm],
    /// Failed runs are counted.
    pub(super) counts_failures: bool,
}

/// A graph: its title and its lines.
struct Graph {
    title: &'static str,
    lines: Vec<Json>,
}

impl Dashboard {
    /// Resolves the dashboard.
    pub(super) fn resolve(shown: &Shown<'_>) -> Self {
        let banner = (!shown.alarms.is_empty()).then(|| shown.banner());
        let top = if banner.is_some() { BANNER } else { 0 };
        let graphs = (0..).zip(shown.graphs()).map(|(index, graph)| shown.graph(graph, index, top));
        let widgets: Vec<Text> = banner.into_iter().chain(graphs).map(|it| it.to_text()).collect();
        // Dashboards belong to an account, not to a region of it.
        Self { name: format!("{}-{}", shown.deployment.name, shown.deployment.region), body: body(widgets) }
    }
}

/// The parts of the body: the first begins the JSON text, the last ends it.
fn body(mut widgets: Vec<Text>) -> Vec<Text> {
    if let Some(first) = widgets.first_mut() {
        *first = text![r#"{"widgets":["#, first.clone()];
    }
    if let Some(last) = widgets.last_mut() {
        last.push("]}");
    }
    widgets
}

fn widget(kind: &str, (x, y): (u32, u32), (width, height): (u32, u32), properties: Vec<(&'static str, Json)>) -> Json {
    Json::Map(vec![
        ("type", kind.into()),
        ("x", Json::Number(x)),
        ("y", Json::Number(y)),
        ("width", Json::Number(width)),
        ("height", Json::Number(height)),
        ("properties", Json::Map(properties)),
    ])
}

impl Shown<'_> {
    /// How the alarms stand.
    fn banner(&self) -> Json {
        let alarms = self.alarms.iter().map(|it| arn("cloudwatch", format!("alarm:{}", it.name)).into()).collect();
        let properties = vec![("title", "Alarms".into()), ("alarms", Json::List(alarms))];
        widget("alarm", (0, 0), (COLUMNS, BANNER), properties)
    }

    fn graph(&self, graph: Graph, index: u32, top: u32) -> Json {
        let in_a_row = COLUMNS / WIDTH;
        let place = (index % in_a_row * WIDTH, top + index / in_a_row * HEIGHT);
        let from_zero = Json::Map(vec![("left", Json::Map(vec![("min", Json::Number(0))]))]);
        let properties = vec![
            ("title", graph.title.into()),
            ("region", (&self.deployment.region).into()),
            ("period", Json::Number(60)),
            ("yAxis", from_zero),
            ("metrics", Json::List(graph.lines)),
        ];
        widget("metric", place, (WIDTH, HEIGHT), properties)
    }
}
