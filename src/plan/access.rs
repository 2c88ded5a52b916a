//! What each role may do: the statements, from the calls that Dagster's ECS launcher and ECS itself make.

use super::cluster;
use super::config::Config;
use super::database::Database;
use super::deployment::Deployment;
use super::iam::{Statement, arn, iam_arn, s3_arn};
use super::image::Image;
use super::instance::COMPUTE_LOGS_PREFIX;
use super::task::LogGroup;
use super::text::{Input, Text};

/// The tag of a task by which IAM tells the deployment's own from others.
const OWN_TAG: &str = "aws:ResourceTag/dagforge:deployment";

/// Runs are launched from the families of this deployment, in its cluster alone.
pub fn launch(deployment: &Deployment) -> Vec<Statement> {
    let cluster = &cluster::name(deployment);
    let families = arn("ecs", format!("task-definition/{}_run_*:*", deployment.name));
    let roles = iam_arn(format!("role{}*", deployment.role_path("run")));
    vec![
        Statement::allow("LaunchRuns", ["ecs:RunTask"], [families]).when(
            "ArnEquals",
            "ecs:cluster",
            cluster_arn(cluster),
        ),
        Statement::allow("TagRuns", ["ecs:TagResource"], [tasks_arn(cluster)]).when(
            "StringEquals",
            "ecs:CreateAction",
            "RunTask",
        ),
        Statement::allow("PassRunRoles", ["iam:PassRole"], [roles]).when(
            "StringEquals",
            "iam:PassedToService",
            "ecs-tasks.amazonaws.com",
        ),
    ]
}

/// A run starts tasks of its own definition for its steps, and no other.
pub fn launch_steps(deployment: &Deployment, family: &str, roles: impl IntoIterator<Item = Text>) -> Vec<Statement> {
    let cluster = &cluster::name(deployment);
    let definition = arn("ecs", format!("task-definition/{family}:*"));
    let launch = Statement::allow("LaunchSteps", ["ecs:RunTask"], [definition]);
    let launch = launch.when("ArnEquals", "ecs:cluster", cluster_arn(cluster));
    let tag = Statement::allow("TagSteps", ["ecs:TagResource"], [tasks_arn(cluster)]);
    let tag = tag.when("StringEquals", "ecs:CreateAction", "RunTask");
    let pass = Statement::allow("PassStepRoles", ["iam:PassRole"], roles);
    let pass = pass.when("StringEquals", "iam:PassedToService", "ecs-tasks.amazonaws.com");
    [launch, tag].into_iter().chain(watch(deployment, "Steps")).chain([pass]).collect()
}

/// Where a run inherits its network the launcher asks for that of the daemon's own task, an action that knows no resource
/// (dagster_aws/ecs/tasks.py, `get_task_kwargs_from_current_task`).
pub fn inherit_network() -> Statement {
    Statement::allow("FindOwnNetwork", ["ec2:DescribeNetworkInterfaces"], ["*"]).when(
        "StringEquals",
        "ec2:Region",
        Input::Region,
    )
}

/// Tasks are looked at. A cluster that exists has tasks of others too; the deployment's own carry its tag.
///
/// A task that is gone has no tags, and Dagster has to be told that it is: refused, it would never mark the run as failed
/// (dagster_aws/ecs/launcher.py, `check_run_worker_health`). So only what carries another deployment's tag is hidden.
pub fn look(deployment: &Deployment, what: &str) -> Statement {
    on_tasks(deployment, &format!("Watch{what}"), &["ecs:DescribeTasks"], "StringEqualsIfExists")
}

/// Tasks are looked at and stopped: the daemon monitors runs, the webserver terminates them, runs do both with their steps
/// and with what they have started.
pub fn watch(deployment: &Deployment, what: &str) -> Vec<Statement> {
    if deployment.existing_cluster.is_none() {
        let both = ["ecs:DescribeTasks", "ecs:StopTask"];
        return vec![on_tasks(deployment, &format!("Watch{what}"), &both, "StringEquals")];
    }
    vec![look(deployment, what), on_tasks(deployment, &format!("Stop{what}"), &["ecs:StopTask"], "StringEquals")]
}

/// Actions on tasks of the cluster, in one that exists on those whose tag compares.
fn on_tasks(deployment: &Deployment, sid: &str, actions: &[&str], compare: &str) -> Statement {
    let cluster = cluster::name(deployment);
    let statement = Statement::allow(sid, actions.iter().copied(), [tasks_arn(&cluster)]);
    match deployment.existing_cluster {
        Some(_) => statement.when(compare, OWN_TAG, &deployment.name),
        None => statement.when("ArnEquals", "ecs:cluster", cluster_arn(&cluster)),
    }
}

/// The last log lines of a failed run. `ecs:DescribeTaskDefinition` knows no resource
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>).
pub fn explain_failures(deployment: &Deployment) -> Vec<Statement> {
    let streams = arn("logs", format!("log-group:/dagforge/{}/run/*:log-stream:run/run/*", deployment.name));
    vec![
        Statement::allow("ReadFailureLogs", ["logs:GetLogEvents"], [streams]),
        Statement::allow("ReadRunDefinitions", ["ecs:DescribeTaskDefinition"], ["*"]),
    ]
}

/// The init container shares its task's role.
/// Terraform deployments name a version of the object, which is an action of its own. None where nothing is fetched.
pub fn read_config(config: &Config) -> Option<Statement> {
    let action = Text::by_target("s3:GetObject", "s3:GetObjectVersion");
    let objects = s3_arn(config.bucket.as_ref()?, &format!("/{}/*", config.prefix));
    Some(Statement::allow("ReadConfig", [action], [objects]))
}

/// Dagster signs in to its database with a token; none where it has a password.
pub fn sign_in(database: &Database) -> Option<Statement> {
    let user = database.sign_in.as_ref()?;
    Some(Statement::allow("SignInToDatabase", ["rds-db:connect"], [user]))
}

/// The webserver shows compute logs.
pub fn read_compute_logs(bucket: &Text) -> Vec<Statement> {
    vec![
        Statement::allow("ReadComputeLogs", ["s3:GetObject"], [s3_arn(bucket, &format!("/{COMPUTE_LOGS_PREFIX}/*"))]),
        list_compute_logs(bucket),
    ]
}

/// Runs write the logs of their steps, code servers those of sensors and schedules, the daemon those of backfills
/// (dagster/_core/definitions/instigation_logger.py); each looks for what is there first.
pub fn write_compute_logs(bucket: &Text) -> Vec<Statement> {
    let objects = s3_arn(bucket, &format!("/{COMPUTE_LOGS_PREFIX}/*"));
    vec![Statement::allow("WriteComputeLogs", ["s3:GetObject", "s3:PutObject"], [objects]), list_compute_logs(bucket)]
}

fn list_compute_logs(bucket: &Text) -> Statement {
    Statement::allow("ListComputeLogs", ["s3:ListBucket"], [s3_arn(bucket, "")]).when(
        "StringLike",
        "s3:prefix",
        format!("{COMPUTE_LOGS_PREFIX}/*"),
    )
}

/// ECS Exec: the four actions of the session know no resource, nor does finding the log that the task writes of it
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).
///
/// With a key of one's own the container decrypts the session.
pub fn execute_command(log_group: Option<&str>, key: Option<Text>) -> Vec<Statement> {
    let actions = [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ];
    let write = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    let mut statements = vec![Statement::allow("ExecuteCommand", actions, ["*"])];
    if let Some(log_group) = log_group {
        statements.push(Statement::allow("FindSessionLog", ["logs:DescribeLogGroups"], ["*"]));
        let streams = arn("logs", format!("log-group:{log_group}:*"));
        statements.push(Statement::allow("WriteSessionLog", write, [streams]));
    }
    statements.extend(key.map(|it| Statement::allow("DecryptSession", ["kms:Decrypt"], [it])));
    statements
}

/// What ECS itself does before a container starts: pull the image, write the logs, read the secrets.
pub fn execution(image: &Image, log_groups: &[&LogGroup], secrets: Vec<(String, Text)>) -> Vec<Statement> {
    let secrets: Vec<_> = secrets.into_iter().chain(image.grants()).collect();
    execution_of(&image.pull.iter().collect::<Vec<_>>(), log_groups, &secrets)
}

/// The same for images from any ECR repositories, by their ARNs; registries that know nothing of IAM have none.
pub fn execution_of(repositories: &[&Text], log_groups: &[&LogGroup], secrets: &[(String, Text)]) -> Vec<Statement> {
    let pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    let streams = log_groups.iter().map(|it| arn("logs", format!("log-group:{}:log-stream:*", it.name)));
    let mut statements = Vec::new();
    if !repositories.is_empty() {
        let mut once: Vec<&Text> = Vec::new();
        for repository in repositories {
            if !once.contains(repository) {
                once.push(repository);
            }
        }
        statements.push(Statement::allow("SignInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]));
        statements.push(Statement::allow("PullImages", pull, once));
    }
    statements.push(Statement::allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], streams));
    for (sid, action) in
        [("ReadSecrets", super::secret::GET_SECRET_VALUE), ("ReadParameters", super::secret::GET_PARAMETERS)]
    {
        let mut resources: Vec<_> = secrets.iter().filter(|it| it.0 == action).map(|it| it.1.clone()).collect();
        resources.sort();
        resources.dedup();
        if !resources.is_empty() {
            statements.push(Statement::allow(sid, [action], resources));
        }
    }
    statements
}

/// ARN of the deployment's cluster.
pub fn cluster_arn(cluster: &str) -> Text {
    arn("ecs", format!("cluster/{cluster}"))
}

/// ARNs of all tasks of the deployment's cluster.
pub fn tasks_arn(cluster: &str) -> Text {
    arn("ecs", format!("task/{cluster}/*"))
}
