//! The KMS key of everything that keeps data and names no key of its own: which one it is, and who may use it.
//!
//! Storage of databases, file systems and image layers is used through grants that the service makes for itself. Whoever
//! reads an object or a secret needs the key too, and uses it through the service that keeps them
//! (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>).

use serde::Serialize;

use super::deployment::Deployment;
use super::iam::{Statement, arn, iam_arn};
use super::secret::GET_SECRET_VALUE;
use super::text::{Output, Part, Text, output};
use crate::spec::Spec;
use crate::spec::choice::WordOr;

/// The encryption room: a key that is created.
#[derive(Clone, Debug, Serialize)]
pub struct Encryption {
    /// What the key is for.
    pub description: String,
    /// Name that people find it by.
    pub alias: String,
    /// The account, whose IAM policies decide about the key.
    pub account: Text,
    /// CloudWatch Logs, which has a principal in each region
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).
    pub logs_service: String,
    /// The log groups that it may use the key for.
    pub log_groups: Text,
    /// CloudWatch, where its alarms go to a topic that the key encrypts
    /// (<https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>).
    pub alarms_service: Option<String>,
    /// Days in which the deletion of the key can be taken back.
    pub deletion_days: u32,
}

/// The key of what has no key of its own; none is AWS's own keys.
pub(super) fn default_key(spec: &Spec) -> Option<Text> {
    Some(match spec.kms.as_ref()? {
        WordOr::Word(_) => output("encryption", "kms_key_arn"),
        WordOr::Other(existing) => existing.key.as_str().into(),
    })
}

/// A key is created.
pub(super) fn is_created(spec: &Spec) -> bool {
    matches!(spec.kms, Some(WordOr::Word(_)))
}

impl Encryption {
    /// Resolves the room; none where no key is created.
    pub(super) fn resolve(spec: &Spec, deployment: &Deployment) -> Option<Self> {
        let topic = spec.alarms.as_ref().is_some_and(|it| it.sns_topic.is_none());
        is_created(spec).then(|| Self {
            description: format!("Encrypts what the Dagster deployment {} keeps", deployment.name),
            alias: format!("alias/dagforge/{}", deployment.name),
            account: iam_arn("root"),
            logs_service: deployment.regional("logs"),
            log_groups: log_groups(deployment),
            alarms_service: topic.then(|| ALARMS.to_owned()),
            deletion_days: 30,
        })
    }
}

/// Principal of CloudWatch's alarms.
pub(super) const ALARMS: &str = "cloudwatch.amazonaws.com";

/// The log groups of a deployment.
pub(super) fn log_groups(deployment: &Deployment) -> Text {
    arn("logs", format!("log-group:/dagforge/{}/*", deployment.name))
}

/// Statement ids of what a role may do with keys.
const OBJECTS: &str = "UseKeyOfObjects";
const SECRETS: &str = "UseKeyOfSecrets";

/// Adds to a role's statements what it may do with the keys of the objects and secrets that it reaches.
pub(super) fn with_keys(deployment: &Deployment, mut statements: Vec<Statement>) -> Vec<Statement> {
    statements.retain(|it| it.sid != OBJECTS && it.sid != SECRETS);
    let objects = objects(deployment, &statements);
    let secrets = secrets(deployment, &statements);
    statements.extend(objects);
    statements.extend(secrets);
    statements
}

/// An upload in parts is decrypted too, to check what has arrived
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions>).
fn objects(deployment: &Deployment, statements: &[Statement]) -> Option<Statement> {
    let key = deployment.kms_key.as_ref()?;
    let reached = |action: &str| statements.iter().any(|it| allows(it, action) && names(it, is_bucket));
    let writes = reached("s3:PutObject");
    let decrypt = (writes || reached("s3:GetObject")).then_some("kms:Decrypt");
    let actions: Vec<_> = decrypt.into_iter().chain(writes.then_some("kms:GenerateDataKey")).collect();
    (!actions.is_empty()).then(|| through(deployment, "s3", OBJECTS, &actions, vec![key.clone()]))
}

fn secrets(deployment: &Deployment, statements: &[Statement]) -> Option<Statement> {
    let read =
        |whose: fn(&Output) -> bool| statements.iter().any(|it| allows(it, GET_SECRET_VALUE) && names(it, whose));
    let database = deployment.database_kms_key.as_ref().filter(|_| read(|it| it.layer == "data"));
    let created = deployment.kms_key.as_ref().filter(|_| read(|it| it.layer == "registry"));
    let mut keys: Vec<Text> = database.into_iter().chain(created).cloned().collect();
    keys.dedup();
    (!keys.is_empty()).then(|| through(deployment, "secretsmanager", SECRETS, &["kms:Decrypt"], keys))
}

fn through(deployment: &Deployment, service: &str, sid: &str, actions: &[&str], keys: Vec<Text>) -> Statement {
    Statement::allow(sid, actions.iter().copied(), keys).when(
        "StringEquals",
        "kms:ViaService",
        deployment.regional(service),
    )
}

/// A bucket that is created, and so encrypted with the key.
fn is_bucket(output: &Output) -> bool {
    output.layer == "data" && output.name.ends_with("_bucket")
}

/// An action may have another name in each target, which begins alike.
fn allows(statement: &Statement, action: &str) -> bool {
    statement.actions.iter().any(|it| it.to_string().contains(action))
}

fn names(statement: &Statement, wanted: impl Fn(&Output) -> bool) -> bool {
    let mut parts = statement.resources.iter().flat_map(Text::parts);
    parts.any(|it| matches!(it, Part::Output(output) if wanted(output)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::iam::s3_arn;
    use crate::spec::load;

    fn deployment(more: &str) -> Deployment {
        let text = format!(
            "dagforge: 1\nname: acme\nregion: cn-north-1\ncode_locations: {{a: {{module: a}}}}\nkms: create\n{more}"
        );
        let loaded = load(&crate::source::Source::new("dagforge.yaml", text), None).unwrap();
        Deployment::resolve(&loaded.spec, None)
    }

    fn added(deployment: &Deployment, statements: Vec<Statement>) -> Vec<String> {
        let count = statements.len();
        let all = with_keys(deployment, with_keys(deployment, statements));
        let line = |it: &Statement| {
            let (actions, key) =
                (it.actions.iter().map(Text::to_string).collect::<Vec<_>>().join(" "), &it.resources[0]);
            format!("{actions} on {key} through {}", it.condition.as_ref().unwrap().value.all()[0])
        };
        all[count..].iter().map(line).collect()
    }

    #[test]
    fn a_role_may_use_the_keys_of_what_it_reaches_and_no_other() {
        let bucket =
            |name: &str, action: &str| Statement::allow("Any", [action], [s3_arn(&output("data", name), "/*")]);
        let create = deployment("");
        let expected = ["kms:Decrypt on <encryption.kms_key_arn> through s3.cn-north-1.amazonaws.com.cn"];
        assert_eq!(added(&create, vec![bucket("config_bucket", "s3:GetObject")]), expected);
        assert!(added(&create, vec![bucket("config_bucket", "s3:ListBucket")]).is_empty());
        let theirs = Statement::allow("Any", ["s3:PutObject"], [s3_arn(&"theirs".into(), "/*")]);
        assert!(added(&create, vec![theirs]).is_empty());

        let own = deployment("database: {create: {kms: arn:aws-cn:kms:cn-north-1:123456789012:key/1}}");
        let password = Statement::allow("Any", [GET_SECRET_VALUE], [output("data", "database_secret_arn")]);
        let key = "arn:aws-cn:kms:cn-north-1:123456789012:key/1";
        let expected = [format!("kms:Decrypt on {key} through secretsmanager.cn-north-1.amazonaws.com.cn")];
        assert_eq!(added(&own, vec![password]), expected);
    }
}
