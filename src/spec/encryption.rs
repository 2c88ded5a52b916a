//! `kms:` as written: the key of everything that keeps data and names no key of its own.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Arn;

/// A KMS key that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingKey {
    /// ARN of the key, in the deployment's region; its policy must let CloudWatch Logs use it, and CloudWatch where a topic
    /// for alarms is created.
    pub key: Arn,
}
