//! What the runbook says of a KMS key that is somebody else's.

use serde::Serialize;

use crate::plan::deployment::Deployment;
use crate::plan::encryption::ALARMS;
use crate::spec::Spec;
use crate::spec::choice::WordOr;

/// What the policy of a key that exists must allow.
#[derive(Clone, Debug, Serialize)]
pub struct ExistingKey {
    /// ARN of the key.
    pub arn: String,
    /// Principal of CloudWatch Logs.
    pub logs_service: String,
    /// Pattern of the log groups' ARNs, in a shell that knows `$ACCOUNT`.
    pub log_groups: String,
    /// Principal of CloudWatch's alarms, where a topic is created for them.
    pub alarms_service: Option<String>,
}

impl ExistingKey {
    /// Resolves it; none where there is no such key.
    pub(super) fn resolve(spec: &Spec, deployment: &Deployment) -> Option<Self> {
        let Some(WordOr::Other(existing)) = &spec.kms else { return None };
        let (partition, region) = (&deployment.partition, &deployment.region);
        let topic = spec.alarms.as_ref().is_some_and(|it| it.sns_topic.is_none());
        Some(Self {
            arn: existing.key.to_string(),
            logs_service: deployment.regional("logs"),
            log_groups: format!("arn:{partition}:logs:{region}:$ACCOUNT:log-group:/dagforge/{}/*", deployment.name),
            alarms_service: topic.then(|| ALARMS.to_owned()),
        })
    }
}
