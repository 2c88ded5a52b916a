//! How long something will be once it is deployed: what is known only then is taken at its longest.

use serde::Serialize;

use crate::plan::deployment::Deployment;
use crate::plan::iam::Statement;
use crate::plan::text::{Input, Part, Text};

/// Most characters of a value that another layer publishes: an ARN.
const PUBLISHED: usize = 128;

/// Characters of a text in this deployment.
pub(super) fn text(text: &Text, deployment: &Deployment) -> usize {
    text.parts().iter().map(|it| part(it, deployment)).sum()
}

fn part(part: &Part, deployment: &Deployment) -> usize {
    match part {
        Part::Literal(literal) => literal.chars().count(),
        Part::Input(Input::Account) => 12,
        Part::Input(Input::Region) => deployment.region.len(),
        Part::Input(Input::Partition) => deployment.partition.len(),
        Part::Input(Input::UrlSuffix) => "amazonaws.com.cn".len(),
        Part::Input(Input::GitRev(_)) => 40,
        Part::Input(Input::Zone(_)) => deployment.region.len() + 1,
        // Nothing of a compose file is deployed.
        Part::Input(Input::Environment(_)) => 0,
        Part::Output(_) => PUBLISHED,
        Part::ByTarget { cfn, tf } => text(cfn, deployment).max(text(tf, deployment)),
    }
}

/// Bytes of something as JSON: what AWS stores is JSON of much the same shape.
pub(super) fn json(value: &impl Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |it| it.len())
}

/// Characters of a policy, without white space, which IAM does not count.
pub(super) fn policy(statements: &[Statement], deployment: &Deployment) -> usize {
    let statements: usize = statements.iter().map(|it| statement(it, deployment)).sum();
    r#"{"Version":"2012-10-17","Statement":[]}"#.len() + statements
}

fn statement(statement: &Statement, deployment: &Deployment) -> usize {
    let list = |texts: &[Text]| texts.iter().map(|it| text(it, deployment) + r#""","#.len()).sum::<usize>();
    let condition = statement
        .condition
        .as_ref()
        .map_or(0, |it| r#","Condition":{"":{"":""}}"#.len() + it.operator.len() + it.key.len() + list(it.value.all()));
    let frame = r#"{"Sid":"","Effect":"Allow","Action":[],"Resource":[]},"#.len();
    frame + statement.sid.len() + list(&statement.actions) + list(&statement.resources) + condition
}
