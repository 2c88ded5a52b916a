//! Any valid spec renders: every combination of options gives text that holds together and keeps its budgets.

use dagforge::blueprint::Blueprints;
use dagforge::check::fargate;
use dagforge::render::Target;
use dagforge::verify::Reader;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::hostile::FAMILIES;
use crate::specs::compiled_text;
use crate::tree::read;

const ACCOUNT: &str = "123456789012";

/// What `--template-body` takes.
const TEMPLATE_BYTES: usize = 51_200;

/// Regions of every partition.
const REGIONS: &[(&str, &str)] =
    &[("eu-central-1", "aws"), ("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")];

fn size() -> impl Strategy<Value = Value> {
    select(fargate::pairs().collect::<Vec<_>>()).prop_map(|(cpu, memory)| json!({"cpu": cpu, "memory": memory}))
}

/// Values of environment variables. A spec has no invisible characters, and a rule refuses control characters.
fn value() -> impl Strategy<Value = String> {
    let texts: Vec<&str> = FAMILIES.iter().flat_map(|(_, texts)| *texts).copied().collect();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || matches!(c, '\u{feff}' | '\u{ffff}');
    let printable = |text: &&str| !text.contains(odd);
    prop_oneof![select(texts.into_iter().filter(printable).collect::<Vec<_>>()).prop_map(str::to_owned), "\\PC{0,12}"]
}

fn existing_network() -> Value {
    json!({"vpc": {
        "id": "vpc-0a1b2c3d4e5f60718",
        "private_subnets": ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"],
        "public_subnets": ["subnet-0a1b2c3d4e5f60721", "subnet-0a1b2c3d4e5f60722"],
        "cidrs": ["10.20.0.0/16"],
    }})
}

fn network() -> impl Strategy<Value = Value> {
    let nat = select(vec!["single", "per_az"]);
    let endpoints = select(vec![json!("auto"), json!("none"), json!(["s3", "ecr", "sts"])]);
    let created =
        (16u8..=20, 2u32..=3, nat, endpoints, any::<bool>()).prop_map(|(prefix, azs, nat, endpoints, logs)| {
            json!({
                "cidr": format!("10.64.0.0/{prefix}"), "azs": azs, "nat": nat, "endpoints": endpoints,
                "flow_logs": {"enabled": logs},
            })
        });
    prop_oneof![3 => created, 1 => Just(existing_network())]
}

fn web(partition: &'static str, region: &'static str) -> impl Strategy<Value = Value> {
    let certificate =
        format!("arn:{partition}:acm:{region}:{ACCOUNT}:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    let ways = vec![
        json!({}),
        json!({"domain": "dagster.example.com", "zone": {"id": "Z0123456789ABCDEFGHIJ"}}),
        json!({"domain": "dagster.example.com", "certificate": {"arn": certificate}, "exec": true}),
        json!({
            "domain": "dagster.example.com", "certificate": {"arn": certificate}, "scheme": "internet-facing",
            "allow": ["203.0.113.0/24", "198.51.100.0/24"], "allow_public": true,
        }),
    ];
    (select(ways), size(), 1u32..4).prop_map(|(mut web, size, replicas)| {
        for (key, value) in size.as_object().into_iter().flatten() {
            web[key] = value.clone();
        }
        web["replicas"] = json!(replicas);
        web
    })
}

fn database() -> impl Strategy<Value = Value> {
    let created = (20u32..1000, any::<bool>(), 1u32..=35).prop_map(|(storage, multi_az, days)| {
        json!({
            "create": {"storage_gib": storage, "max_storage_gib": storage * 2, "multi_az": multi_az},
            "backup_days": days,
        })
    });
    let existing = json!({"existing": {
        "host": "postgres.example.com", "port": 5433, "password": "acme/postgres:password",
        "security_group": "sg-0a1b2c3d4e5f60718",
    }});
    prop_oneof![created, Just(existing)]
}

fn location(partition: &'static str) -> impl Strategy<Value = Value> {
    let env = prop::collection::btree_map("[A-Z]{1,8}_[0-9]", value(), 0..5);
    let secrets = select(vec![json!({}), json!({"X_TOKEN": "acme/x:token"}), json!({"Y_TOKEN": {"ssm": "/acme/y"}})]);
    let permissions = select(vec![
        json!([]),
        json!([{"allow": ["s3:GetObject"], "on": [format!("arn:{partition}:s3:::acme-lake/*")]}]),
        json!([{"managed": format!("arn:{partition}:iam::aws:policy/CloudWatchReadOnlyAccess")}]),
    ]);
    (size(), size(), of(21u32..=200), env, secrets, permissions, any::<bool>(), 1024u16..).prop_map(
        |(mut server, mut run, storage, env, secrets, permissions, root, port)| {
            server["port"] = json!(port);
            run["ephemeral_gib"] = json!(storage);
            json!({
                "server": server, "run": run, "env": env, "secrets": secrets, "permissions": permissions,
                "writable_root": root,
            })
        },
    )
}

fn spec() -> impl Strategy<Value = Value> {
    select(REGIONS).prop_flat_map(|(region, partition)| {
        let locations = prop::collection::btree_map("[a-z]([a-z0-9]|-[a-z0-9]){0,12}", location(partition), 1..5);
        let tags = prop::collection::btree_map("[a-z]{1,12}:?[a-z]{1,12}", "[ A-Za-z0-9_.:/=+@-]{1,20}", 0..4);
        let rest = (of("[0-9a-f]{7,40}"), any::<bool>(), select(vec!["x86_64", "arm64"]), tags);
        let rooms = (network(), web(partition, region), size(), database(), locations);
        ("[a-z]([a-z0-9]|-[a-z0-9]){0,8}", rooms, rest).prop_map(move |(name, rooms, (gitrev, protect, arch, tags))| {
            let (network, web, daemon, database, mut locations) = rooms;
            for (at, location) in locations.values_mut().enumerate() {
                location["module"] = json!(format!("acme.m{at}"));
            }
            json!({
                "dagforge": 1, "name": name, "region": region, "account": ACCOUNT, "gitrev": gitrev, "tags": tags,
                "protect": protect, "images": {"arch": arch}, "network": network, "web": web, "daemon": daemon,
                "database": database, "code_locations": locations,
            })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_valid_spec_renders_into_text_that_holds_together(spec in spec()) {
        let blueprints = Blueprints::embedded();
        // JSON is YAML.
        for compiled in compiled_text("dagforge.yaml", &spec.to_string(), &blueprints) {
            let mut reader = Reader::default();
            for file in compiled.files(&Target::ALL, &blueprints) {
                let file = file.unwrap();
                reader.read(&file);
                if file.path.ends_with(".tf") || file.path.ends_with(".yaml") {
                    read(&file.path, &file.text);
                }
                prop_assert!(!file.path.starts_with("cfn/") || file.text.len() <= TEMPLATE_BYTES, "{}", file.path);
            }
            let problems = reader.problems();
            prop_assert!(problems.is_empty(), "{:#?}", problems);
        }
    }
}
