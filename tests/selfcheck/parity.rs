//! Both targets create the same things: a resource that only one of them gets fails here, by room and by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use dagforge::blueprint::Blueprints;
use dagforge::compile::Compiled;
use dagforge::plan::Plan;
use dagforge::render::{File, Target};

use crate::specs::{compiled, specs};
use crate::tree::{Tree, read};

/// What Terraform has for one resource of CloudFormation.
struct Same {
    cfn: &'static str,
    /// Kinds, one of each for every resource, or one for every item of a property.
    tf: &'static [(&'static str, Times)],
    /// Why it is not one kind for one.
    why: &'static str,
}

#[derive(Clone, Copy)]
enum Times {
    Once,
    Each(&'static str),
    /// Once where the resource has the property, or something in it has.
    Where(&'static str),
    /// Once where it has not.
    Unless(&'static str),
}
use Times::{Each, Once, Unless, Where};

const fn same(cfn: &'static str, tf: &'static [(&'static str, Times)]) -> Same {
    Same { cfn, tf, why: "" }
}

const SAME: &[Same] = &[
    same("AWS::ApplicationAutoScaling::ScalableTarget", &[("aws_appautoscaling_target", Once)]),
    same("AWS::ApplicationAutoScaling::ScalingPolicy", &[("aws_appautoscaling_policy", Once)]),
    Same {
        cfn: "AWS::CertificateManager::Certificate",
        tf: &[("aws_acm_certificate", Once), ("aws_acm_certificate_validation", Once), ("aws_route53_record", Once)],
        why: "CloudFormation writes the validation record and waits by itself",
    },
    same("AWS::CloudWatch::Alarm", &[("aws_cloudwatch_metric_alarm", Once)]),
    same("AWS::CloudWatch::Dashboard", &[("aws_cloudwatch_dashboard", Once)]),
    same("AWS::EC2::EIP", &[("aws_eip", Once)]),
    same("AWS::EC2::FlowLog", &[("aws_flow_log", Once)]),
    same("AWS::EC2::InternetGateway", &[("aws_internet_gateway", Once)]),
    same("AWS::EC2::NatGateway", &[("aws_nat_gateway", Once)]),
    same("AWS::EC2::Route", &[("aws_route", Once)]),
    same("AWS::EC2::RouteTable", &[("aws_route_table", Once)]),
    Same {
        cfn: "AWS::EC2::SecurityGroup",
        tf: &[("aws_security_group", Once), ("aws_vpc_security_group_ingress_rule", Each("SecurityGroupIngress"))],
        why: "inline rules; the inline egress rule only replaces the default one, which Terraform removes by itself",
    },
    same("AWS::EC2::SecurityGroupEgress", &[("aws_vpc_security_group_egress_rule", Once)]),
    same("AWS::EC2::SecurityGroupIngress", &[("aws_vpc_security_group_ingress_rule", Once)]),
    same("AWS::EC2::Subnet", &[("aws_subnet", Once)]),
    same("AWS::EC2::SubnetRouteTableAssociation", &[("aws_route_table_association", Once)]),
    Same {
        cfn: "AWS::EC2::VPC",
        tf: &[("aws_vpc", Once), ("aws_default_security_group", Once)],
        why: "Terraform alone can empty the group that comes with a VPC",
    },
    same("AWS::EC2::VPCEndpoint", &[("aws_vpc_endpoint", Once)]),
    Same { cfn: "AWS::EC2::VPCGatewayAttachment", tf: &[], why: "the gateway names its VPC" },
    Same {
        cfn: "AWS::ECR::Repository",
        tf: &[("aws_ecr_repository", Once), ("aws_ecr_lifecycle_policy", Once)],
        why: "the policy is a property",
    },
    same("AWS::EFS::AccessPoint", &[("aws_efs_access_point", Once)]),
    Same {
        cfn: "AWS::EFS::FileSystem",
        tf: &[("aws_efs_file_system", Once), ("aws_efs_backup_policy", Once), ("aws_efs_file_system_policy", Once)],
        why: "both policies are properties",
    },
    same("AWS::EFS::MountTarget", &[("aws_efs_mount_target", Once)]),
    same("AWS::ECS::Cluster", &[("aws_ecs_cluster", Once)]),
    same("AWS::ECS::ClusterCapacityProviderAssociations", &[("aws_ecs_cluster_capacity_providers", Once)]),
    same("AWS::ECS::Service", &[("aws_ecs_service", Once)]),
    same("AWS::ECS::TaskDefinition", &[("aws_ecs_task_definition", Once)]),
    same("AWS::ElasticLoadBalancingV2::Listener", &[("aws_lb_listener", Once)]),
    Same {
        cfn: "AWS::ElasticLoadBalancingV2::ListenerRule",
        tf: &[
            ("aws_cloudformation_stack", Where("AuthenticateOidcConfig")),
            ("aws_lb_listener_rule", Unless("AuthenticateOidcConfig")),
        ],
        why: "the provider would keep the client's secret in the state; a stack of this one resource does not",
    },
    same("AWS::ElasticLoadBalancingV2::LoadBalancer", &[("aws_lb", Once)]),
    same("AWS::ElasticLoadBalancingV2::TargetGroup", &[("aws_lb_target_group", Once)]),
    Same {
        cfn: "AWS::Events::Rule",
        tf: &[("aws_cloudwatch_event_rule", Once), ("aws_cloudwatch_event_target", Each("Targets"))],
        why: "targets are a property",
    },
    Same {
        cfn: "AWS::IAM::ManagedPolicy",
        tf: &[
            ("aws_iam_policy", Once),
            ("aws_iam_role_policy_attachment", Each("Roles")),
            ("aws_iam_group_policy_attachment", Each("Groups")),
            ("aws_iam_user_policy_attachment", Each("Users")),
        ],
        why: "who has it is a property",
    },
    Same {
        cfn: "AWS::IAM::Role",
        tf: &[
            ("aws_iam_role", Once),
            ("aws_iam_role_policy", Each("Policies")),
            ("aws_iam_role_policy_attachment", Each("ManagedPolicyArns")),
        ],
        why: "policies are properties",
    },
    same("AWS::IAM::OIDCProvider", &[("aws_iam_openid_connect_provider", Once)]),
    same("AWS::KMS::Alias", &[("aws_kms_alias", Once)]),
    same("AWS::KMS::Key", &[("aws_kms_key", Once)]),
    same("AWS::Logs::LogGroup", &[("aws_cloudwatch_log_group", Once)]),
    same("AWS::Logs::MetricFilter", &[("aws_cloudwatch_log_metric_filter", Once)]),
    same("AWS::RDS::DBCluster", &[("aws_rds_cluster", Once)]),
    same("AWS::RDS::DBClusterParameterGroup", &[("aws_rds_cluster_parameter_group", Once)]),
    Same {
        cfn: "AWS::RDS::DBInstance",
        tf: &[
            ("aws_db_instance", Unless("DBClusterIdentifier")),
            ("aws_rds_cluster_instance", Where("DBClusterIdentifier")),
        ],
        why: "Terraform has a kind of its own for the instances of a cluster",
    },
    same("AWS::RDS::DBParameterGroup", &[("aws_db_parameter_group", Once)]),
    same("AWS::RDS::DBSubnetGroup", &[("aws_db_subnet_group", Once)]),
    same("AWS::Route53::RecordSet", &[("aws_route53_record", Once)]),
    Same {
        cfn: "AWS::S3::Bucket",
        tf: &[
            ("aws_s3_bucket", Once),
            ("aws_s3_bucket_lifecycle_configuration", Once),
            ("aws_s3_bucket_ownership_controls", Once),
            ("aws_s3_bucket_public_access_block", Once),
            ("aws_s3_bucket_server_side_encryption_configuration", Once),
            ("aws_s3_bucket_versioning", Once),
        ],
        why: "what Terraform has as resources are properties of the bucket",
    },
    same("AWS::S3::BucketPolicy", &[("aws_s3_bucket_policy", Once)]),
    Same { cfn: "AWS::SSM::Parameter", tf: &[], why: "stacks find each other through SSM; a module has locals" },
    Same {
        cfn: "AWS::SecretsManager::Secret",
        tf: &[
            ("aws_secretsmanager_secret", Once),
            ("aws_secretsmanager_secret_version", Where("GenerateSecretString")),
            ("ephemeral aws_secretsmanager_random_password", Where("GenerateSecretString")),
            ("ephemeral aws_secretsmanager_secret_version", Where("GenerateSecretString")),
        ],
        why: "CloudFormation generates the password and the database looks it up; Terraform passes it on, and keeps it nowhere; \
              what is created empty has no version in either",
    },
    same("AWS::SNS::Subscription", &[("aws_sns_topic_subscription", Once)]),
    same("AWS::SNS::Topic", &[("aws_sns_topic", Once)]),
    same("AWS::Scheduler::Schedule", &[("aws_scheduler_schedule", Once)]),
    same("AWS::ServiceDiscovery::PrivateDnsNamespace", &[("aws_service_discovery_private_dns_namespace", Once)]),
    same("AWS::ServiceDiscovery::Service", &[("aws_service_discovery_service", Once)]),
    same("AWS::StepFunctions::StateMachine", &[("aws_sfn_state_machine", Once)]),
    same("AWS::WAFv2::WebACLAssociation", &[("aws_wafv2_web_acl_association", Once)]),
];

/// Room, kind and count of what Terraform has alone, and why.
const TERRAFORM_ALONE: &[(&str, &str, usize, &str)] =
    &[("config", "aws_s3_object", 2, "CloudFormation leaves the upload of the config to a command of the runbook")];

type Kinds = BTreeMap<String, usize>;

/// What a deployment creates in a room.
#[derive(Default)]
struct Room {
    cfn: Kinds,
    /// What Terraform should have for it.
    expected: Kinds,
    tf: Kinds,
}

/// The rooms of a deployment; those of all locations count as one, and those of all tasks, with the repositories that are theirs.
fn rooms(compiled: &Compiled, blueprints: &Blueprints) -> BTreeMap<String, Room> {
    let mut rooms: BTreeMap<String, Room> = BTreeMap::new();
    for file in compiled.files(&[Target::Cfn, Target::Tf], blueprints) {
        let file = file.unwrap();
        let room = || room_of(&compiled.plan, &file);
        if file.path.ends_with(".tf") {
            for (name, _) in read(&file.path, &file.text).entries() {
                let name = name.text().unwrap_or_default();
                let mut words = name.split(' ');
                let kind = match (words.next(), words.next()) {
                    (Some("resource"), Some(kind)) => kind.to_owned(),
                    (Some("ephemeral"), Some(kind)) => format!("ephemeral {kind}"),
                    _ => continue,
                };
                *rooms.entry(room()).or_default().tf.entry(kind).or_default() += 1;
            }
        } else if file.path.starts_with("cfn/") && file.path.ends_with(".yaml") {
            let template = read(&file.path, &file.text);
            for (_, resource) in template.get("Resources").map(Tree::entries).unwrap_or_default() {
                count(resource, rooms.entry(room()).or_default());
            }
        }
    }
    rooms
}

fn room_of(plan: &Plan, file: &File) -> String {
    let layer = plan.layers.iter().find(|it| it.template == file.path || it.module_file == file.path);
    match layer {
        Some(layer) if layer.module_file.starts_with("tf/task_") => "task".to_owned(),
        Some(layer) if layer.owner.is_some() => "location".to_owned(),
        Some(layer) => layer.name.clone(),
        None => file.path.trim_start_matches("tf/").trim_end_matches(".tf").to_owned(),
    }
}

/// Adds a resource of CloudFormation and what Terraform should have for it.
fn count(resource: &Tree, room: &mut Room) {
    let kind = resource.get("Type").and_then(Tree::text).unwrap();
    *room.cfn.entry(kind.to_owned()).or_default() += 1;
    let same = SAME.iter().find(|it| it.cfn == kind).unwrap_or_else(|| panic!("{kind} is not in the list of kinds"));
    for (kind, times) in same.tf {
        let times = match times {
            Once => 1,
            Where(property) => usize::from(mentions(resource, property)),
            Unless(property) => usize::from(!mentions(resource, property)),
            Each(property) => {
                resource.get("Properties").and_then(|it| it.get(property)).map_or(0, |it| it.items().len())
            }
        };
        if times > 0 {
            *room.expected.entry((*kind).to_owned()).or_default() += times;
        }
    }
}

/// Whether there is such a key, however deep.
fn mentions(tree: &Tree, key: &str) -> bool {
    let below = tree.entries().iter().any(|(name, value)| name.text() == Some(key) || mentions(value, key));
    below || tree.items().iter().any(|it| mentions(it, key))
}

#[test]
fn both_targets_create_the_same() {
    let blueprints = Blueprints::embedded();
    let mut seen = BTreeSet::new();
    for spec in specs("examples").into_iter().chain(specs("tests/specs")) {
        for compiled in compiled(&spec, &blueprints) {
            let mut rooms = rooms(&compiled, &blueprints);
            for (room, kind, times, _) in TERRAFORM_ALONE {
                if compiled.plan.config.bucket.is_none() {
                    continue;
                }
                let room = rooms.entry((*room).to_owned()).or_default();
                *room.expected.entry((*kind).to_owned()).or_default() += times;
            }
            for (name, room) in &rooms {
                seen.extend(room.cfn.keys().cloned());
                assert_eq!(
                    room.expected, room.tf,
                    "{}: {name}: left what CloudFormation creates, right what Terraform does",
                    compiled.plan.deployment.name
                );
            }
        }
    }
    let spare: Vec<&str> = SAME.iter().map(|it| it.cfn).filter(|it| !seen.contains(*it)).collect();
    assert!(spare.is_empty(), "in the list of kinds, but never created: {spare:?}");
    let unexplained = SAME.iter().filter(|it| it.why.is_empty() && !matches!(it.tf, [(_, Once)]));
    assert_eq!(unexplained.map(|it| it.cfn).collect::<Vec<_>>(), [""; 0], "these need a reason");
}

/// What each example creates, for reviewers of a blueprint.
#[test]
fn kinds_by_room() {
    let blueprints = Blueprints::embedded();
    for spec in specs("examples") {
        for compiled in compiled(&spec, &blueprints) {
            let mut table = String::new();
            for (name, room) in rooms(&compiled, &blueprints) {
                writeln!(table, "{name}").unwrap();
                for (target, kinds) in [("cfn", &room.cfn), ("tf", &room.tf)] {
                    writeln!(table, "  {target}: {} resources", kinds.values().sum::<usize>()).unwrap();
                    kinds.iter().for_each(|(kind, count)| writeln!(table, "    {count:4} {kind}").unwrap());
                }
            }
            insta::assert_snapshot!(format!("kinds_of_{}", compiled.plan.deployment.name), table);
        }
    }
}
