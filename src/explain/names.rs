//! Every name in AWS, with its length and the longest that its service takes.

use super::table::table;
use super::template::{Template, text};
use crate::check::names::{DATABASE_LIMIT, STACK_LIMIT, TERRAFORM_SUFFIX};
use crate::plan::Plan;

/// Type, property, and the longest name that the service takes, from the constraints in the CloudFormation reference of the
/// type (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/>).
pub const NAMES: &[(&str, &str, usize)] = &[
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "PolicyName", 256),
    ("AWS::CertificateManager::Certificate", "DomainName", 253),
    ("AWS::CloudWatch::Alarm", "AlarmName", 255),
    ("AWS::CloudWatch::Dashboard", "DashboardName", 255),
    ("AWS::ECR::Repository", "RepositoryName", 256),
    ("AWS::ECS::Cluster", "ClusterName", 255),
    ("AWS::ECS::Service", "ServiceName", 255),
    ("AWS::ECS::TaskDefinition", "Family", 255),
    ("AWS::Events::Rule", "Name", 64),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", 128),
    ("AWS::IAM::Role", "RoleName", 64),
    ("AWS::KMS::Alias", "AliasName", 256),
    ("AWS::Logs::LogGroup", "LogGroupName", 512),
    ("AWS::Logs::MetricFilter", "FilterName", 512),
    ("AWS::RDS::DBCluster", "DatabaseName", 63),
    ("AWS::RDS::DBInstance", "DBName", 63),
    ("AWS::Route53::RecordSet", "Name", 255),
    ("AWS::S3::Bucket", "BucketName", 63),
    ("AWS::SNS::Topic", "TopicName", 256),
    ("AWS::SSM::Parameter", "Name", 1011),
    ("AWS::Scheduler::Schedule", "Name", 64),
    ("AWS::SecretsManager::Secret", "Name", 512),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", "Name", 253),
    ("AWS::ServiceDiscovery::Service", "Name", 63),
    ("AWS::StepFunctions::StateMachine", "StateMachineName", 80),
];

/// Texts in properties that look like names and name something that is there already.
pub const NOT_NAMES: &[(&str, &str)] = &[
    ("AWS::CloudWatch::Alarm", "MetricName"),
    ("AWS::EC2::FlowLog", "LogGroupName"),
    ("AWS::EC2::VPCEndpoint", "ServiceName"),
    ("AWS::Logs::MetricFilter", "LogGroupName"),
    ("AWS::RDS::DBCluster", "DBClusterParameterGroupName"),
    ("AWS::RDS::DBCluster", "DBSubnetGroupName"),
    ("AWS::RDS::DBClusterParameterGroup", "Family"),
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
    ("AWS::RDS::DBInstance", "DBParameterGroupName"),
    ("AWS::RDS::DBInstance", "DBSubnetGroupName"),
    ("AWS::RDS::DBParameterGroup", "Family"),
    ("AWS::Scheduler::Schedule", "GroupName"),
];

/// Longest name of a security group
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>).
const SECURITY_GROUP_LIMIT: usize = 255;

/// Names of stacks, and of everything in them that is given a name. CloudFormation makes the names of everything else; where
/// Terraform makes one from a prefix, that is listed too.
pub fn names(plan: &Plan, templates: &[Template]) -> String {
    let stacks = plan.layers.iter().map(|it| row("stack", &it.stack, STACK_LIMIT, plan));
    let mut rows: Vec<_> = stacks.collect();
    for (kind, _, properties) in templates.iter().flat_map(Template::resources) {
        let of_kind = NAMES.iter().filter(|it| it.0 == kind);
        for (kind, property, limit) in of_kind {
            let named = properties.iter().filter(|it| it.0 == *property);
            rows.extend(named.filter_map(|(_, value)| Some(row(kind, text(value)?, *limit, plan))));
        }
    }
    let database =
        plan.rooms.data.database.created.iter().map(|it| (it.name_prefix.as_str(), "database", DATABASE_LIMIT));
    let groups = plan.rooms.platform.security.groups.iter();
    let groups = groups.map(|it| (it.name_prefix.as_str(), "security group", SECURITY_GROUP_LIMIT));
    rows.extend(database.chain(groups).map(|(prefix, kind, limit)| {
        let length = prefix.chars().count() + TERRAFORM_SUFFIX;
        [
            length.to_string(),
            limit.to_string(),
            format!("{kind} (Terraform)"),
            format!("{prefix}<{TERRAFORM_SUFFIX} more>"),
        ]
    }));
    table(["length", "limit", "of", "name"], &rows)
}

fn row(kind: &str, name: &str, limit: usize, plan: &Plan) -> [String; 4] {
    // Twelve digits stand for the account, which the template does not know.
    let name = name.replace("${AWS::Region}", &plan.deployment.region);
    let known =
        name.replace("${AWS::AccountId}", "000000000000").replace("${AWS::Partition}", &plan.deployment.partition);
    let name = name.replace("${AWS::AccountId}", "<account>").replace("${AWS::Partition}", &plan.deployment.partition);
    [known.chars().count().to_string(), limit.to_string(), kind.to_owned(), name]
}
