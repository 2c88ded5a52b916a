//! The bucket of the load balancer's access logs, and who delivers them.

use serde::Serialize;

use super::data::Bucket;
use super::deployment::Deployment;
use super::iam::s3_arn;
use super::text::{Input, Text, text};
use crate::spec::Spec;
use crate::spec::choice::WordOr;

/// Whom a bucket lets write access logs: a service, or in some partitions an account of Elastic Load Balancing's.
#[derive(Clone, Debug, Serialize)]
pub struct LogDelivery {
    /// Service principal.
    pub service: Option<String>,
    /// ARN of the account, where the service has no principal.
    pub account: Option<Text>,
    /// Objects that may be written.
    pub objects: Text,
}

/// Accounts of Elastic Load Balancing outside of the partition `aws`. Everywhere else the service has a principal
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>,
/// <https://docs.amazonaws.cn/en_us/elasticloadbalancing/latest/application/enable-access-logging.html>).
const ACCOUNTS: [(&str, &str); 4] = [
    ("cn-north-1", "638102146993"),
    ("cn-northwest-1", "037604701340"),
    ("us-gov-east-1", "190560391635"),
    ("us-gov-west-1", "048591011584"),
];

/// The bucket, created or existing; none where requests are not logged.
pub fn bucket(spec: &Spec, deployment: &Deployment) -> Option<Bucket> {
    match spec.web.as_ref()?.access_logs.as_ref()? {
        WordOr::Word(false) => None,
        WordOr::Word(true) => Some(created(deployment)),
        WordOr::Other(existing) => Some(Bucket { created: None, name: existing.bucket.as_str().into() }),
    }
}

/// Requests are kept as long as what they caused.
fn created(deployment: &Deployment) -> Bucket {
    let mut bucket = Bucket::resolve(deployment, "access-logs", None, Some(deployment.log_retention_days));
    if let Some(created) = &mut bucket.created {
        created.log_delivery = Some(LogDelivery::resolve(deployment, &created.name));
    }
    bucket
}

impl LogDelivery {
    fn resolve(deployment: &Deployment, bucket: &Text) -> Self {
        let account = ACCOUNTS.iter().find(|it| it.0 == deployment.region);
        let account = account.map(|(_, id)| text!["arn:", Input::Partition, format!(":iam::{id}:root")]);
        let service = account.is_none().then(|| "logdelivery.elasticloadbalancing.amazonaws.com".to_owned());
        Self { service, account, objects: text![s3_arn(bucket, "/AWSLogs/"), Input::Account, "/*"] }
    }
}
