//! Words of the runbook about tasks, and about the secrets that are created empty.

use serde::Serialize;

use super::bucket_in_shell;
use super::place::Place;
use crate::plan::Rooms;
use crate::plan::deployment::Deployment;
use crate::plan::key::Key;
use crate::plan::security;
use crate::plan::tasks::{Task, trigger};
use crate::spec::scalar::REVISION;

/// What the runbook says about tasks.
#[derive(Clone, Debug, Serialize)]
pub struct Tasks {
    /// The tasks themselves.
    pub all: Vec<TaskWords>,
    /// A task to show commands with.
    pub example: String,
    /// The variable that a code location finds a request in, of one task.
    pub variable: String,
    /// Commands that upload the packages; empty where no task has one.
    pub uploads: Vec<String>,
    /// Where a task is started by hand.
    pub place: Place,
}

/// One task, in words.
#[derive(Clone, Debug, Serialize)]
pub struct TaskWords {
    /// Key of the task.
    pub key: String,
    /// Its image.
    pub image: String,
    /// Its package.
    pub package: String,
    /// What starts it.
    pub started_by: String,
}

/// A secret that somebody has to fill, and the command that does it.
#[derive(Clone, Debug, Serialize)]
pub struct EmptySecret {
    /// Name of the secret.
    pub name: String,
    /// What has to be filled in.
    pub value: String,
    /// The command that fills it from a file.
    pub command: String,
}

/// The image of a task that has a repository of its own.
#[derive(Clone, Debug, Serialize)]
pub struct TaskImage {
    /// Key of the task.
    pub task: String,
    /// Its repository.
    pub repository: String,
    /// What must be in it.
    pub needs: String,
}

/// Images of tasks that have a repository of their own.
pub fn images(rooms: &Rooms) -> Vec<TaskImage> {
    let own = rooms.tasks.iter().filter_map(|task| task.repository.as_ref().map(|it| (task, it)));
    let words = own.map(|(task, repository)| TaskImage {
        task: task.key.to_string(),
        repository: repository.name.clone(),
        needs: if task.package.is_some() { "what its command needs; tar and gzip" } else { "what its command needs" }
            .to_owned(),
    });
    words.collect()
}

impl Tasks {
    /// Resolves the words; none where there are no tasks.
    pub fn resolve(deployment: &Deployment, rooms: &Rooms) -> Option<Self> {
        let first = rooms.tasks.first()?;
        let started = rooms.tasks.iter().find(|it| !it.trigger_from.is_empty()).unwrap_or(first);
        Some(Self {
            all: rooms.tasks.iter().map(words).collect(),
            example: first.key.to_string(),
            variable: trigger::variable_name(&started.key),
            uploads: uploads(deployment, rooms),
            place: Place::resolve(rooms, security::TASK),
        })
    }
}

fn words(task: &Task) -> TaskWords {
    let schedule = task.schedule.as_ref().map(|it| format!("`{}` {}", it.expression, it.timezone));
    let triggers = task.trigger_from.iter().map(|it| format!("runs of {it}"));
    let started_by: Vec<String> = schedule.into_iter().chain(triggers).collect();
    TaskWords {
        key: task.key.to_string(),
        image: task.image_source.clone(),
        package: task
            .package
            .as_ref()
            .map_or_else(|| "none".to_owned(), |it| format!("`{}`", it.readable.replace('*', REVISION))),
        started_by: if started_by.is_empty() { "hand".to_owned() } else { started_by.join(", ") },
    }
}

/// The bucket's name in a shell that knows `$ACCOUNT`, and the revision as the shell's own variable.
fn uploads(deployment: &Deployment, rooms: &Rooms) -> Vec<String> {
    let Some(bucket) = &rooms.data.code_bucket else { return Vec::new() };
    let bucket = bucket_in_shell(deployment, rooms, bucket);
    let packages = rooms.tasks.iter().filter_map(|task| task.package.as_ref().map(|it| (&task.key, it)));
    let command = |(task, key): (&Key, String)| format!("aws s3 cp {task}.tar.gz \"s3://{bucket}/{key}\"");
    packages.map(|(task, package)| command((task, package.readable.replace('*', "$GITREV")))).collect()
}

/// Every secret that is created empty, by code location and task.
pub fn empty_secrets(rooms: &Rooms) -> Vec<EmptySecret> {
    let locations = rooms.locations.iter().flat_map(|it| &it.created_secrets);
    let all = locations.chain(rooms.tasks.iter().flat_map(|it| &it.created_secrets));
    let words = all.map(|it| EmptySecret {
        name: it.name.clone(),
        value: it.value.clone(),
        command: format!(
            "aws secretsmanager put-secret-value --secret-id {} --secret-string file://{}",
            it.name,
            it.name.replace('/', "-")
        ),
    });
    words.collect()
}
