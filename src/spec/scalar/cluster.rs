//! Names of what containers run in, log to and are found in, where it exists already.

use super::{Arn, Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// Name or ARN of an ECS cluster that exists.
    ClusterName
}

text_scalar! {
    /// Name of a log group of CloudWatch that exists.
    LogGroupName
}

text_scalar! {
    /// Id of a namespace of Cloud Map that exists.
    NamespaceId
}

/// What is before the name in the resource of a cluster's ARN.
const CLUSTER: &str = "cluster/";

impl ClusterName {
    /// The name alone.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The ARN, where one is given.
    pub fn arn(&self) -> Option<Arn> {
        Arn::parse(&self.0).ok()
    }
}

impl Scalar for ClusterName {
    const FORMAT: &'static str = "cluster-name";
    const WHAT: &'static str = "a cluster's name or ARN";
    const PATTERN: &'static str = "^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/)?[A-Za-z0-9_-]{1,255}$";

    /// The limits of a name are those of `CreateCluster`
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>).
    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it has 1 to 255 letters, digits, `_` and `-`, or it is an ARN that ends in `:cluster/NAME`";
        let name = if text.starts_with("arn:") {
            let arn = Arn::parse(text)?;
            let name = arn.resource().strip_prefix(CLUSTER).filter(|_| arn.service() == "ecs");
            name.ok_or_else(|| malformed::<Self>(text, FORM))?.to_owned()
        } else {
            text.to_owned()
        };
        let good = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
        if (1..=255).contains(&name.len()) && name.chars().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, FORM))
    }
}

impl Scalar for LogGroupName {
    const FORMAT: &'static str = "log-group-name";
    const WHAT: &'static str = "a log group's name";
    const PATTERN: &'static str = "^[.\\-_/#A-Za-z0-9]{1,512}$";

    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: char| it.is_ascii_alphanumeric() || ".-_/#".contains(it);
        if (1..=512).contains(&text.len()) && text.chars().all(good) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it has 1 to 512 letters, digits, `.`, `-`, `_`, `/` and `#`");
        Err(match text.split_once(":log-group:") {
            Some((_, name)) => flaw.help(format!("write the name alone: `{}`", name.trim_end_matches(":*"))),
            None => flaw,
        })
    }
}

impl Scalar for NamespaceId {
    const FORMAT: &'static str = "namespace-id";
    const WHAT: &'static str = "a namespace's id";
    const PATTERN: &'static str = "^ns-[a-z0-9]{1,61}$";

    /// <https://docs.aws.amazon.com/cloud-map/latest/api/API_GetNamespace.html>
    fn parse(text: &str) -> Result<Self, Flaw> {
        let rest = text.strip_prefix("ns-").unwrap_or_default();
        if (1..=61).contains(&rest.len()) && rest.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it is `ns-` and small letters and digits: copy it from Cloud Map");
        Err(match text.split_once(":namespace/") {
            Some((_, id)) => flaw.help(format!("write the id alone: `{id}`")),
            None => flaw,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_by_name_or_arn() {
        let arn = "arn:aws:ecs:eu-central-1:123456789012:cluster/tools";
        assert_eq!(ClusterName::parse(arn).unwrap().name(), "tools");
        assert_eq!(ClusterName::parse("tools").unwrap().name(), "tools");
        assert!(ClusterName::parse("tools").unwrap().arn().is_none());
        let bad = [
            "",
            "a/b",
            "arn:aws:ecs:eu-central-1:123456789012:service/tools",
            "arn:aws:eks:eu-west-1:123456789012:cluster/a",
        ];
        assert!(bad.iter().all(|it| ClusterName::parse(it).is_err()));
    }

    #[test]
    fn namespaces_by_id() {
        assert!(NamespaceId::parse("ns-e4anhexample0004").is_ok());
        let arn = "arn:aws:servicediscovery:us-west-2:123456789012:namespace/ns-e4anhexample0004";
        assert_eq!(NamespaceId::parse(arn).unwrap_err().help[1], "write the id alone: `ns-e4anhexample0004`");
    }

    #[test]
    fn log_groups_by_name() {
        assert!(LogGroupName::parse("/ecs/exec#1").is_ok());
        let flaw = LogGroupName::parse("arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/exec:*").unwrap_err();
        assert_eq!(flaw.help[1], "write the name alone: `/ecs/exec`");
    }
}
