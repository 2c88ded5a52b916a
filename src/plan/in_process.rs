//! Code locations that webserver and daemon load themselves: their code is in the core image, and their runs share one
//! task definition and one role.
//!
//! Dagster takes the image and the task definition of a run from the environment of the process that has loaded the
//! location (dagster/_cli/api.py, `DAGSTER_CURRENT_IMAGE` and `DAGSTER_CONTAINER_CONTEXT`), so there is one of each. The
//! rules see to it that all such locations say the same; what the first one says counts.

use serde::Serialize;

use super::access;
use super::data::Data;
use super::data_access;
use super::deployment::Deployment;
use super::iam::{Role, Statement, Trust};
use super::instance::RUN_CONTAINER;
use super::key::Key;
use super::location::{RUN_STOP_TIMEOUT, timeout};
use super::permission;
use super::platform::Core;
use super::secret::Secrets;
use super::shared;
use super::task::{Container, LogGroup, Mount, TMP, TaskDefinition, Variable, sorted, variable};
use super::tasks::trigger;
use super::text::{Text, output};
use crate::spec::Spec;
use crate::spec::compute::{CodeLocation, Runs, StepIsolation};
use crate::spec::location::Serve;

/// What the runs of such locations share.
#[derive(Clone, Debug, Serialize)]
pub struct InProcess {
    /// Log group of the runs.
    pub log_group: LogGroup,
    /// What ECS does for the runs.
    pub execution_role: Role,
    /// What runs may do.
    pub role: Role,
    /// Their task definition.
    pub run: TaskDefinition,
}

/// The code in the core image.
pub(super) struct Code<'a> {
    location: &'a CodeLocation,
    keys: Vec<Key>,
    secrets: Secrets,
}

/// Keys of the locations that are loaded in-process.
pub fn keys(spec: &Spec) -> Vec<Key> {
    let all = spec.code_locations.iter().filter(|(_, it)| it.serve == Some(Serve::InProcess));
    all.map(|(key, _)| key.into()).collect()
}

impl<'a> Code<'a> {
    /// What such locations have in common; none where there are none.
    pub(super) fn of(spec: &'a Spec, deployment: &Deployment) -> Option<Self> {
        let location = spec.code_locations.values().find(|it| it.serve == Some(Serve::InProcess))?;
        let keys = keys(spec);
        let secrets = Secrets::resolve(deployment, keys.first()?, "in-process", location.secrets.as_ref());
        Some(Self { location, keys, secrets })
    }

    /// Environment of whatever has the code.
    fn environment(&self, core: &Core<'_>) -> Vec<Variable> {
        let around = core.around;
        let own = self.location.env.iter().flatten().map(|(name, value)| variable(name.as_str(), value));
        let triggers = trigger::environment(core.spec, around.deployment, around.network, &self.keys);
        let data = data_access::environment(around.data, self.location);
        own.chain(triggers).chain(data).chain([variable("DAGSTER_CURRENT_IMAGE", core.image())]).collect()
    }

    /// Environment of webserver and daemon beyond that: where runs are found.
    pub(super) fn serving_environment(&self, core: &Core<'_>) -> Vec<Variable> {
        let context = container_context(&output("platform", "in_process_task_definition"));
        let mut all = self.environment(core);
        all.push(variable("DAGSTER_CONTAINER_CONTEXT", context));
        all
    }

    /// Secrets of whatever has the code.
    pub(super) fn secrets(&self) -> impl Iterator<Item = Variable> + '_ {
        self.secrets.variables.iter().cloned()
    }

    /// What an execution role needs for those secrets.
    pub(super) fn secret_grants(&self) -> impl Iterator<Item = (String, Text)> + '_ {
        self.secrets.grants.iter().cloned()
    }

    /// What the spec permits, wherever the code is.
    pub(super) fn statements(&self, data: &Data) -> Vec<Statement> {
        let mut statements = data_access::statements(data, self.location);
        statements.extend(permission::statements(self.location.permissions.as_ref()));
        statements
    }

    /// Managed policies of whatever has the code.
    pub(super) fn managed(&self) -> Vec<Text> {
        permission::managed(self.location.permissions.as_ref())
    }
}

/// What tells the launcher the task definition of a run, resolved anew for each run; with it the launcher registers none
/// of its own (dagster_aws/ecs/launcher.py, `_get_run_task_definition`).
pub fn container_context(definition: &Text) -> Text {
    let before = r#"{"ecs":{"task_definition_arn":""#;
    let after = format!(r#"","container_name":"{RUN_CONTAINER}"}}}}"#);
    Text::from(before).and(definition).and(after)
}

impl Core<'_> {
    /// What the runs of in-process locations share; none where there are no such locations.
    pub(super) fn in_process(&self) -> Option<InProcess> {
        let code = self.code.as_ref()?;
        let log_group = self.around.deployment.log_group("run/in_process", output("platform", "in_process_log_group"));
        let mut role = self.run_role("run", "Runs of the code locations in the core image", {
            let mut statements = access::write_compute_logs(&self.around.data.compute_logs_bucket);
            statements.extend(access::sign_in(&self.around.data.database));
            if self.runs().step_isolation == Some(StepIsolation::EcsExecutor) {
                statements.extend(self.launch_steps());
            }
            statements.extend(trigger::statements(self.spec, self.around.deployment, &code.keys));
            statements.extend(code.statements(self.around.data));
            statements
        });
        role.managed = code.managed();
        Some(InProcess {
            execution_role: self.run_role("execution", "Starts the runs of the code locations in the core image", {
                let secrets = shared::instance_secret_grants(self.around.data).into_iter().chain(code.secret_grants());
                access::execution(self.around.image, &[&log_group], secrets.collect())
            }),
            role,
            run: self.in_process_run(code, &log_group),
            log_group,
        })
    }

    fn runs(&self) -> Runs {
        self.spec.runs.clone().unwrap_or_default()
    }

    fn launch_steps(&self) -> Vec<Statement> {
        let deployment = self.around.deployment;
        let roles = ["run", "execution"].map(|it| deployment.role_arn("run", &role_name(it)));
        access::launch_steps(deployment, &family(deployment), roles)
    }

    /// The daemon passes these roles when it launches a run, so they stand under the path of such roles.
    fn run_role(&self, name: &str, description: &str, statements: Vec<Statement>) -> Role {
        let name = role_name(name);
        self.around.deployment.role("run", &name, description, Trust::ecs_tasks(), statements)
    }

    fn in_process_run(&self, code: &Code<'_>, log_group: &LogGroup) -> TaskDefinition {
        let size = code.location.run.clone().unwrap_or_default();
        let mut environment = shared::instance_environment(self.around.data, self.around.deployment);
        environment.extend(code.environment(self));
        let no_words: [&str; 0] = [];
        let container = Container {
            entry_point: size.timeout_minutes.map(timeout).unwrap_or_default(),
            environment: sorted(environment),
            depends_on: Vec::new(),
            mounts: vec![Mount::tmp()],
            stop_timeout: RUN_STOP_TIMEOUT,
            ..self.container(RUN_CONTAINER, &no_words, log_group)
        };
        TaskDefinition {
            family: family(self.around.deployment),
            cpu: size.cpu.unwrap_or(512).to_string(),
            memory: size.memory.unwrap_or(2048).to_string(),
            cpu_architecture: self.around.deployment.cpu_architecture.clone(),
            ephemeral_gib: size.ephemeral_gib,
            volumes: vec![TMP.to_owned()],
            efs_volumes: Vec::new(),
            containers: vec![container],
            keep_old_revisions: self.runs().keep_old_definitions.unwrap_or(true),
        }
    }
}

fn role_name(name: &str) -> String {
    format!("in-process-{name}")
}

/// `_` cannot occur in a key, so no location's family is called this.
fn family(deployment: &Deployment) -> String {
    format!("{}_run_in_process", deployment.name)
}
