//! IAM roles and their statements, decided once for both targets.

use serde::Serialize;

use super::text::{Input, Text, text};

/// An IAM role with its trust policy and inline permissions.
#[derive(Clone, Debug, Serialize)]
pub struct Role {
    /// Name of the role in AWS, at most 64 characters.
    pub name: String,
    /// Path of the role; it starts and ends with `/`.
    pub path: String,
    /// What the role is for.
    pub description: String,
    /// Who may assume it.
    pub trust: Trust,
    /// Inline permissions; empty means that no policy is attached.
    pub statements: Vec<Statement>,
    /// ARNs of attached managed policies.
    pub managed: Vec<Text>,
    /// The managed policy that bounds the role.
    pub boundary: Option<Text>,
}

/// The trust policy of a service role: only for this account, and only on behalf of one kind of resource.
#[derive(Clone, Debug, Serialize)]
pub struct Trust {
    /// Service principal.
    pub service: String,
    /// Value of `aws:SourceAccount`.
    pub account: Text,
    /// Pattern of `aws:SourceArn`, where the service sends one.
    pub source: Option<Text>,
}

/// One statement of a permissions policy.
#[derive(Clone, Debug, Serialize)]
pub struct Statement {
    /// Statement id.
    pub sid: String,
    /// Allowed actions.
    pub actions: Vec<Text>,
    /// Resources that the actions are allowed on.
    pub resources: Vec<Text>,
    /// Condition that must hold.
    pub condition: Option<Condition>,
}

/// One condition of a statement.
#[derive(Clone, Debug, Serialize)]
pub struct Condition {
    /// Operator, such as `StringEquals`.
    pub operator: String,
    /// Condition key, such as `ecs:cluster`.
    pub key: String,
    /// Value the key must have, or one of several.
    pub value: Values,
}

/// A value, or several of which one is enough.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Values {
    /// The one.
    One(Text),
    /// Any of them.
    Any(Vec<Text>),
}

impl Values {
    /// The values.
    pub fn all(&self) -> &[Text] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Any(values) => values,
        }
    }
}

impl Statement {
    /// A statement that allows actions on resources without conditions.
    pub fn allow<A: Into<Text>, R: Into<Text>>(
        sid: &str,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        Self {
            sid: sid.to_owned(),
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().map(Into::into).collect(),
            condition: None,
        }
    }

    /// The same statement under a condition.
    #[must_use]
    pub fn when(mut self, operator: &str, key: &str, value: impl Into<Text>) -> Self {
        let value = Values::One(value.into());
        self.condition = Some(Condition { operator: operator.to_owned(), key: key.to_owned(), value });
        self
    }

    /// The same statement where a key has any of these values.
    #[must_use]
    pub fn when_any(mut self, operator: &str, key: &str, values: Vec<Text>) -> Self {
        let value = Values::Any(values);
        self.condition = Some(Condition { operator: operator.to_owned(), key: key.to_owned(), value });
        self
    }
}

impl Trust {
    /// ECS tasks of this account and region.
    /// The two conditions are what the ECS guide asks for against the confused deputy
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>).
    pub fn ecs_tasks() -> Self {
        Self {
            service: "ecs-tasks.amazonaws.com".to_owned(),
            account: Input::Account.into(),
            source: Some(arn("ecs", "*")),
        }
    }

    /// A service that assumes the role in this account without a source ARN.
    pub fn service(principal: &str) -> Self {
        Self { service: principal.to_owned(), account: Input::Account.into(), source: None }
    }
}

/// `arn:<partition>:<service>:<region>:<account>:<resource>`.
pub fn arn(service: &str, resource: impl Into<Text>) -> Text {
    text!["arn:", Input::Partition, format!(":{service}:"), Input::Region, ":", Input::Account, ":", resource,]
}

/// `arn:<partition>:<service>:<region>:<account>:<resource>` of a region and account that are known.
pub fn arn_in(service: &str, region: &str, account: &str, resource: &str) -> Text {
    text!["arn:", Input::Partition, format!(":{service}:{region}:{account}:{resource}")]
}

/// The same of a region and account that may be known only at deploy time.
pub fn arn_of(service: &str, region: &Text, account: &Text, resource: &str) -> Text {
    text!["arn:", Input::Partition, format!(":{service}:"), region, ":", account, format!(":{resource}")]
}

/// `arn:<partition>:iam::<account>:<resource>`: IAM has no region.
pub fn iam_arn(resource: impl Into<Text>) -> Text {
    text!["arn:", Input::Partition, ":iam::", Input::Account, ":", resource,]
}

/// `arn:<partition>:s3:::<bucket><suffix>`: S3 has neither region nor account.
pub fn s3_arn(bucket: &Text, suffix: &str) -> Text {
    text!["arn:", Input::Partition, ":s3:::", bucket, suffix,]
}
