//! The bucket of the load balancer's access logs, and who delivers them.

use serde::Serialize;

use super::bucket::CreatedBucket;
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

/// The bucket; none where requests are not logged, or in a bucket that exists. Requests are kept as long as what they
/// caused.
pub fn bucket(spec: &Spec, deployment: &Deployment) -> Option<CreatedBucket> {
    let asked = matches!(spec.web.as_ref()?.access_logs, Some(WordOr::Word(true)));
    let days = Some(deployment.log_retention_days);
    let created = asked.then(|| CreatedBucket::new(deployment, "access-logs", "web.access_logs.bucket", days))?;
    // A load balancer delivers to no other encryption
    // (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>).
    Some(CreatedBucket {
        log_delivery: Some(LogDelivery::resolve(deployment, &created.name)),
        encryption: "AES256".to_owned(),
        kms_key: None,
        ..created
    })
}

impl LogDelivery {
    fn resolve(deployment: &Deployment, bucket: &Text) -> Self {
        let account = ACCOUNTS.iter().find(|it| it.0 == deployment.region);
        let account = account.map(|(_, id)| text!["arn:", Input::Partition, format!(":iam::{id}:root")]);
        let service = account.is_none().then(|| "logdelivery.elasticloadbalancing.amazonaws.com".to_owned());
        Self { service, account, objects: text![s3_arn(bucket, "/AWSLogs/"), Input::Account, "/*"] }
    }
}
