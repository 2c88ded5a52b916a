//! The role that releases: jobs of GitHub Actions take it on, and it may do what a release does and no more.
//!
//! A release pushes images, uploads config, and deploys stacks that differ from what is there in their revision or config alone:
//! new task definitions, and services, schedules and tags that follow them. Whatever else a template changes, such as a role, a
//! network or a bucket, CloudFormation fails to change with these rights, and goes back to what was there: an administrator
//! deploys it.

use indexmap::IndexSet;
use serde::Serialize;

use super::Rooms;
use crate::plan::cluster;
use crate::plan::config::Config;
use crate::plan::deployment::Deployment;
use crate::plan::elsewhere;
use crate::plan::encryption::with_keys;
use crate::plan::iam::{Statement, arn, iam_arn, s3_arn};
use crate::plan::layers::Layer;
use crate::plan::text::{Input, Text};
use crate::spec::Spec;
use crate::spec::choice::WordOr;
use crate::spec::operations::GithubTrust;
use crate::spec::scalar::RefName;

/// Where the tokens come from
/// (<https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws>).
const ISSUER: &str = "token.actions.githubusercontent.com";
/// Whom they are for, on the same page.
const AUDIENCE: &str = "sts.amazonaws.com";

/// A role that jobs of GitHub Actions take on.
#[derive(Clone, Debug, Serialize)]
pub struct DeployRole {
    /// Name of the role in AWS, at most 64 characters.
    pub name: String,
    /// Path of the role; it starts and ends with `/`.
    pub path: String,
    /// What the role is for.
    pub description: String,
    /// Its ARN, where the account is known.
    pub arn: Option<String>,
    /// ARN of the identity provider that exists; none where it is created.
    pub provider: Option<Text>,
    /// Address of the identity provider.
    pub issuer: String,
    /// Whom its tokens are for.
    pub audience: String,
    /// Condition key of the audience.
    pub audience_key: String,
    /// Condition key of the subject.
    pub subject_key: String,
    /// Subjects that may take the role on, each in full.
    pub subjects: Vec<String>,
    /// What it may do.
    pub statements: Vec<Statement>,
    /// The managed policy that bounds the role.
    pub boundary: Option<Text>,
}

impl DeployRole {
    /// Resolves the role, but for the stacks.
    pub(super) fn resolve(spec: &Spec, deployment: &Deployment, rooms: Rooms<'_>, config: &Config) -> Option<Self> {
        let trust = &spec.iam.as_ref()?.deploy_role.as_ref()?.github;
        let (path, name) = (deployment.role_path("access"), deployment.role_name("deploy"));
        let known = |account: &String| format!("arn:{}:iam::{account}:role{path}{name}", deployment.partition);
        let provider = match &trust.provider {
            Some(WordOr::Other(existing)) => Some(existing.arn.as_str().into()),
            _ => None,
        };
        Some(Self {
            arn: deployment.account.as_ref().map(known),
            description: format!("Releases {} from GitHub Actions", deployment.name),
            provider,
            issuer: format!("https://{ISSUER}"),
            audience: AUDIENCE.to_owned(),
            audience_key: format!("{ISSUER}:aud"),
            subject_key: format!("{ISSUER}:sub"),
            subjects: subjects(spec, trust, deployment),
            statements: with_keys(
                deployment,
                Rights { deployment, rooms, config, pushes: elsewhere::written(spec).is_none() }.all(),
            ),
            boundary: deployment.boundary.clone(),
            path,
            name,
        })
    }

    /// It deploys every stack that a release deploys. Those of code locations and tasks go by the beginning of their names: one
    /// more does not change the role, and any number fits into its policy.
    pub(super) fn may_deploy(&mut self, layers: &[Layer], deployment: &Deployment) {
        let name = |it: &Layer| match it.owner {
            Some(_) => format!("{}-{}-*", deployment.name, it.name),
            None => it.stack.clone(),
        };
        let stacks: IndexSet<String> = layers.iter().filter(|it| it.is_released()).map(name).collect();
        let stacks = stacks.iter().map(|it| arn("cloudformation", format!("stack/{it}/*")));
        let deploy = [
            "cloudformation:CreateChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:ExecuteChangeSet",
        ];
        // `ops.sh` asks whether something is still to be taken over, and drops the change set that says no.
        let adopts = layers.iter().any(|it| it.adopts && it.is_released());
        let deploy = deploy.into_iter().chain(adopts.then_some("cloudformation:DeleteChangeSet"));
        self.statements.push(Statement::allow("DeployStacks", deploy, stacks));
    }
}

/// Names of the environments that a job may have, as the spec has them or as the workflow has its own.
pub fn environments(spec: &Spec, trust: &GithubTrust, deployment: &str) -> Vec<String> {
    let own = || vec![workflow_environment(spec, deployment)];
    trust.environments.as_ref().map_or_else(own, |it| it.iter().map(ToString::to_string).collect())
}

/// The environment of the workflow's deploying jobs.
pub fn workflow_environment(spec: &Spec, deployment: &str) -> String {
    let written = spec.github.as_ref().and_then(|it| it.environment.as_ref());
    written.map_or(deployment, RefName::as_str).to_owned()
}

/// A job with an environment has that in its subject, and another one its branch
/// (<https://docs.github.com/en/actions/reference/openid-connect-reference>).
fn subjects(spec: &Spec, trust: &GithubTrust, deployment: &Deployment) -> Vec<String> {
    let repo = &trust.repo;
    let environments = environments(spec, trust, &deployment.name).into_iter();
    let environments = environments.map(|it| format!("repo:{repo}:environment:{it}"));
    let branches = trust.branches.iter().flatten().map(|it| format!("repo:{repo}:ref:refs/heads/{it}"));
    environments.chain(branches).collect()
}

/// What a release does, beside deploying stacks.
struct Rights<'a> {
    deployment: &'a Deployment,
    rooms: Rooms<'a>,
    config: &'a Config,
    /// The images are the deployment's own to push.
    pushes: bool,
}

impl Rights<'_> {
    fn all(&self) -> Vec<Statement> {
        let images = self.images();
        images.into_iter().chain(self.config()).chain(self.definitions()).chain(self.followers()).collect()
    }

    /// Pushing, as in <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html>; the repositories of a
    /// deployment, and no others, begin with its name and a slash.
    fn images(&self) -> Vec<Statement> {
        if !self.pushes {
            return Vec::new();
        }
        let push = [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        ];
        let own = arn("ecr", format!("repository/{}/*", self.deployment.name));
        // What is taken over keeps the name that it has.
        let adopted = self.deployment.adopt.repositories.iter().flat_map(|it| it.values());
        let adopted = adopted.map(|it| arn("ecr", format!("repository/{}", it.as_str())));
        let repositories: Vec<_> = [own].into_iter().chain(adopted).collect();
        vec![
            Statement::allow("SignInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
            Statement::allow("PushImages", push, repositories),
        ]
    }

    /// The config's objects, and what CloudFormation reads with the rights of whoever deploys before it changes anything: the
    /// values of other stacks, and whether those that are ids of EC2's name something.
    fn config(&self) -> Vec<Statement> {
        let published = arn("ssm", format!("parameter/dagforge/{}/*", self.deployment.name));
        let check = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];
        let objects = self.config.bucket.iter().map(|it| s3_arn(it, &format!("/{}/*", self.config.prefix)));
        let upload = objects.map(|it| Statement::allow("UploadConfig", ["s3:PutObject"], [it]));
        let read = [
            Statement::allow("ReadParameters", ["ssm:GetParameters"], [published]),
            Statement::allow("CheckParameters", check, ["*"]).when("StringEquals", "ec2:Region", Input::Region),
        ];
        upload.chain(read).collect()
    }

    /// Task definitions know no resource before they are registered, but the tags that they get: every one of the deployment's has
    /// its name. Deregistering knows neither
    /// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>).
    fn definitions(&self) -> Vec<Statement> {
        let name = &self.deployment.name;
        let definitions = arn("ecs", format!("task-definition/{name}_*:*"));
        let roles: Vec<Text> =
            self.kinds().map(|it| iam_arn(format!("role{}*", self.deployment.role_path(it)))).collect();
        let read = ["ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"];
        vec![
            Statement::allow("RegisterDefinitions", ["ecs:RegisterTaskDefinition"], ["*"]).when(
                "StringEquals",
                "aws:RequestTag/dagforge:deployment",
                name,
            ),
            Statement::allow("TagDefinitions", ["ecs:TagResource"], [definitions]).when(
                "StringEquals",
                "ecs:CreateAction",
                "RegisterTaskDefinition",
            ),
            Statement::allow("ReplaceDefinitions", read, ["*"]),
            Statement::allow("ReadRoles", ["iam:GetRole"], roles.clone()),
            Statement::allow("PassRoles", ["iam:PassRole"], roles).when(
                "StringEquals",
                "iam:PassedToService",
                "ecs-tasks.amazonaws.com",
            ),
        ]
    }

    /// Paths of the roles in task definitions.
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        ["run", "service"].into_iter().chain((!self.rooms.tasks.is_empty()).then_some("task"))
    }

    /// Services and schedules are given the new definitions.
    fn followers(&self) -> Vec<Statement> {
        let (name, cluster) = (&self.deployment.name, cluster::name(self.deployment));
        let service = |kind: &str| arn("ecs", format!("{kind}/{cluster}/{name}_*"));
        let update = [
            "ecs:DescribeServiceDeployments",
            "ecs:DescribeServices",
            "ecs:ListServiceDeployments",
            "ecs:ListTagsForResource",
            "ecs:UpdateService",
        ];
        let mut statements = vec![
            Statement::allow("UpdateServices", update, [service("service")]),
            Statement::allow("WatchDeployments", ["ecs:DescribeServiceDeployments"], [service("service-deployment")]),
        ];
        let schedules: Vec<_> = self.rooms.tasks.iter().filter_map(|it| it.schedule.as_ref()).collect();
        if !schedules.is_empty() {
            let named = schedules.iter().map(|it| arn("scheduler", format!("schedule/{}/{}", it.group, it.name)));
            let roles = schedules.iter().map(|it| iam_arn(format!("role{}{}", it.role.path, it.role.name)));
            let update = ["scheduler:GetSchedule", "scheduler:UpdateSchedule"];
            statements.push(Statement::allow("UpdateSchedules", update, named));
            statements.push(Statement::allow("PassScheduleRoles", ["iam:PassRole"], roles).when(
                "StringEquals",
                "iam:PassedToService",
                "scheduler.amazonaws.com",
            ));
        }
        statements
    }
}
