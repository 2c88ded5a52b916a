"""Facts about what CloudFormation created: one reader for each resource type, asking the service's own API."""

import hashlib
import json

from created.facts import Facts, Unordered, container, listener_rule_of, policy, rule

READERS = {}

# What only CloudFormation has, and why nothing of Terraform stands against it.
WITHOUT_COUNTERPART = {
    "AWS::SSM::Parameter": "layers of CloudFormation find each other through parameters; in Terraform they are one module",
    # These are told by the resource that they belong to.
    "AWS::EC2::SubnetRouteTableAssociation": "in the route table's description",
    "AWS::EC2::Route": "in the route table's description",
    "AWS::EC2::VPCGatewayAttachment": "in the internet gateway's description",
    "AWS::EC2::SecurityGroupIngress": "in the security group's rules",
    "AWS::EC2::SecurityGroupEgress": "in the security group's rules",
    "AWS::ECS::ClusterCapacityProviderAssociations": "in the cluster's description",
}


def reads(kind):
    def register(function):
        READERS[kind] = function
        return function

    return register


class Reader:
    """One deployment's stacks and the clients to ask about what is in them."""

    def __init__(self, world):
        self.world, self.facts, self._clients = world, Facts(), {}

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = self.world.client(service)
        return self._clients[service]


def facts(world, deployment):
    reader = Reader(world)
    cfn = reader.client("cloudformation")
    for layer in deployment.layers:
        for resource in cfn.describe_stack_resources(StackName=layer.stack)["StackResources"]:
            kind, physical = resource["ResourceType"], resource["PhysicalResourceId"]
            if kind not in WITHOUT_COUNTERPART:
                READERS[kind](reader, physical)
    _config(reader, deployment)
    return reader.facts.all()


def _config(reader, deployment):
    if deployment.plan["config"]["bucket"] is None:
        return
    bucket, prefix = deployment.config_prefix(reader.world.account).removeprefix("s3://").split("/", 1)
    s3 = reader.client("s3")
    for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        content = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        name = each["Key"].rsplit("/", 1)[1]
        reader.facts.add("config", name, bucket=bucket, sha256=hashlib.sha256(content).hexdigest())


def tags(pairs):
    """Tags as a mapping, in whichever of AWS's two spellings."""
    return {pair.get("Key", pair.get("key")): pair.get("Value", pair.get("value")) for pair in pairs or []}


def _name(pairs):
    return tags(pairs)["Name"]


@reads("AWS::ECS::TaskDefinition")
def task_definition(reader, physical):
    found = reader.client("ecs").describe_task_definition(taskDefinition=physical, include=["TAGS"])
    told = found["taskDefinition"]
    same = ("cpu", "memory", "networkMode", "requiresCompatibilities", "runtimePlatform", "ephemeralStorage", "revision")
    reader.facts.add(
        "task definition",
        told["family"],
        **{key: told.get(key) for key in same},
        roles={"execution": told["executionRoleArn"], "task": told["taskRoleArn"]},
        volumes=Unordered(told.get("volumes", [])),
        containers={each["name"]: container(each) for each in told["containerDefinitions"]},
        tags=tags(found.get("tags")),
    )


@reads("AWS::ECS::Service")
def service(reader, physical):
    cluster = physical.split("/")[-2]
    found = reader.client("ecs").describe_services(cluster=cluster, services=[physical], include=["TAGS"])["services"]
    told = found[0]
    same = ("clusterArn", "taskDefinition", "desiredCount", "launchType", "healthCheckGracePeriodSeconds")
    network = told["networkConfiguration"]["awsvpcConfiguration"]
    reader.facts.add(
        "service",
        told["serviceName"],
        **{key: told.get(key) for key in same},
        capacity=Unordered(told.get("capacityProviderStrategy", [])),
        deployment={
            "minimum": told["deploymentConfiguration"]["minimumHealthyPercent"],
            "maximum": told["deploymentConfiguration"]["maximumPercent"],
            "breaker": told["deploymentConfiguration"]["deploymentCircuitBreaker"],
        },
        rebalancing=told["availabilityZoneRebalancing"],
        exec=told["enableExecuteCommand"],
        managed_tags=told["enableECSManagedTags"],
        propagate=told["propagateTags"],
        groups=Unordered(network["securityGroups"]),
        subnets=Unordered(network["subnets"]),
        public=network["assignPublicIp"],
        load_balancers=Unordered(told["loadBalancers"]),
        registries=Unordered(each["registryArn"] for each in told["serviceRegistries"]),
        tags=tags(told.get("tags")),
    )


@reads("AWS::ECS::Cluster")
def cluster(reader, physical):
    told = reader.client("ecs").describe_clusters(clusters=[physical], include=["SETTINGS", "CONFIGURATIONS", "TAGS"])
    told = told["clusters"][0]
    reader.facts.add(
        "cluster",
        told["clusterName"],
        settings={each["name"]: each["value"] for each in told["settings"]},
        exec=told["configuration"]["executeCommandConfiguration"],
        providers=Unordered(told["capacityProviders"]),
        strategy=Unordered(told["defaultCapacityProviderStrategy"]),
        tags=tags(told["tags"]),
    )


@reads("AWS::IAM::Role")
def role(reader, physical):
    iam = reader.client("iam")
    told = iam.get_role(RoleName=physical)["Role"]
    names = iam.list_role_policies(RoleName=physical)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=physical)["AttachedPolicies"]
    reader.facts.add(
        "role",
        physical,
        path=told["Path"],
        description=told.get("Description"),
        boundary=told.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        trust=policy(told["AssumeRolePolicyDocument"]),
        policies={
            name: policy(iam.get_role_policy(RoleName=physical, PolicyName=name)["PolicyDocument"]) for name in names
        },
        managed=Unordered(each["PolicyArn"] for each in attached),
        tags=tags(told.get("Tags")),
    )


@reads("AWS::IAM::OIDCProvider")
def identity_provider(reader, physical):
    told = reader.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=physical)
    url = told["Url"].removeprefix("https://")
    reader.facts.stands_for(f"identity provider {url}", physical)
    reader.facts.add("identity provider", url, clients=Unordered(told["ClientIDList"]), tags=tags(told.get("Tags")))


@reads("AWS::IAM::ManagedPolicy")
def managed_policy(reader, physical):
    """Without tags, which CloudFormation cannot give it."""
    iam = reader.client("iam")
    told = iam.get_policy(PolicyArn=physical)["Policy"]
    document = iam.get_policy_version(PolicyArn=physical, VersionId=told["DefaultVersionId"])["PolicyVersion"]["Document"]
    holders = iam.list_entities_for_policy(PolicyArn=physical)
    reader.facts.add(
        "policy",
        told["PolicyName"],
        path=told["Path"],
        description=told.get("Description"),
        document=policy(document),
        roles=Unordered(each["RoleName"] for each in holders["PolicyRoles"]),
        groups=Unordered(each["GroupName"] for each in holders["PolicyGroups"]),
        users=Unordered(each["UserName"] for each in holders["PolicyUsers"]),
    )


@reads("AWS::EC2::SecurityGroup")
def security_group(reader, physical):
    ec2 = reader.client("ec2")
    told = ec2.describe_security_groups(GroupIds=[physical])["SecurityGroups"][0]
    reader.facts.stands_for(f"group {_name(told['Tags'])}", physical)
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [physical]}])["SecurityGroupRules"]
    rules = []
    for each in found:
        peer = each.get("CidrIpv4") or each.get("PrefixListId") or each["ReferencedGroupInfo"]["GroupId"]
        direction = "to" if each["IsEgress"] else "from"
        ports = (each.get("FromPort"), each.get("ToPort"))
        rules.append(rule(direction, each["IpProtocol"], ports, peer, each.get("Description")))
    reader.facts.add(
        "security group",
        physical,
        description=told["Description"],
        vpc=told["VpcId"],
        rules=Unordered(rules),
        tags=tags(told["Tags"]),
    )


@reads("AWS::Logs::LogGroup")
def log_group(reader, physical):
    logs = reader.client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=physical)["logGroups"]
    told = next(each for each in found if each["logGroupName"] == physical)
    reader.facts.add(
        "log group",
        physical,
        days=told.get("retentionInDays"),
        key=told.get("kmsKeyId"),
        tags=logs.list_tags_for_resource(resourceArn=told["arn"].removesuffix(":*"))["tags"],
    )


@reads("AWS::KMS::Key")
def key(reader, physical):
    kms = reader.client("kms")
    told = kms.describe_key(KeyId=physical)["KeyMetadata"]
    own = {each["TagKey"]: each["TagValue"] for each in kms.list_resource_tags(KeyId=physical)["Tags"]}
    reader.facts.stands_for("the key", told["Arn"])
    reader.facts.stands_for("id of the key", told["KeyId"])
    reader.facts.add(
        "key",
        told["Description"],
        rotates=kms.get_key_rotation_status(KeyId=physical)["KeyRotationEnabled"],
        policy=policy(kms.get_key_policy(KeyId=physical, PolicyName="default")["Policy"]),
        tags=own,
    )


@reads("AWS::KMS::Alias")
def key_alias(reader, physical):
    (told,) = [each for each in reader.client("kms").list_aliases()["Aliases"] if each["AliasName"] == physical]
    reader.facts.add("key alias", physical, key=told["TargetKeyId"])


@reads("AWS::S3::Bucket")
def bucket(reader, physical):
    s3, named = reader.client("s3"), {"Bucket": physical}
    encryption = s3.get_bucket_encryption(**named)["ServerSideEncryptionConfiguration"]["Rules"][0]
    rules = s3.get_bucket_lifecycle_configuration(**named)["Rules"]
    reader.facts.add(
        "bucket",
        physical,
        versioning=s3.get_bucket_versioning(**named)["Status"],
        encryption=encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        key=encryption["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID"),
        one_key=encryption.get("BucketKeyEnabled") or None,
        ownership=s3.get_bucket_ownership_controls(**named)["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        closed=s3.get_public_access_block(**named)["PublicAccessBlockConfiguration"],
        lifecycle={each["ID"]: _lifecycle(each) for each in rules},
        logging=s3.get_bucket_logging(**named).get("LoggingEnabled"),
        tags=tags(s3.get_bucket_tagging(**named)["TagSet"]),
    )


def _lifecycle(told):
    return {
        "status": told["Status"],
        "abort": told.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
        "expire": told.get("Expiration", {}).get("Days"),
        "noncurrent": told.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
        "prefix": told.get("Filter", {}).get("Prefix"),
        "moves": [{"days": each["Days"], "class": each["StorageClass"]} for each in told.get("Transitions", [])],
    }


@reads("AWS::S3::BucketPolicy")
def bucket_policy(reader, physical):
    told = reader.client("s3").get_bucket_policy(Bucket=physical)["Policy"]
    reader.facts.add("bucket", physical, policy=policy(told))


@reads("AWS::EFS::FileSystem")
def file_system(reader, physical):
    efs = reader.client("efs")
    told = efs.describe_file_systems(FileSystemId=physical)["FileSystems"][0]
    own = tags(told["Tags"])
    reader.facts.stands_for(f"file system {own['Name']}", physical)
    moves = efs.describe_lifecycle_configuration(FileSystemId=physical)["LifecyclePolicies"]
    reader.facts.add(
        "file system",
        physical,
        encrypted=told["Encrypted"],
        key=told.get("KmsKeyId"),
        performance=told["PerformanceMode"],
        throughput=told["ThroughputMode"],
        backup=_backup(efs, physical),
        infrequent=next((each["TransitionToIA"] for each in moves if "TransitionToIA" in each), None),
        policy=policy(efs.describe_file_system_policy(FileSystemId=physical)["Policy"]),
        tags=own,
    )


def _backup(efs, file_system):
    try:
        return efs.describe_backup_policy(FileSystemId=file_system)["BackupPolicy"]["Status"]
    except efs.exceptions.PolicyNotFound:
        return "DISABLED"


@reads("AWS::EFS::MountTarget")
def mount_target(reader, physical):
    efs = reader.client("efs")
    told = efs.describe_mount_targets(MountTargetId=physical)["MountTargets"][0]
    reader.facts.add(
        "mount target",
        f"{told['FileSystemId']} {told['SubnetId']}",
        groups=Unordered(efs.describe_mount_target_security_groups(MountTargetId=physical)["SecurityGroups"]),
    )


@reads("AWS::EFS::AccessPoint")
def access_point(reader, physical):
    told = reader.client("efs").describe_access_points(AccessPointId=physical)["AccessPoints"][0]
    own = tags(told["Tags"])
    reader.facts.stands_for(f"access point {own['Name']}", told["AccessPointId"])
    root = told["RootDirectory"]
    reader.facts.add(
        "access point",
        own["Name"],
        file_system=told["FileSystemId"],
        user={key: told["PosixUser"][key] for key in ("Uid", "Gid")},
        path=root["Path"],
        made={key: root["CreationInfo"][key] for key in ("OwnerUid", "OwnerGid", "Permissions")},
        tags=own,
    )


@reads("AWS::ECR::Repository")
def repository(reader, physical):
    ecr = reader.client("ecr")
    told = ecr.describe_repositories(repositoryNames=[physical])["repositories"][0]
    reader.facts.add(
        "repository",
        physical,
        mutability=told["imageTagMutability"],
        scan=told["imageScanningConfiguration"]["scanOnPush"],
        encryption=told["encryptionConfiguration"]["encryptionType"],
        key=told["encryptionConfiguration"].get("kmsKey"),
        lifecycle=json.loads(ecr.get_lifecycle_policy(repositoryName=physical)["lifecyclePolicyText"]),
        tags=tags(ecr.list_tags_for_resource(resourceArn=told["repositoryArn"])["tags"]),
    )


@reads("AWS::SecretsManager::Secret")
def secret(reader, physical):
    told = reader.client("secretsmanager").describe_secret(SecretId=physical)
    own = tags(told["Tags"])
    name = own.get("Name", told["Name"])
    reader.facts.stands_for(f"secret {name}", told["ARN"])
    reader.facts.add("secret", name, description=told["Description"], key=told.get("KmsKeyId"), tags=own)


@reads("AWS::RDS::DBSubnetGroup")
def subnet_group(reader, physical):
    rds = reader.client("rds")
    told = rds.describe_db_subnet_groups(DBSubnetGroupName=physical)["DBSubnetGroups"][0]
    own = tags(rds.list_tags_for_resource(ResourceName=told["DBSubnetGroupArn"])["TagList"])
    reader.facts.stands_for(f"subnet group {own['Name']}", physical)
    reader.facts.add(
        "subnet group",
        own["Name"],
        description=told["DBSubnetGroupDescription"],
        subnets=Unordered(each["SubnetIdentifier"] for each in told["Subnets"]),
        tags=own,
    )


@reads("AWS::RDS::DBParameterGroup")
def parameter_group(reader, physical):
    rds = reader.client("rds")
    told = rds.describe_db_parameter_groups(DBParameterGroupName=physical)["DBParameterGroups"][0]
    own = tags(rds.list_tags_for_resource(ResourceName=told["DBParameterGroupArn"])["TagList"])
    set_here = rds.describe_db_parameters(DBParameterGroupName=physical)["Parameters"]
    reader.facts.stands_for(f"parameter group {own['Name']}", physical)
    reader.facts.add(
        "parameter group",
        own["Name"],
        description=told["Description"],
        family=told["DBParameterGroupFamily"],
        parameters={each["ParameterName"]: each["ParameterValue"] for each in set_here},
        tags=own,
    )


DATABASE = {
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "DBInstanceClass": "instance_class",
    "MultiAZ": "multi_az",
    "AllocatedStorage": "allocated_storage",
    "MaxAllocatedStorage": "max_allocated_storage",
    "StorageType": "storage_type",
    "StorageEncrypted": "storage_encrypted",
    "DBName": "db_name",
    "MasterUsername": "username",
    "PubliclyAccessible": "publicly_accessible",
    "IAMDatabaseAuthenticationEnabled": "iam_database_authentication_enabled",
    "BackupRetentionPeriod": "backup_retention_period",
    "PreferredBackupWindow": "backup_window",
    "PreferredMaintenanceWindow": "maintenance_window",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "DeletionProtection": "deletion_protection",
    "PerformanceInsightsEnabled": "performance_insights_enabled",
    "PerformanceInsightsRetentionPeriod": "performance_insights_retention_period",
    "MonitoringInterval": "monitoring_interval",
    "MonitoringRoleArn": "monitoring_role_arn",
}


CLUSTER = {
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "StorageEncrypted": "storage_encrypted",
    "DatabaseName": "database_name",
    "MasterUsername": "master_username",
    "Port": "port",
    "IAMDatabaseAuthenticationEnabled": "iam_database_authentication_enabled",
    "BackupRetentionPeriod": "backup_retention_period",
    "PreferredBackupWindow": "preferred_backup_window",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "DeletionProtection": "deletion_protection",
}

MEMBER = {
    "Engine": "engine",
    "DBInstanceClass": "instance_class",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "PubliclyAccessible": "publicly_accessible",
    "PerformanceInsightsEnabled": "performance_insights_enabled",
    "PerformanceInsightsRetentionPeriod": "performance_insights_retention_period",
    "MonitoringInterval": "monitoring_interval",
    "MonitoringRoleArn": "monitoring_role_arn",
}


@reads("AWS::RDS::DBClusterParameterGroup")
def cluster_parameter_group(reader, physical):
    rds = reader.client("rds")
    told = rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=physical)["DBClusterParameterGroups"][0]
    own = tags(rds.list_tags_for_resource(ResourceName=told["DBClusterParameterGroupArn"])["TagList"])
    reader.facts.stands_for(f"parameter group {own['Name']}", physical)
    reader.facts.add(
        "parameter group", own["Name"], description=told["Description"], family=told["DBParameterGroupFamily"], tags=own
    )


@reads("AWS::RDS::DBCluster")
def database_cluster(reader, physical):
    told = reader.client("rds").describe_db_clusters(DBClusterIdentifier=physical)["DBClusters"][0]
    name = _name(told["TagList"])
    reader.facts.stands_for(f"host of {name}", told["Endpoint"])
    reader.facts.stands_for(f"resource id of {name}", told["DbClusterResourceId"])
    reader.facts.stands_for(f"cluster {name}", physical)
    grows = told["ServerlessV2ScalingConfiguration"]
    reader.facts.add(
        "database",
        name,
        **{attribute: told[key] for key, attribute in CLUSTER.items()},
        grows=[grows["MinCapacity"], grows["MaxCapacity"]],
        logs=Unordered(told["EnabledCloudwatchLogsExports"]),
        groups=Unordered(each["VpcSecurityGroupId"] for each in told["VpcSecurityGroups"]),
        subnets=told["DBSubnetGroup"],
        parameters=told["DBClusterParameterGroup"],
        tags=tags(told["TagList"]),
    )


def database_member(reader, told):
    reader.facts.add(
        "database member",
        _name(told["TagList"]),
        **{attribute: told[key] for key, attribute in MEMBER.items()},
        cluster=told["DBClusterIdentifier"],
        subnets=told["DBSubnetGroup"]["DBSubnetGroupName"],
        tags=tags(told["TagList"]),
    )


@reads("AWS::RDS::DBInstance")
def database(reader, physical):
    told = reader.client("rds").describe_db_instances(DBInstanceIdentifier=physical)["DBInstances"][0]
    if told.get("DBClusterIdentifier"):
        return database_member(reader, told)
    name = _name(told["TagList"])
    reader.facts.stands_for(f"resource id of {name}", told["DbiResourceId"])
    reader.facts.stands_for(f"instance {name}", physical)
    reader.facts.stands_for(f"host of {name}", told["Endpoint"]["Address"])
    managed = told.get("MasterUserSecret")
    reader.facts.stands_for(f"secret of {name}", managed and managed["SecretArn"])
    reader.facts.add(
        "database",
        name,
        **{attribute: told[key] for key, attribute in DATABASE.items()},
        managed=bool(managed),
        port=told["Endpoint"]["Port"],
        logs=Unordered(told["EnabledCloudwatchLogsExports"]),
        groups=Unordered(each["VpcSecurityGroupId"] for each in told["VpcSecurityGroups"]),
        subnets=told["DBSubnetGroup"]["DBSubnetGroupName"],
        parameters=[each["DBParameterGroupName"] for each in told["DBParameterGroups"]],
        tags=tags(told["TagList"]),
    )


@reads("AWS::ElasticLoadBalancingV2::LoadBalancer")
def load_balancer(reader, physical):
    elb = reader.client("elbv2")
    told = elb.describe_load_balancers(LoadBalancerArns=[physical])["LoadBalancers"][0]
    own = tags(elb.describe_tags(ResourceArns=[physical])["TagDescriptions"][0]["Tags"])
    chosen = {each["Key"]: each["Value"] for each in elb.describe_load_balancer_attributes(LoadBalancerArn=physical)["Attributes"]}
    reader.facts.stands_for(f"load balancer {own['Name']}", physical)
    reader.facts.stands_for(f"metrics of load balancer {own['Name']}", physical.split(":loadbalancer/")[1])
    reader.facts.stands_for(f"host of {own['Name']}", told["DNSName"])
    reader.facts.stands_for(f"zone of {own['Name']}", told["CanonicalHostedZoneId"])
    reader.facts.add(
        "load balancer",
        own["Name"],
        scheme=told["Scheme"],
        kind=told["Type"],
        addresses=told["IpAddressType"],
        groups=Unordered(told["SecurityGroups"]),
        subnets=Unordered(each["SubnetId"] for each in told["AvailabilityZones"]),
        protected=chosen["deletion_protection.enabled"],
        idle=chosen["idle_timeout.timeout_seconds"],
        drops_invalid_headers=chosen["routing.http.drop_invalid_header_fields.enabled"],
        access_logs=chosen.get("access_logs.s3.enabled", "false"),
        tags=own,
    )


@reads("AWS::ElasticLoadBalancingV2::TargetGroup")
def target_group(reader, physical):
    elb = reader.client("elbv2")
    told = elb.describe_target_groups(TargetGroupArns=[physical])["TargetGroups"][0]
    own = tags(elb.describe_tags(ResourceArns=[physical])["TagDescriptions"][0]["Tags"])
    chosen = {each["Key"]: each["Value"] for each in elb.describe_target_group_attributes(TargetGroupArn=physical)["Attributes"]}
    reader.facts.stands_for(f"target group {own['Name']}", physical)
    reader.facts.stands_for(f"metrics of target group {own['Name']}", physical.rsplit(":", 1)[1])
    reader.facts.add(
        "target group",
        own["Name"],
        protocol=told["Protocol"],
        port=told["Port"],
        vpc=told["VpcId"],
        targets=told["TargetType"],
        check={
            "path": told["HealthCheckPath"],
            "interval": told["HealthCheckIntervalSeconds"],
            "timeout": told["HealthCheckTimeoutSeconds"],
            "healthy": told["HealthyThresholdCount"],
            "unhealthy": told["UnhealthyThresholdCount"],
            "codes": told["Matcher"]["HttpCode"],
        },
        deregistration=chosen["deregistration_delay.timeout_seconds"],
        tags=own,
    )


@reads("AWS::ElasticLoadBalancingV2::Listener")
def listener(reader, physical):
    told = reader.client("elbv2").describe_listeners(ListenerArns=[physical])["Listeners"][0]
    (action,) = told["DefaultActions"]
    redirect, refusal = action.get("RedirectConfig", {}), action.get("FixedResponseConfig", {})
    reader.facts.stands_for(f"listener {told['Port']}", physical)
    reader.facts.add(
        "listener",
        f"{told['LoadBalancerArn']} {told['Port']}",
        protocol=told["Protocol"],
        # moto, like the stand-in provider, makes one up for plain HTTP.
        policy=told.get("SslPolicy") if told["Protocol"] == "HTTPS" else None,
        certificates=[each["CertificateArn"] for each in told.get("Certificates", [])],
        action=action["Type"],
        target=action.get("TargetGroupArn"),
        redirect={"protocol": redirect.get("Protocol"), "port": redirect.get("Port"), "code": redirect.get("StatusCode")},
        refusal={"code": refusal.get("StatusCode"), "type": refusal.get("ContentType"), "text": refusal.get("MessageBody")},
    )


@reads("AWS::ElasticLoadBalancingV2::ListenerRule")
def listener_rule(reader, physical):
    told = reader.client("elbv2").describe_rules(RuleArns=[physical])["Rules"][0]
    # A rule's ARN is that of its listener and one part more.
    listener = physical.replace(":listener-rule/", ":listener/").rsplit("/", 1)[0]
    found = listener_rule_of(told["Conditions"], told["Actions"])
    reader.facts.add("listener rule", f"{listener} {told['Priority']}", **found)


@reads("AWS::WAFv2::WebACLAssociation")
def web_acl(reader, physical):
    protected = physical.split("|")[1]
    told = reader.client("wafv2").get_web_acl_for_resource(ResourceArn=protected)
    reader.facts.add("web acl", protected, acl=told["WebACL"]["ARN"])


@reads("AWS::ApplicationAutoScaling::ScalableTarget")
def scalable_target(reader, physical):
    scaling = reader.client("application-autoscaling")
    (told,) = (
        each
        for each in scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        if each["ResourceId"] == physical.split("|")[0]
    )
    reader.facts.add(
        "scaling",
        told["ResourceId"],
        dimension=told["ScalableDimension"],
        limits=[told["MinCapacity"], told["MaxCapacity"]],
    )


@reads("AWS::ApplicationAutoScaling::ScalingPolicy")
def scaling_policy(reader, physical):
    scaling = reader.client("application-autoscaling")
    (told,) = (
        each
        for each in scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        if each["PolicyARN"] == physical
    )
    tracked = told["TargetTrackingScalingPolicyConfiguration"]
    reader.facts.add(
        "scaling",
        told["ResourceId"],
        policy=told["PolicyName"],
        kind=told["PolicyType"],
        metric=tracked["PredefinedMetricSpecification"]["PredefinedMetricType"],
        target=float(tracked["TargetValue"]),
    )


@reads("AWS::ServiceDiscovery::PrivateDnsNamespace")
def namespace(reader, physical):
    discovery = reader.client("servicediscovery")
    told = discovery.get_namespace(Id=physical)["Namespace"]
    own = tags(discovery.list_tags_for_resource(ResourceARN=told["Arn"])["Tags"])
    reader.facts.stands_for(f"namespace {told['Name']}", physical)
    reader.facts.add("namespace", told["Name"], description=told["Description"], tags=own)


@reads("AWS::ServiceDiscovery::Service")
def discovery_service(reader, physical):
    discovery = reader.client("servicediscovery")
    told = discovery.get_service(Id=physical)["Service"]
    own = tags(discovery.list_tags_for_resource(ResourceARN=told["Arn"])["Tags"])
    reader.facts.stands_for(f"discovery {told['Name']}", told["Arn"])
    reader.facts.add(
        "discovery",
        told["Name"],
        namespace=told.get("NamespaceId") or told["DnsConfig"].get("NamespaceId"),
        routing=told["DnsConfig"]["RoutingPolicy"],
        records=[{"type": each["Type"], "ttl": each["TTL"]} for each in told["DnsConfig"]["DnsRecords"]],
        threshold=told["HealthCheckCustomConfig"]["FailureThreshold"],
        tags=own,
    )


@reads("AWS::Route53::RecordSet")
def record(reader, physical):
    route53 = reader.client("route53")
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for told in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if told["Name"].rstrip(".") == physical.rstrip("."):
                alias = told["AliasTarget"]
                reader.facts.add(
                    "record",
                    f"{told['Type']} {physical.rstrip('.')}",
                    zone=zone["Id"].split("/")[-1],
                    alias=alias["DNSName"].rstrip("."),
                    alias_zone=alias["HostedZoneId"],
                    evaluates=alias["EvaluateTargetHealth"],
                )


@reads("AWS::CertificateManager::Certificate")
def certificate(reader, physical):
    acm = reader.client("acm")
    told = acm.describe_certificate(CertificateArn=physical)["Certificate"]
    reader.facts.stands_for(f"certificate of {told['DomainName']}", physical)
    reader.facts.add(
        "certificate",
        told["DomainName"],
        others=Unordered(name for name in told["SubjectAlternativeNames"] if name != told["DomainName"]),
        methods=sorted({each["ValidationMethod"] for each in told["DomainValidationOptions"]}),
        tags=tags(acm.list_tags_for_certificate(CertificateArn=physical)["Tags"]),
    )


@reads("AWS::EC2::VPC")
def vpc(reader, physical):
    ec2 = reader.client("ec2")
    told = ec2.describe_vpcs(VpcIds=[physical])["Vpcs"][0]
    reader.facts.stands_for(f"vpc {_name(told['Tags'])}", physical)

    def dns(name):
        return ec2.describe_vpc_attribute(VpcId=physical, Attribute=name)[name[0].upper() + name[1:]]["Value"]

    reader.facts.add(
        "vpc",
        _name(told["Tags"]),
        cidr=told["CidrBlock"],
        hostnames=dns("enableDnsHostnames"),
        resolves=dns("enableDnsSupport"),
        tags=tags(told["Tags"]),
    )


@reads("AWS::EC2::Subnet")
def subnet(reader, physical):
    told = reader.client("ec2").describe_subnets(SubnetIds=[physical])["Subnets"][0]
    reader.facts.stands_for(f"subnet {_name(told['Tags'])}", physical)
    reader.facts.add(
        "subnet",
        _name(told["Tags"]),
        vpc=told["VpcId"],
        cidr=told["CidrBlock"],
        zone=told["AvailabilityZone"],
        public=told["MapPublicIpOnLaunch"],
        tags=tags(told["Tags"]),
    )


@reads("AWS::EC2::RouteTable")
def route_table(reader, physical):
    told = reader.client("ec2").describe_route_tables(RouteTableIds=[physical])["RouteTables"][0]
    name = _name(told["Tags"])
    reader.facts.stands_for(f"route table {name}", physical)
    routes = [each for each in told["Routes"] if each["Origin"] == "CreateRoute" and "DestinationCidrBlock" in each]
    reader.facts.add(
        "route table",
        physical,
        vpc=told["VpcId"],
        routes=Unordered(f"{each['DestinationCidrBlock']} {each.get('GatewayId') or each['NatGatewayId']}" for each in routes),
        subnets=Unordered(each["SubnetId"] for each in told["Associations"] if not each["Main"]),
        tags=tags(told["Tags"]),
    )


@reads("AWS::EC2::InternetGateway")
def internet_gateway(reader, physical):
    told = reader.client("ec2").describe_internet_gateways(InternetGatewayIds=[physical])["InternetGateways"][0]
    reader.facts.stands_for(f"internet gateway {_name(told['Tags'])}", physical)
    reader.facts.add(
        "internet gateway",
        _name(told["Tags"]),
        vpcs=[each["VpcId"] for each in told["Attachments"]],
        tags=tags(told["Tags"]),
    )


@reads("AWS::EC2::EIP")
def address(reader, physical):
    found = reader.client("ec2").describe_addresses()["Addresses"]
    told = next(each for each in found if physical in (each["PublicIp"], each["AllocationId"]))
    reader.facts.stands_for(f"address {_name(told['Tags'])}", told["AllocationId"])
    reader.facts.add("address", _name(told["Tags"]), domain=told["Domain"], tags=tags(told["Tags"]))


@reads("AWS::EC2::NatGateway")
def nat_gateway(reader, physical):
    told = reader.client("ec2").describe_nat_gateways(NatGatewayIds=[physical])["NatGateways"][0]
    reader.facts.stands_for(f"nat gateway {_name(told['Tags'])}", physical)
    reader.facts.add(
        "nat gateway",
        _name(told["Tags"]),
        subnet=told["SubnetId"],
        addresses=[each["AllocationId"] for each in told["NatGatewayAddresses"]],
        tags=tags(told["Tags"]),
    )


@reads("AWS::EC2::VPCEndpoint")
def endpoint(reader, physical):
    told = reader.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[physical])["VpcEndpoints"][0]
    reader.facts.add(
        "endpoint",
        _name(told["Tags"]),
        kind=told["VpcEndpointType"],
        service=told["ServiceName"],
        vpc=told["VpcId"],
        tables=Unordered(told["RouteTableIds"]),
        subnets=Unordered(told["SubnetIds"]),
        groups=Unordered(each["GroupId"] for each in told["Groups"]),
        private_dns=told["PrivateDnsEnabled"] if told["VpcEndpointType"] == "Interface" else None,
        tags=tags(told["Tags"]),
    )


@reads("AWS::EC2::FlowLog")
def flow_log(reader, physical):
    told = reader.client("ec2").describe_flow_logs(FlowLogIds=[physical])["FlowLogs"][0]
    reader.facts.add(
        "flow log",
        _name(told["Tags"]),
        on=told["ResourceId"],
        role=told["DeliverLogsPermissionArn"],
        group=told["LogGroupName"],
        traffic=told["TrafficType"],
        destination=told["LogDestinationType"],
        interval=told["MaxAggregationInterval"],
        tags=tags(told["Tags"]),
    )


@reads("AWS::Scheduler::Schedule")
def schedule(reader, physical):
    told = reader.client("scheduler").get_schedule(Name=physical)
    runs = told["Target"]["EcsParameters"]
    reader.facts.add(
        "schedule",
        told["Name"],
        group=told["GroupName"],
        description=told["Description"],
        expression=told["ScheduleExpression"],
        timezone=told["ScheduleExpressionTimezone"],
        state=told["State"],
        window=told["FlexibleTimeWindow"]["Mode"],
        cluster=told["Target"]["Arn"],
        role=told["Target"]["RoleArn"],
        definition=runs["TaskDefinitionArn"],
        count=runs["TaskCount"],
        launch=runs["LaunchType"],
        managed_tags=runs["EnableECSManagedTags"],
        propagate=runs["PropagateTags"],
        network=network(runs["NetworkConfiguration"]["awsvpcConfiguration"]),
        retries=told["Target"]["RetryPolicy"],
    )


def network(told):
    """Where a started task runs."""
    return {
        "public": told["AssignPublicIp"],
        "groups": Unordered(told["SecurityGroups"]),
        "subnets": Unordered(told["Subnets"]),
    }


@reads("AWS::StepFunctions::StateMachine")
def state_machine(reader, physical):
    states = reader.client("stepfunctions")
    told = states.describe_state_machine(stateMachineArn=physical)
    own = {each["key"]: each["value"] for each in states.list_tags_for_resource(resourceArn=physical)["tags"]}
    reader.facts.stands_for(f"state machine {told['name']}", physical)
    reader.facts.add(
        "state machine", told["name"], role=told["roleArn"], definition=json.loads(told["definition"]), tags=own
    )


@reads("AWS::Events::Rule")
def event_rule(reader, physical):
    events = reader.client("events")
    told = events.describe_rule(Name=physical)
    targets = events.list_targets_by_rule(Rule=physical)["Targets"]
    reader.facts.add(
        "event rule",
        physical,
        description=told["Description"],
        state=told["State"],
        pattern=json.loads(told["EventPattern"]),
        targets={each["Id"]: {"arn": each["Arn"], "role": each["RoleArn"]} for each in targets},
        tags=tags(events.list_tags_for_resource(ResourceARN=told["Arn"])["Tags"]),
    )


@reads("AWS::CloudWatch::Dashboard")
def dashboard(reader, physical):
    told = reader.client("cloudwatch").get_dashboard(DashboardName=physical)
    reader.facts.add("dashboard", physical, body=json.loads(told["DashboardBody"]))


@reads("AWS::CloudWatch::Alarm")
def alarm(reader, physical):
    cloudwatch = reader.client("cloudwatch")
    told = cloudwatch.describe_alarms(AlarmNames=[physical])["MetricAlarms"][0]
    reader.facts.add(
        "alarm",
        physical,
        description=told["AlarmDescription"],
        metric=[told["Namespace"], told["MetricName"], told["Statistic"]],
        dimensions={each["Name"]: each["Value"] for each in told["Dimensions"]},
        periods=[told["EvaluationPeriods"], told["Period"]],
        threshold=[told["ComparisonOperator"], float(told["Threshold"])],
        missing=told["TreatMissingData"],
        actions=told["AlarmActions"],
        recovers=told["OKActions"],
        tags=tags(cloudwatch.list_tags_for_resource(ResourceARN=told["AlarmArn"])["Tags"]),
    )


@reads("AWS::Logs::MetricFilter")
def metric_filter(reader, physical):
    found = reader.client("logs").describe_metric_filters(filterNamePrefix=physical)["metricFilters"]
    for told in found:
        (counted,) = told["metricTransformations"]
        reader.facts.add(
            "metric filter",
            f"{told['logGroupName']} {told['filterName']}",
            pattern=told["filterPattern"],
            metric=[counted["metricNamespace"], counted["metricName"], counted["metricValue"]],
        )


@reads("AWS::SNS::Topic")
def topic(reader, physical):
    sns, name = reader.client("sns"), physical.rsplit(":", 1)[1]
    reader.facts.stands_for(f"topic {name}", physical)
    key = sns.get_topic_attributes(TopicArn=physical)["Attributes"].get("KmsMasterKeyId")
    reader.facts.add("topic", name, key=key, tags=tags(sns.list_tags_for_resource(ResourceArn=physical)["Tags"]))


@reads("AWS::SNS::Subscription")
def subscription(reader, physical):
    for told in reader.client("sns").list_subscriptions()["Subscriptions"]:
        if physical in (told["SubscriptionArn"], "pending confirmation"):
            reader.facts.add("subscription", told["Endpoint"], topic=told["TopicArn"], protocol=told["Protocol"])
