//! What the rules accept can be compiled: random sizes, names, ranges and texts, and no rule panics on any of them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail the test")]

use dagforge::blueprint::Blueprints;
use dagforge::check::{check_all, fargate};
use dagforge::compile::compile;
use dagforge::render::Target;
use dagforge::source::Source;
use dagforge::spec::{Loaded, Spec, load_all};
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

fn spec() -> impl Strategy<Value = Value> {
    let locations = prop::collection::btree_map("[a-z]([a-z0-9]|-[a-z0-9]){0,12}", location(), 1..4);
    let tags = prop::collection::btree_map("[A-Za-z0-9_.:/=+@-]{1,20}", "[ A-Za-z0-9_.:/=+@-]{0,20}", 0..4);
    let runs = (0u32..400, 0u32..9, 0u32..9)
        .prop_map(|(max, on_demand, spot)| json!({"max_concurrent": max, "capacity": {"fargate": on_demand, "fargate_spot": spot}}));
    ("[a-z]([a-z0-9]|-[a-z0-9]){0,12}", locations, network(), size(), size(), runs, tags).prop_map(
        |(name, locations, network, web, daemon, runs, tags)| {
            json!({
                "dagforge": 1, "name": name, "region": "eu-central-1", "code_locations": locations,
                "network": network, "web": web, "daemon": daemon, "runs": runs, "tags": tags,
                "images": {"init": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/aws-cli:2.31.23"},
            })
        },
    )
}

/// Every file of a deployment, and no two subnets with an address in common.
fn compiles(loaded: &Loaded<Spec>) {
    let blueprints = Blueprints::embedded();
    let compiled = compile(&loaded.spec, loaded.origin.environment(), &blueprints).expect("a plan");
    for file in compiled.files(&[Target::Cfn, Target::Tf], &blueprints) {
        file.expect("a file");
    }
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
        let Ok(deployments) = load_all::<Spec>(&source, None) else { return Ok(()) };
        if !check_all(&deployments).has_errors() {
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
