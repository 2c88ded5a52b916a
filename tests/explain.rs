//! `dagforge explain`: nothing that is rendered is left out of its tables, and every code explains itself.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dagforge::blueprint::Blueprints;
use dagforge::compile::{Compiled, compile};
use dagforge::diagnostic::{Example, codes};
use dagforge::explain::{self, NAMES, NOT_NAMES, Template};
use dagforge::render::Target;
use dagforge::source::Source;
use dagforge::spec::{Spec, load_all};

/// A deployment of some spec, with its templates.
struct Deployment {
    spec: Spec,
    compiled: Compiled,
    templates: Vec<Template>,
    text: String,
}

/// Every deployment of `examples` and `tests/specs`.
fn deployments() -> Vec<Deployment> {
    let blueprints = Blueprints::embedded();
    let mut all = Vec::new();
    for folder in ["examples", "tests/specs"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let paths = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        for path in paths.filter(|it| it.extension().is_some_and(|it| it == "yaml")) {
            let source = Source::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
            let beside = |it: &str| fs::read_to_string(path.parent()?.join(it)).ok();
            for mut loaded in load_all::<Spec>(&source, None).unwrap() {
                loaded.spec.extra.iter_mut().for_each(|it| it.bring(beside));
                let compiled = compile(&loaded.spec, loaded.origin.environment(), &blueprints).unwrap();
                let files: Vec<_> = compiled.files(&[Target::Cfn], &blueprints).map(Result::unwrap).collect();
                let templates = files.iter().filter_map(|it| Template::of(it).transpose().unwrap()).collect();
                let text = files.into_iter().filter(|it| it.path.starts_with("cfn/")).map(|it| it.text).collect();
                all.push(Deployment { spec: loaded.spec, compiled, templates, text });
            }
        }
    }
    all
}

fn dagforge(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dagforge"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[test]
fn every_code_explains_itself() {
    for code in codes() {
        let text = explain::code(code.name).unwrap();
        assert!(
            text.starts_with(&format!("{code}\n\n")) && text.contains(&format!("Source: {}", code.source)),
            "{text}"
        );
        let found = [format!("    error[{code}]: "), format!("    warning[{code}]: ")];
        assert_eq!(code.example != Example::Nothing, found.iter().any(|it| text.contains(it)), "{text}");
    }
    insta::assert_snapshot!(explain::code("fargate-size").unwrap());
    insta::assert_snapshot!(explain::code("unknown-environment").unwrap());
}

#[test]
fn every_name_has_a_limit_and_keeps_it() {
    for Deployment { compiled, templates, .. } in deployments() {
        for (kind, id, properties) in templates.iter().flat_map(Template::resources) {
            for (property, value) in properties {
                let like_a_name =
                    property.ends_with("Name") || property == "Family" || property.ends_with("Identifier");
                // A reference names what another resource is.
                let given = value.is_string() || matches!(value, serde_yaml::Value::Tagged(it) if it.tag == "Sub");
                let known =
                    NAMES.iter().any(|it| (it.0, it.1) == (kind, property)) || NOT_NAMES.contains(&(kind, property));
                assert!(!like_a_name || !given || known, "is {property} of {kind} ({id}) a name? src/explain/names.rs");
            }
        }
        let text = explain::names(&compiled.plan, &templates);
        for line in text.lines().skip(1) {
            let mut words = line.split_whitespace().map(|it| it.parse::<usize>());
            let (length, limit) = (words.next().unwrap().unwrap(), words.next().unwrap().unwrap());
            assert!(0 < length && length <= limit, "{line}");
        }
        assert!(text.contains(&format!(" {}-network", compiled.plan.deployment.name)) || !text.contains("EC2::VPC"));
    }
}

#[test]
fn every_role_and_every_container_is_listed_once() {
    for Deployment { spec, compiled, text, .. } in deployments() {
        let name = &compiled.plan.deployment.name;
        let rendered = |line: &str| text.lines().filter(|it| it.trim_start().starts_with(line)).count();
        let iam = explain::iam(&compiled.plan).unwrap();
        let roles = iam.lines().filter(|it| it.starts_with('/')).count();
        let policies = rendered("Type: AWS::IAM::ManagedPolicy");
        assert_eq!(roles, rendered("Type: AWS::IAM::Role") + policies, "{name}");
        let env = explain::env(&compiled.plan, &spec).unwrap();
        let containers = env.lines().filter(|it| it.starts_with(name.as_str())).count();
        assert_eq!(containers, rendered("ReadonlyRootFilesystem:"), "{name}");
    }
}

#[test]
fn a_variable_has_its_origin() {
    let all = deployments();
    let Deployment { spec, compiled, .. } =
        all.iter().find(|it| it.compiled.plan.deployment.name == "analytics").unwrap();
    let env = explain::env(&compiled.plan, spec).unwrap();
    let origin = |container: &str, variable: &str| {
        let lines = env.lines().skip_while(|it| !it.starts_with(container));
        let line = lines.skip(1).find(|it| it.trim_start().starts_with(&format!("{variable} "))).expect(variable);
        line.trim_end().rsplit("  ").next().unwrap().to_owned()
    };
    let server = "analytics_server_orchestration: server";
    assert_eq!(origin(server, "SLACK_TOKEN"), "code_locations.orchestration.secrets");
    assert_eq!(origin(server, "DAGSTER_POSTGRES_DB"), "set by dagforge");
    assert_eq!(origin(server, "DAGSTER_POSTGRES_HOSTNAME"), "layer data.database_host");
    assert_eq!(origin(server, "DAGSTER_POSTGRES_PASSWORD"), "a secret, fetched by ECS: layer data.database_secret_arn");
    let image = "layer registry.orchestration.repository_uri, deploy-time gitrev";
    assert_eq!(origin(server, "DAGSTER_CURRENT_IMAGE"), image);
}

#[test]
fn a_layer_needs_only_what_comes_before_it() {
    for Deployment { compiled, templates, .. } in deployments() {
        let text = explain::deploy(&compiled.plan, &templates);
        let mut seen: Vec<&str> = Vec::new();
        for line in text.lines() {
            if let Some((_, stack)) = line.split_once(". ").filter(|it| it.0.parse::<usize>().is_ok()) {
                seen.push(stack);
            }
            if let Some(needs) = line.strip_prefix("   needs: values of ") {
                let stacks = needs.split("; ").next().unwrap().split(", ");
                let last = seen.last().unwrap();
                stacks.for_each(|it| assert!(seen.contains(&it) && it != *last, "{last} needs {it}"));
            }
        }
        let stacks: Vec<&str> = compiled.plan.layers.iter().map(|it| it.stack.as_str()).collect();
        assert_eq!(seen, stacks);
        assert_eq!(text.contains("the parameter GitRev"), compiled.plan.revision.is_input);
    }
}

#[test]
fn budgets_are_those_of_the_rendered_templates() {
    for Deployment { templates, text, .. } in deployments() {
        let limits = explain::limits(&templates);
        assert_eq!(limits.lines().count(), templates.len() + 1);
        let bytes: usize = templates.iter().map(|it| it.bytes).sum();
        assert!(text.len() - bytes < 3000, "only the stack policy is no template");
        let resources: usize =
            limits.lines().skip(1).map(|it| it.split_whitespace().nth(4).unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(
            resources,
            text.lines().filter(|it| it.starts_with("    Type: AWS::")).count() - of_parameters(&text)
        );
    }
}

/// Everything that platform and UI can hold at the same time: what is added to either shows here before somebody's spec is
/// refused for its size.
#[test]
fn the_fullest_platform_and_ui_leave_a_tenth_of_their_budgets() {
    let deployments = deployments();
    let fullest = deployments.iter().find(|it| it.spec.name.as_str() == "acme-data-budget").unwrap();
    let limits = explain::limits(&fullest.templates);
    for path in ["cfn/40-platform.yaml", "cfn/42-ui.yaml"] {
        let line = limits.lines().find(|it| it.starts_with(path)).unwrap();
        let numbers: Vec<usize> = line.split_whitespace().filter_map(|it| it.parse().ok()).collect();
        assert_eq!(numbers.len(), 8, "{line}");
        assert!(numbers.chunks(2).all(|it| it[0] * 10 <= it[1] * 9), "{line}");
    }
}

/// Lines that give the type of a parameter.
fn of_parameters(text: &str) -> usize {
    text.lines().filter(|it| it.starts_with("    Type: AWS::SSM::Parameter::Value")).count()
}

#[test]
fn run_sizes_are_tags_and_need_no_spec() {
    let output = Command::new(env!("CARGO_BIN_EXE_dagforge")).args(["explain", "run-sizes"]).current_dir("/").output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(text.contains(r#"{"ecs/cpu": "256", "ecs/memory": "512"}"#), "{text}");
    assert!(!text.contains(r#""ecs/memory": "1536"}"#), "Fargate does not sell 256 with 1536: {text}");
    assert_eq!(text.lines().count(), 1 + 3 + 4 + 7 + 13 + 23 + 12 + 12);
}

#[test]
fn a_topic_that_is_none_gets_the_nearest() {
    let output = dagforge(&["explain", "fargate-siz"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("did you mean `fargate-size`?"), "{stderr}");
}

#[test]
fn every_environment_is_explained_and_findings_are_1() {
    let fleet = dagforge(&["explain", "names", "examples/gitrev-sidecar.yaml"]);
    assert_eq!(fleet.status.code(), Some(0));
    let broken = dagforge(&["explain", "iam", "tests/broken/fargate-size.yaml"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(String::from_utf8(broken.stderr).unwrap().contains("error[fargate-size]"));
}
