//! Buckets: which are created, and how.

use serde::Serialize;

use super::access_logs::LogDelivery;
use super::deployment::Deployment;
use super::iam::s3_arn;
use super::text::{Input, Text, output, text};
use crate::spec::choice::WordOr;
use crate::spec::data::ExistingBucket;
use crate::spec::network::CreateWord;
use crate::spec::storage::{DataBucket, LifecycleRule, StorageClass};

/// A bucket that is created: private, versioned, encrypted, reached over TLS only.
#[derive(Clone, Debug, Serialize)]
pub struct CreatedBucket {
    /// Identifier, in snake case and without the word bucket.
    pub id: String,
    /// Key of the spec that would name an existing bucket instead.
    #[serde(skip)]
    pub spec_key: &'static str,
    /// Name: it ends in account and region, because bucket names are global.
    pub name: Text,
    /// It exists and is taken over, with the name that it has.
    pub adopted: bool,
    /// ARNs of the bucket and of everything in it.
    pub arns: Vec<Text>,
    /// Encryption of the objects; `AES256` is S3's own key.
    pub encryption: String,
    /// ARN of the KMS key of `aws:kms`, of which S3 derives a key for the whole bucket.
    pub kms_key: Option<Text>,
    /// ACLs are off.
    pub ownership: String,
    /// Days after which objects expire; none keeps them.
    pub expire_days: Option<u32>,
    /// Days that a version stays after it was replaced or deleted; none keeps it, as a rollback needs it.
    pub noncurrent_days: Option<u32>,
    /// What becomes of objects as they grow old, beside that.
    pub rules: Vec<BucketRule>,
    /// Days after which parts of unfinished uploads go.
    pub abort_upload_days: u32,
    /// Who else may write, beside the roles of this account.
    pub log_delivery: Option<LogDelivery>,
}

/// What becomes of the objects with a prefix as they grow old.
#[derive(Clone, Debug, Serialize)]
pub struct BucketRule {
    /// Id of the rule.
    pub id: String,
    /// Prefix of the objects; none for all.
    pub prefix: Option<String>,
    /// Days after which they expire.
    pub expire_days: Option<u32>,
    /// When they move to cheaper storage.
    pub transition: Option<Transition>,
}

/// A move to another storage class.
#[derive(Clone, Debug, Serialize)]
pub struct Transition {
    /// Days after which objects move.
    pub days: u32,
    /// Storage class that they move to.
    pub class: String,
}

impl BucketRule {
    /// A prefix that may end within a name is not meant: `repos/sales` is a folder.
    fn resolve(number: usize, rule: &LifecycleRule) -> Self {
        Self {
            id: format!("rule-{number}"),
            prefix: rule.prefix.as_ref().map(|it| format!("{it}/")),
            expire_days: rule.expire_days,
            transition: rule
                .move_days
                .zip(rule.move_to)
                .map(|(days, class)| Transition { days, class: class_of(class) }),
        }
    }
}

fn class_of(class: StorageClass) -> String {
    let name = match class {
        StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
        StorageClass::StandardIa => "STANDARD_IA",
        StorageClass::GlacierIr => "GLACIER_IR",
        StorageClass::Glacier => "GLACIER",
        StorageClass::DeepArchive => "DEEP_ARCHIVE",
    };
    name.to_owned()
}

/// The buckets of a deployment, collected while their names are decided.
pub struct Buckets<'a> {
    deployment: &'a Deployment,
    /// Those that do not exist yet.
    pub created: Vec<CreatedBucket>,
}

impl<'a> Buckets<'a> {
    /// None yet.
    pub fn new(deployment: &'a Deployment) -> Self {
        Self { deployment, created: Vec::new() }
    }

    /// Name of the bucket of this kind: that of an existing one, or what the data layer publishes about a new one.
    pub fn name(
        &mut self,
        kind: &str,
        spec_key: &'static str,
        choice: Option<&WordOr<CreateWord, ExistingBucket>>,
        expire_days: Option<u32>,
    ) -> Text {
        if let Some(WordOr::Other(bucket)) = choice {
            return bucket.existing.as_str().into();
        }
        let created = CreatedBucket::new(self.deployment, kind, spec_key, expire_days);
        let published = created.published();
        self.created.push(created);
        output("data", &published)
    }
}

impl Buckets<'_> {
    /// Name of the data bucket.
    pub fn data(&mut self, choice: Option<&WordOr<CreateWord, DataBucket>>) -> Text {
        let written = match choice {
            Some(WordOr::Other(written)) => written.clone(),
            _ => DataBucket::default(),
        };
        if let Some(existing) = &written.existing {
            return existing.as_str().into();
        }
        let mut created = CreatedBucket::new(self.deployment, "data", "storage.data_bucket", None);
        created.noncurrent_days = written.noncurrent_days;
        let rules = written.lifecycle.iter().flatten().enumerate();
        created.rules = rules.map(|(index, it)| BucketRule::resolve(index + 1, it)).collect();
        let published = created.published();
        self.created.push(created);
        output("data", &published)
    }
}

impl CreatedBucket {
    /// A bucket of this kind.
    pub fn new(deployment: &Deployment, kind: &str, spec_key: &'static str, expire_days: Option<u32>) -> Self {
        let id = kind.replace('-', "_");
        let adopted = deployment.adopt.bucket(&id);
        let own = || text![format!("{}-{kind}-", deployment.name), Input::Account, "-", Input::Region];
        let name = adopted.map_or_else(own, Text::from);
        Self {
            id,
            adopted: adopted.is_some(),
            spec_key,
            arns: vec![s3_arn(&name, ""), s3_arn(&name, "/*")],
            name,
            encryption: if deployment.kms_key.is_some() { "aws:kms" } else { "AES256" }.to_owned(),
            kms_key: deployment.kms_key.clone(),
            ownership: "BucketOwnerEnforced".to_owned(),
            expire_days,
            noncurrent_days: expire_days,
            rules: Vec::new(),
            abort_upload_days: 7,
            log_delivery: None,
        }
    }

    /// What the data layer publishes its name as.
    pub fn published(&self) -> String {
        format!("{}_bucket", self.id)
    }
}
