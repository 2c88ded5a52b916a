//! What the rules accept can be compiled: random sizes, names, ranges and texts, and no rule panics on any of them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use dagforge::blueprint::Blueprints;
use dagforge::check::{check_all, examine, fargate};
use dagforge::compile::compile;
use dagforge::source::Source;
use dagforge::spec::{Loaded, Spec, load_all};
use dagforge::verify::Reader;
use ipnet::Ipv4Net;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// A size: mostly one that is sold.
fn size() -> impl Strategy<Value = Value> {
    let sold = select(fargate::pairs().collect::<Vec<_>>());
    prop_oneof![60 => sold, 1 => (0u32..20_000, 0u32..130_000)]
        .prop_map(|(cpu, memory)| json!({"cpu": cpu, "memory": memory}))
}

fn network() -> impl Strategy<Value = Value> {
    let range = (0u32.., prop_oneof![12 => 16u8..=22, 1 => 0u8..=32])
        .prop_map(|(address, prefix)| Ipv4Net::new(address.into(), prefix).unwrap().trunc().to_string());
    let zones = prop_oneof![
        8 => (2u32..=3).prop_map(|it| json!(it)),
        4 => Just(json!(["eu-central-1a", "eu-central-1c"])),
        1 => prop_oneof![Just(0), Just(1), Just(4), Just(4_000_000_000u32)].prop_map(|it| json!(it)),
    ];
    let nat = select(vec!["single", "per_az", "none"]);
    (range, zones, nat).prop_map(|(cidr, azs, nat)| json!({"cidr": cidr, "azs": azs, "nat": nat}))
}

fn location() -> impl Strategy<Value = Value> {
    let value = prop_oneof![20 => "\\PC{0,30}", 1 => any::<String>()];
    let env = prop::collection::btree_map("[A-Z_][A-Z0-9_]{0,20}", value, 0..4);
    (size(), size(), env, 1000u16.., 0u32..305, any::<bool>()).prop_map(
        |(mut server, run, env, port, startup, root)| {
            server["port"] = json!(port);
            server["startup_seconds"] = json!(startup);
            json!({"module": "acme.definitions", "server": server, "run": run, "env": env, "writable_root": root})
        },
    )
}

fn task() -> impl Strategy<Value = Value> {
    let image = select(vec![
        Value::Null,
        json!("123456789012.dkr.ecr.eu-central-1.amazonaws.com/dbt:1.9.0"),
        json!({"repository": "acme/dbt"}),
        json!({"of": "location"}),
    ]);
    let schedule = select(vec![Value::Null, json!("rate(6 hours)"), json!({"expression": "cron(0 3 ? * MON *)"})]);
    let package = select(vec![Value::Null, json!("a.tar.gz"), json!("{gitrev}/a.tgz")]);
    let secrets = prop::collection::btree_map("[A-Z_][A-Z0-9_]{0,9}", Just(json!({"create": true})), 0..3);
    let command = prop::collection::vec("\\PC{0,20}", 1..4);
    (image, schedule, package, secrets, command, size(), any::<bool>()).prop_map(
        |(image, schedule, package, secrets, command, size, triggered)| {
            let mut task = size;
            task["command"] = json!(command);
            task["secrets"] = json!(secrets);
            for (key, value) in [("image", image), ("schedule", schedule), ("package", package)] {
                if !value.is_null() {
                    task[key] = value;
                }
            }
            task["trigger_from"] = if triggered { json!(["location"]) } else { json!([]) };
            task
        },
    )
}

fn spec() -> impl Strategy<Value = Value> {
    let locations = prop::collection::btree_map("[a-z]([a-z0-9]|-[a-z0-9]){0,12}", location(), 1..4);
    let tasks = prop::collection::btree_map("task-[a-z0-9]{1,9}", task(), 0..3);
    let tags = prop::collection::btree_map("[A-Za-z0-9_.:/=+@-]{1,20}", "[ A-Za-z0-9_.:/=+@-]{0,20}", 0..4);
    let runs = (0u32..400, 0u32..9, 0u32..9)
        .prop_map(|(max, on_demand, spot)| json!({"max_concurrent": max, "capacity": {"fargate": on_demand, "fargate_spot": spot}}));
    ("[a-z]([a-z0-9]|-[a-z0-9]){0,12}", locations, tasks, network(), size(), size(), runs, tags).prop_map(
        |(name, mut locations, tasks, network, web, daemon, runs, tags)| {
            locations.insert("location".to_owned(), json!({"module": "acme.tasks"}));
            json!({
                "dagforge": 1, "name": name, "region": "eu-central-1", "code_locations": locations, "tasks": tasks,
                "network": network, "web": web, "daemon": daemon, "runs": runs, "tags": tags,
                "local": {}, "images": {"init": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/aws-cli:2.31.23"},
            })
        },
    )
}

/// Every file of a deployment, each of which reads back, and no two subnets with an address in common.
fn compiles(loaded: &Loaded<Spec>) {
    let blueprints = Blueprints::embedded();
    let compiled = compile(&loaded.spec, loaded.origin.environment(), &blueprints).expect("a plan");
    let mut reader = Reader::default();
    for file in compiled.files(&compiled.targets(), &blueprints) {
        reader.read(&file.expect("a file"));
    }
    assert_eq!(reader.problems(), []);
    let created = compiled.plan.rooms.network.created.expect("a network");
    let range: Ipv4Net = created.cidr.parse().unwrap();
    let subnets: Vec<Ipv4Net> =
        created.private.iter().chain(&created.public).map(|it| it.cidr.parse().unwrap()).collect();
    for (index, subnet) in subnets.iter().enumerate() {
        assert!(range.contains(subnet));
        assert!(subnets[..index].iter().all(|it| !it.contains(subnet) && !subnet.contains(it)), "{subnets:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_compiles(spec in spec()) {
        // JSON is YAML.
        let source = Source::new("dagforge.yaml", spec.to_string());
        let (deployments, found) = examine(&source, None);
        if !found.has_errors() {
            deployments.iter().for_each(compiles);
        }
    }
}

#[test]
fn all_74_pairs_are_accepted_and_compile() {
    for (cpu, memory) in fargate::pairs() {
        let size = json!({"cpu": cpu, "memory": memory});
        let spec = json!({
            "dagforge": 1, "name": "acme", "region": "eu-central-1", "web": size, "daemon": size,
            "code_locations": {"sales": {"module": "acme", "server": size, "run": size}},
        });
        let deployments = load_all::<Spec>(&Source::new("dagforge.yaml", spec.to_string()), None).unwrap();
        assert!(check_all(&deployments).is_empty(), "{cpu} {memory}");
        compiles(&deployments[0]);
    }
}

#[test]
fn every_neighbour_of_a_pair_is_refused() {
    for (cpu, memory) in fargate::pairs() {
        for (cpu, memory) in [(cpu, memory + 1), (cpu, memory - 1), (cpu + 1, memory), (cpu - 1, memory)] {
            let spec = json!({
                "dagforge": 1, "name": "acme", "region": "eu-central-1", "daemon": {"cpu": cpu, "memory": memory},
                "code_locations": {"sales": {"module": "acme"}},
            });
            let deployments = load_all::<Spec>(&Source::new("dagforge.yaml", spec.to_string()), None).unwrap();
            let found = check_all(&deployments);
            assert_eq!(found.iter().map(|it| it.code.name).collect::<Vec<_>>(), ["fargate-size"], "{cpu} {memory}");
        }
    }
}
