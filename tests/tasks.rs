//! What a task, its secrets and whoever starts it may do, on the plan of `examples/dbt.yaml` and variations of it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a plan that cannot be made fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dagforge::blueprint::Blueprints;
use dagforge::check::check;
use dagforge::compile::{Compiled, compile};
use dagforge::plan::Plan;
use dagforge::plan::iam::Role;
use dagforge::plan::tasks::Task;
use dagforge::render::Target;
use dagforge::source::Source;
use dagforge::spec::{Spec, load};

fn compiled(text: &str) -> Compiled {
    let source = Source::new("dagforge.yaml", text);
    let loaded = load::<Spec>(&source, None).expect("a spec");
    let found = check(&loaded.spec, None);
    assert!(!found.has_errors(), "{found:#?}");
    compile(&loaded.spec, None, &Blueprints::embedded()).expect("a plan")
}

fn example() -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/dbt.yaml");
    compiled(&fs::read_to_string(path).unwrap()).plan
}

/// The smallest deployment with this below `tasks:`.
fn with_task(task: &str) -> Compiled {
    compiled(&format!(
        "dagforge: 1\nname: acme\nregion: eu-central-1\ncode_locations: {{sales: {{module: acme.definitions}}}}\ntasks: {{dbt: {task}}}\n"
    ))
}

fn task<'a>(plan: &'a Plan, key: &str) -> &'a Task {
    plan.rooms.tasks.iter().find(|it| it.key.as_str() == key).unwrap()
}

/// Resources that a role may use an action on.
fn on(role: &Role, action: &str) -> Vec<String> {
    let statements = role.statements.iter().filter(|it| it.actions.iter().any(|it| it.as_literal() == Some(action)));
    statements.flat_map(|it| &it.resources).map(ToString::to_string).collect()
}

fn actions(role: &Role) -> BTreeSet<&str> {
    role.statements.iter().flat_map(|it| &it.actions).filter_map(|it| it.as_literal()).collect()
}

#[test]
fn a_created_secret_is_read_by_its_own_task_alone() {
    let plan = example();
    let rooms = &plan.rooms;
    let others =
        rooms.locations.iter().flat_map(|it| [&it.execution_role, &it.server.as_ref().unwrap().role, &it.run_role]);
    let core = [&rooms.platform.execution_role, &rooms.platform.daemon.role];
    let core = core.into_iter().chain([&rooms.ui.execution_role, &rooms.ui.webserver.role]);
    let tasks = rooms.tasks.iter().flat_map(|it| [&it.execution_role, &it.role]);
    let roles: Vec<&Role> = others.chain(core).chain(tasks).collect();
    for own in &rooms.tasks {
        let secret = format!("<registry.{}.secret_warehouse>", own.key);
        let readers = roles.iter().filter(|it| on(it, "secretsmanager:GetSecretValue").contains(&secret));
        let names: Vec<&str> = readers.map(|it| it.name.as_str()).collect();
        assert_eq!(names, [own.execution_role.name.as_str()]);
        assert_eq!(on(&own.execution_role, "secretsmanager:GetSecretValue"), [secret]);
    }
}

#[test]
fn runs_may_start_what_names_them_and_nothing_else() {
    let plan = example();
    let location = &plan.rooms.locations[0];
    let finance = task(&plan, "dbt-finance");
    let prefix = "arn:<partition>:ecs:<region>:<account>";
    assert_eq!(
        on(&location.run_role, "ecs:RunTask"),
        [format!("{prefix}:task-definition/analytics_task_dbt-finance:*")]
    );
    let roles = [&finance.role, &finance.execution_role]
        .map(|it| format!("arn:<partition>:iam::<account>:role{}{}", it.path, it.name));
    assert_eq!(on(&location.run_role, "iam:PassRole"), roles);
    assert_eq!(on(&location.run_role, "ecs:StopTask"), [format!("{prefix}:task/analytics/*")]);
    assert!(
        actions(&location.server.as_ref().unwrap().role)
            .iter()
            .all(|it| !it.starts_with("ecs:") && !it.starts_with("iam:"))
    );
    let names = |it: &dagforge::plan::task::TaskDefinition| {
        let variables = it.containers.iter().flat_map(|it| &it.environment).map(|it| it.name.clone());
        variables.filter(|it| it.starts_with("DAGFORGE_TASK_")).collect::<Vec<_>>()
    };
    assert_eq!(names(&location.run), ["DAGFORGE_TASK_DBT_FINANCE"]);
    assert!(plan.rooms.tasks.iter().all(|it| names(&it.definition).is_empty()));
}

#[test]
fn the_request_of_a_trigger_is_json() {
    let plan = example();
    let run = &plan.rooms.locations[0].run.containers[0];
    let request = run.environment.iter().find(|it| it.name == "DAGFORGE_TASK_DBT_FINANCE").unwrap();
    let request: serde_json::Value = serde_json::from_str(&request.value.to_string()).unwrap();
    assert_eq!(request["taskDefinition"], "analytics_task_dbt-finance");
    let network = &request["networkConfiguration"]["awsvpcConfiguration"];
    assert_eq!(network["subnets"].as_array().unwrap().len(), 2);
    assert_eq!(network["securityGroups"][0], "<platform.task_security_group>");
}

#[test]
fn a_schedule_starts_its_own_task_alone() {
    let plan = example();
    let schedule = task(&plan, "dbt-sales").schedule.as_ref().unwrap();
    assert_eq!(actions(&schedule.role), BTreeSet::from(["ecs:RunTask", "ecs:TagResource", "iam:PassRole"]));
    assert_eq!(
        on(&schedule.role, "ecs:RunTask"),
        ["arn:<partition>:ecs:<region>:<account>:task-definition/analytics_task_dbt-sales:*"]
    );
    assert_eq!((schedule.expression.as_str(), schedule.timezone.as_str()), ("cron(0 3 * * ? *)", "Europe/Berlin"));
}

#[test]
fn tasks_have_nothing_to_do_with_the_database() {
    let security = example().rooms.platform.security;
    let database = security.ingress.iter().filter(|it| it.id.starts_with("database_from_"));
    let clients: Vec<&str> = database.map(|it| it.id.as_str()).collect();
    assert!(!clients.is_empty() && !clients.contains(&"database_from_task"));
    assert!(security.egress.iter().any(|it| it.id == "task_to_anywhere"));
}

#[test]
fn images_come_from_where_the_spec_says() {
    let given = with_task("{command: [dbt], image: \"ghcr.io/acme/dbt:1.9.0\"}").plan;
    let given = task(&given, "dbt");
    assert!(given.repository.is_none() && !given.takes_revision);
    assert!(on(&given.execution_role, "ecr:BatchGetImage").is_empty());

    let host = "210987654321.dkr.ecr.us-east-1.amazonaws.com";
    let other = with_task(&format!("{{command: [dbt], image: {{repository: {host}/dbt}}}}")).plan;
    let other = task(&other, "dbt");
    assert!(other.takes_revision && other.revision_is_input);
    let pull = on(&other.execution_role, "ecr:BatchGetImage");
    assert_eq!(pull, ["arn:<partition>:ecr:us-east-1:210987654321:repository/dbt"]);

    let of = with_task("{command: [dbt], image: {of: sales}}").plan;
    let of = task(&of, "dbt");
    assert!(of.takes_revision && !of.revision_is_input && of.repository.is_none());
    assert_eq!(of.definition.containers[0].image.to_string(), "<registry.sales.repository_uri>:<gitrev of sales>");
}

#[test]
fn what_is_not_asked_for_is_not_there() {
    let compiled = with_task("{command: [dbt, build], image: \"ghcr.io/acme/dbt:1.9.0\", writable_root: true}");
    let plan = &compiled.plan;
    assert!(plan.rooms.data.code_bucket.is_none());
    assert!(
        plan.layers.iter().all(|it| it.name != "registry" || it.owner.as_ref().is_none_or(|it| it.as_str() != "dbt"))
    );
    let layer = plan.layers.iter().find(|it| it.name == "task").unwrap();
    assert!(layer.parameters.is_empty());
    let definition = &task(plan, "dbt").definition;
    assert!(definition.containers.len() == 1 && definition.containers[0].mounts.is_empty());
    let blueprints = Blueprints::embedded();
    for file in compiled.files(&[Target::Cfn, Target::Tf], &blueprints) {
        assert!(!file.unwrap().text.contains("aws_scheduler_schedule"));
    }
}

#[test]
fn a_package_may_follow_the_revision() {
    let plan = with_task("{command: [dbt], image: {of: sales}, package: \"p/{gitrev}/dbt-{gitrev}.tar.gz\"}").plan;
    let dbt = task(&plan, "dbt");
    assert_eq!(dbt.package.as_ref().unwrap().key.to_string(), "p/<gitrev of dbt>/dbt-<gitrev of dbt>.tar.gz");
    assert_eq!(on(&dbt.role, "s3:GetObject"), ["arn:<partition>:s3:::<data.code_bucket>/p/*/dbt-*.tar.gz"]);
    assert!(dbt.revision_is_input && plan.revision.owners.iter().any(|it| it.as_str() == "dbt"));
}

#[test]
fn variables_of_one_name_share_a_secret() {
    let plan = with_task(
        "{command: [dbt], secrets: {A: {create: true, name: w, key: a}, B: {create: true, name: w, key: b}, _TOKEN_: {create: true}}}",
    )
    .plan;
    let names: Vec<&str> = task(&plan, "dbt").created_secrets.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["acme/dbt/w", "acme/dbt/token"]);
    let registry = plan
        .layers
        .iter()
        .find(|it| it.name == "registry" && it.owner.as_ref().is_some_and(|it| it.as_str() == "dbt"))
        .unwrap();
    let published: Vec<&String> = registry.publishes.keys().collect();
    assert_eq!(published, ["repository_uri", "secret_w", "secret_token"]);
}
