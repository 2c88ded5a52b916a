//! `adopt:` as written: what exists already and becomes the deployment's own.

use schemars::JsonSchema;
use serde::Deserialize;

use super::keyed::Keyed;
use super::scalar::{BucketName, RepositoryName};

/// Things that exist, and that the deployment takes over in place of making them: from then on they are changed and
/// deleted with it, and have the names that stand here. What is only used is named where it is used, by `existing`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adopt {
    /// Buckets; default none.
    pub buckets: Option<AdoptedBuckets>,
    /// Names of ECR repositories of the account, by whose images they have: `core`, or the key of a code location or task;
    /// default none.
    pub repositories: Option<Keyed<RepositoryName>>,
    /// Log groups that have the deployment's names, as a former deployment leaves them behind, by what stands behind
    /// `/dagforge/<deployment>/`, such as `daemon` or `run/sales`; default none.
    pub log_groups: Option<Vec<String>>,
}

/// Names of buckets, by what they are for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptedBuckets {
    /// Has dagster.yaml and workspace.yaml; default none.
    pub config: Option<BucketName>,
    /// Has the compute logs of runs; default none.
    pub compute_logs: Option<BucketName>,
    /// Has the packages of tasks; default none.
    pub code: Option<BucketName>,
    /// Has the data of the pipelines; default none.
    pub data: Option<BucketName>,
    /// Has the load balancer's access logs; default none.
    pub access_logs: Option<BucketName>,
}

impl AdoptedBuckets {
    /// Those that are given, by their keys.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &BucketName)> {
        let all = [
            ("config", &self.config),
            ("compute_logs", &self.compute_logs),
            ("code", &self.code),
            ("data", &self.data),
            ("access_logs", &self.access_logs),
        ];
        all.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?)))
    }
}
