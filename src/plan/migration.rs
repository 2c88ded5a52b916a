//! Tasks around Dagster's tables: the one that brings them to a new version, and the container that lets tokens in.

use serde::Serialize;

use super::access;
use super::database::grant;
use super::iam::Role;
use super::platform::Core;
use super::shared;
use super::task::{Container, Dependency, LogGroup, Mount, TaskDefinition, sorted};
use super::text::{Text, output};
use crate::spec::data::Migrate;

/// The task definition that runs `dagster instance migrate`, with its log group and roles.
#[derive(Clone, Debug, Serialize)]
pub struct Migration {
    /// Container logs.
    pub log_group: LogGroup,
    /// What ECS does for it.
    pub execution_role: Role,
    /// What it may do.
    pub role: Role,
    /// Its task definition.
    pub task: TaskDefinition,
}

impl Core<'_> {
    /// The migration, where the spec asks for it.
    pub(super) fn migration(&self) -> Option<Migration> {
        let database = self.spec.database.as_ref()?;
        (database.migrate == Some(Migrate::Task)).then(|| {
            let data = self.around.data;
            let log_group = self.around.deployment.log_group("migrate", output("operations", "migration_log_group"));
            let container = Container {
                stop_timeout: 120,
                // It loads no code, so it has nothing of what in-process locations ask for.
                environment: sorted(self.instance_environment()),
                secrets: sorted(shared::instance_secrets(data)),
                ..self.container("migrate", &["dagster", "instance", "migrate"], &log_group)
            };
            let mut statements: Vec<_> = access::read_config(self.around.config).into_iter().collect();
            statements.extend(access::sign_in(&data.database));
            let secrets = self.instance_secrets();
            let execution = access::execution(self.around.image, &[&log_group], secrets);
            Migration {
                execution_role: self.role("migrate-execution", "Starts the migration of Dagster's tables", execution),
                role: self.role("migrate", "Migration of Dagster's tables", statements),
                task: self.task("migrate", 512, 1024, container, &log_group),
                log_group,
            }
        })
    }

    /// Secrets that a task of webserver, daemon or migration reads: action and resource.
    pub(super) fn instance_secrets(&self) -> Vec<(String, Text)> {
        let mut secrets = shared::instance_secret_grants(self.around.data);
        secrets.extend(self.around.data.database.first_password.iter().map(shared::grant));
        secrets
    }

    /// What webserver and daemon wait for where tokens have to be allowed first.
    pub(super) fn after_grant(&self) -> Option<Dependency> {
        let granted = self.around.data.database.first_password.is_some();
        granted.then(|| Dependency { container: grant::CONTAINER.to_owned(), condition: "SUCCESS".to_owned() })
    }

    /// The container that allows tokens; none where passwords are used, or somebody else's database.
    pub(super) fn grant(&self, log_group: &LogGroup) -> Option<Container> {
        let database = &self.around.data.database;
        let password = database.first_password.as_ref()?;
        let mut environment = shared::instance_environment(self.around.data, self.around.deployment);
        environment.extend(grant::environment(database));
        Some(Container {
            essential: false,
            environment: sorted(environment),
            secrets: vec![grant::secret(password)],
            depends_on: Vec::new(),
            mounts: vec![Mount::tmp()],
            ..self.container(grant::CONTAINER, &grant::command(), log_group)
        })
    }
}
