"""Facts about what Terraform applied: one reader for each resource type of the state."""

import json
import pathlib

from created.facts import Facts, Unordered, container, listener_rule_of, policy, rule
from created.cloudformation import CLUSTER, DATABASE, MEMBER

READERS = {}

# What only Terraform has, and why nothing of CloudFormation stands against it.
WITHOUT_COUNTERPART = {
    "aws_default_security_group": "CloudFormation cannot adopt the default group of a VPC; nothing rendered uses it",
    "aws_secretsmanager_secret_version": "CloudFormation's secret makes its first version itself",
    "aws_acm_certificate_validation": "CloudFormation's certificate waits for its validation itself",
}


def reads(kind):
    def register(function):
        READERS[kind] = function
        return function

    return register


def facts(resources):
    """`resources` is the state: address to resource."""
    found = Facts()
    for resource in resources.values():
        if resource["type"] == "aws_iam_policy":
            found.policies[resource["values"]["arn"]] = resource["values"]["name"]
    for resource in resources.values():
        if resource["type"] not in WITHOUT_COUNTERPART:
            READERS[resource["type"]](found, resource["values"])
    return found.all()


def _only(blocks):
    """The one block of a list, or nothing."""
    return blocks[0] if blocks else {}


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@reads("aws_ecs_task_definition")
def task_definition(found, told):
    platform, storage = _only(told["runtime_platform"]), _only(told["ephemeral_storage"])
    found.add(
        "task definition",
        told["family"],
        cpu=told["cpu"],
        memory=told["memory"],
        networkMode=told["network_mode"],
        requiresCompatibilities=told["requires_compatibilities"],
        runtimePlatform={_camel(key): value for key, value in platform.items()},
        ephemeralStorage={"sizeInGiB": storage.get("size_in_gib")},
        revision=told["revision"],
        roles={"execution": told["execution_role_arn"], "task": told["task_role_arn"]},
        volumes=Unordered(_volume(each) for each in told["volume"]),
        containers={each["name"]: container(each) for each in json.loads(told["container_definitions"])},
        tags=told["tags_all"],
    )


def _volume(told):
    """As ECS tells it."""
    shared = _only(told["efs_volume_configuration"])
    if not shared:
        return {"name": told["name"]}
    allowed = _only(shared["authorization_config"])
    return {
        "name": told["name"],
        "efsVolumeConfiguration": {
            "fileSystemId": shared["file_system_id"],
            # The root of an access point, which both sides have unsaid.
            "rootDirectory": shared.get("root_directory") or "/",
            "transitEncryption": shared["transit_encryption"],
            "authorizationConfig": {"accessPointId": allowed["access_point_id"], "iam": allowed["iam"]},
        },
    }


@reads("aws_ecs_service")
def service(found, told):
    network = _only(told["network_configuration"])
    capacity = told["capacity_provider_strategy"]
    found.add(
        "service",
        told["name"],
        clusterArn=told["cluster"],
        taskDefinition=told["task_definition"],
        desiredCount=told["desired_count"],
        launchType=told["launch_type"],
        healthCheckGracePeriodSeconds=told.get("health_check_grace_period_seconds"),
        capacity=Unordered(_strategy(each) for each in capacity),
        deployment={
            "minimum": told["deployment_minimum_healthy_percent"],
            "maximum": told["deployment_maximum_percent"],
            "breaker": _only(told["deployment_circuit_breaker"]),
        },
        rebalancing=told["availability_zone_rebalancing"],
        exec=told["enable_execute_command"],
        managed_tags=told["enable_ecs_managed_tags"],
        propagate=told["propagate_tags"],
        groups=Unordered(network["security_groups"]),
        subnets=Unordered(network["subnets"]),
        public="ENABLED" if network["assign_public_ip"] else "DISABLED",
        load_balancers=Unordered(
            {
                "targetGroupArn": each["target_group_arn"],
                "containerName": each["container_name"],
                "containerPort": each["container_port"],
            }
            for each in told["load_balancer"]
        ),
        registries=Unordered(each["registry_arn"] for each in told["service_registries"]),
        tags=told["tags_all"],
    )


def _strategy(told):
    return {"capacityProvider": told["capacity_provider"], "weight": told["weight"], "base": told["base"]}


@reads("aws_ecs_cluster")
def cluster(found, told):
    shell = _only(_only(told["configuration"])["execute_command_configuration"])
    logged = _only(shell["log_configuration"])
    found.add(
        "cluster",
        told["name"],
        settings={each["name"]: each["value"] for each in told["setting"]},
        exec={
            "logging": shell["logging"],
            "kmsKeyId": shell["kms_key_id"],
            "logConfiguration": {"cloudWatchLogGroupName": logged["cloud_watch_log_group_name"]},
        },
        tags=told["tags_all"],
    )


@reads("aws_ecs_cluster_capacity_providers")
def capacity_providers(found, told):
    found.add(
        "cluster",
        told["cluster_name"],
        providers=Unordered(told["capacity_providers"]),
        strategy=Unordered(_strategy(each) for each in told["default_capacity_provider_strategy"]),
    )


@reads("aws_iam_role")
def role(found, told):
    found.add(
        "role",
        told["name"],
        path=told["path"],
        description=told["description"],
        boundary=told.get("permissions_boundary"),
        trust=policy(told["assume_role_policy"]),
        tags=told["tags_all"],
    )


@reads("aws_iam_role_policy")
def role_policy(found, told):
    found.add("role", told["role"], policies={told["name"]: policy(told["policy"])})


@reads("aws_iam_role_policy_attachment")
def role_policy_attachment(found, told):
    """A fact about the role, or about a policy that is created for roles that exist."""
    if told["policy_arn"] in found.policies:
        found.append("policy", found.policies[told["policy_arn"]], "roles", told["role"])
    else:
        found.append("role", told["role"], "managed", told["policy_arn"])


@reads("aws_iam_openid_connect_provider")
def identity_provider(found, told):
    url = told["url"].removeprefix("https://")
    found.stands_for(f"identity provider {url}", told["arn"])
    found.add("identity provider", url, clients=Unordered(told["client_id_list"]), tags=told["tags_all"])


@reads("aws_iam_policy")
def managed_policy(found, told):
    """Without tags, which CloudFormation cannot give it."""
    found.add(
        "policy", told["name"], path=told["path"], description=told["description"], document=policy(told["policy"])
    )


@reads("aws_iam_group_policy_attachment")
def group_policy_attachment(found, told):
    found.append("policy", found.policies[told["policy_arn"]], "groups", told["group"])


@reads("aws_iam_user_policy_attachment")
def user_policy_attachment(found, told):
    found.append("policy", found.policies[told["policy_arn"]], "users", told["user"])


@reads("aws_security_group")
def security_group(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"group {name}", told["id"])
    found.add("security group", told["id"], description=told["description"], vpc=told["vpc_id"], tags=told["tags_all"])


def _rule(direction):
    def read(found, told):
        peer = told.get("cidr_ipv4") or told.get("prefix_list_id") or told["referenced_security_group_id"]
        ports = (told.get("from_port"), told.get("to_port"))
        text = rule(direction, told["ip_protocol"], ports, peer, told.get("description"))
        found.append("security group", told["security_group_id"], "rules", text)

    return read


READERS["aws_vpc_security_group_ingress_rule"] = _rule("from")
READERS["aws_vpc_security_group_egress_rule"] = _rule("to")


@reads("aws_cloudwatch_log_group")
def log_group(found, told):
    found.add(
        "log group", told["name"], days=told["retention_in_days"], key=told.get("kms_key_id"), tags=told["tags_all"]
    )


@reads("aws_kms_key")
def key(found, told):
    found.stands_for("the key", told["arn"])
    found.stands_for("id of the key", told["key_id"])
    found.add(
        "key",
        told["description"],
        rotates=told["enable_key_rotation"],
        policy=policy(told["policy"]),
        tags=told["tags_all"],
    )


@reads("aws_kms_alias")
def key_alias(found, told):
    found.add("key alias", told["name"], key=told["target_key_id"])


@reads("aws_s3_bucket")
def bucket(found, told):
    found.add("bucket", told["bucket"], tags=told["tags_all"])


@reads("aws_s3_bucket_versioning")
def bucket_versioning(found, told):
    found.add("bucket", told["bucket"], versioning=_only(told["versioning_configuration"])["status"])


@reads("aws_s3_bucket_server_side_encryption_configuration")
def bucket_encryption(found, told):
    (chosen,) = told["rule"]
    way = _only(chosen["apply_server_side_encryption_by_default"])
    # The stand-in makes one up where S3's own key is used; the real provider has none there.
    key = _made(way.get("kms_master_key_id")) if way["sse_algorithm"] == "aws:kms" else None
    found.add("bucket", told["bucket"], encryption=way["sse_algorithm"], key=key, one_key=chosen.get("bucket_key_enabled") or None)


@reads("aws_s3_bucket_ownership_controls")
def bucket_ownership(found, told):
    found.add("bucket", told["bucket"], ownership=_only(told["rule"])["object_ownership"])


@reads("aws_s3_bucket_public_access_block")
def bucket_closed(found, told):
    names = {
        "BlockPublicAcls": "block_public_acls",
        "BlockPublicPolicy": "block_public_policy",
        "IgnorePublicAcls": "ignore_public_acls",
        "RestrictPublicBuckets": "restrict_public_buckets",
    }
    found.add("bucket", told["bucket"], closed={name: told[key] for name, key in names.items()})


@reads("aws_s3_bucket_lifecycle_configuration")
def bucket_lifecycle(found, told):
    found.add("bucket", told["bucket"], lifecycle={each["id"]: _lifecycle(each) for each in told["rule"]})


def _lifecycle(told):
    return {
        "status": told["status"],
        "abort": _only(told["abort_incomplete_multipart_upload"]).get("days_after_initiation"),
        "expire": _only(told["expiration"]).get("days"),
        "noncurrent": _only(told["noncurrent_version_expiration"]).get("noncurrent_days"),
        "prefix": _made(_only(told["filter"]).get("prefix")),
        "moves": [{"days": each["days"], "class": each["storage_class"]} for each in told.get("transition") or []],
    }


def _made(value):
    """Without what the stand-in provider made up for an argument that nobody gave."""
    return None if isinstance(value, str) and value.startswith("replay-") else value


@reads("aws_efs_file_system")
def file_system(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"file system {name}", told["id"])
    moves = _only([each for each in told["lifecycle_policy"] if each.get("transition_to_ia")])
    found.add(
        "file system",
        told["id"],
        encrypted=told["encrypted"],
        key=_made(told.get("kms_key_id")),
        performance=told["performance_mode"],
        throughput=told["throughput_mode"],
        infrequent=moves.get("transition_to_ia"),
        tags=told["tags_all"],
    )


@reads("aws_efs_backup_policy")
def backup_policy(found, told):
    found.add("file system", told["file_system_id"], backup=_only(told["backup_policy"])["status"])


@reads("aws_efs_file_system_policy")
def file_system_policy(found, told):
    found.add("file system", told["file_system_id"], policy=policy(told["policy"]))


@reads("aws_efs_mount_target")
def mount_target(found, told):
    found.add(
        "mount target",
        f"{told['file_system_id']} {told['subnet_id']}",
        groups=Unordered(told["security_groups"]),
    )


@reads("aws_efs_access_point")
def access_point(found, told):
    name, user, root = told["tags"]["Name"], _only(told["posix_user"]), _only(told["root_directory"])
    made = _only(root["creation_info"])
    found.stands_for(f"access point {name}", told["id"])
    found.add(
        "access point",
        name,
        file_system=told["file_system_id"],
        user={"Uid": user["uid"], "Gid": user["gid"]},
        path=root["path"],
        made={"OwnerUid": made["owner_uid"], "OwnerGid": made["owner_gid"], "Permissions": made["permissions"]},
        tags=told["tags_all"],
    )


@reads("aws_s3_bucket_policy")
def bucket_policy(found, told):
    found.add("bucket", told["bucket"], policy=policy(told["policy"]))


@reads("aws_s3_object")
def config(found, told):
    found.add("config", pathlib.Path(told["key"]).name, bucket=told["bucket"], sha256=told["source_hash"])
    found.stands_for(f"version of {pathlib.Path(told['key']).name}", told["version_id"])


@reads("aws_ecr_repository")
def repository(found, told):
    found.add(
        "repository",
        told["name"],
        mutability=told["image_tag_mutability"],
        scan=_only(told["image_scanning_configuration"])["scan_on_push"],
        encryption=_only(told["encryption_configuration"])["encryption_type"],
        key=_made(_only(told["encryption_configuration"]).get("kms_key")),
        tags=told["tags_all"],
    )


@reads("aws_ecr_lifecycle_policy")
def repository_lifecycle(found, told):
    found.add("repository", told["repository"], lifecycle=json.loads(told["policy"]))


@reads("aws_secretsmanager_secret")
def secret(found, told):
    name = (told["tags"] or {}).get("Name", told["name"])
    found.stands_for(f"secret {name}", told["arn"])
    found.add("secret", name, description=told["description"], key=told.get("kms_key_id"), tags=told["tags_all"])


@reads("aws_db_subnet_group")
def subnet_group(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"subnet group {name}", told["name"])
    found.add(
        "subnet group", name, description=told["description"], subnets=Unordered(told["subnet_ids"]), tags=told["tags_all"]
    )


@reads("aws_db_parameter_group")
def parameter_group(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"parameter group {name}", told["name"])
    found.add(
        "parameter group",
        name,
        description=told["description"],
        family=told["family"],
        parameters={each["name"]: each["value"] for each in told["parameter"]},
        tags=told["tags_all"],
    )


@reads("aws_db_instance")
def database(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"host of {name}", told["address"])
    found.stands_for(f"instance {name}", told["identifier"])
    found.stands_for(f"resource id of {name}", told["resource_id"])
    managed = bool(told["manage_master_user_password"])
    # A stand-in of the provider makes up a secret for a database without one.
    if managed:
        found.stands_for(f"secret of {name}", *(each["secret_arn"] for each in told["master_user_secret"]))
    found.add(
        "database",
        name,
        **{attribute: told[attribute] for attribute in DATABASE.values()},
        managed=managed,
        port=told["port"],
        logs=Unordered(told["enabled_cloudwatch_logs_exports"]),
        groups=Unordered(told["vpc_security_group_ids"]),
        subnets=told["db_subnet_group_name"],
        parameters=[told["parameter_group_name"]],
        tags=told["tags_all"],
    )


@reads("aws_lb")
def load_balancer(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"load balancer {name}", told["arn"])
    found.stands_for(f"metrics of load balancer {name}", told["arn_suffix"])
    found.stands_for(f"host of {name}", told["dns_name"])
    found.stands_for(f"zone of {name}", told["zone_id"])
    found.add(
        "load balancer",
        name,
        scheme="internal" if told["internal"] else "internet-facing",
        kind=told["load_balancer_type"],
        addresses=told["ip_address_type"],
        groups=Unordered(told["security_groups"]),
        subnets=Unordered(told["subnets"]),
        protected=str(told["enable_deletion_protection"]).lower(),
        idle=str(told["idle_timeout"]),
        drops_invalid_headers=str(told["drop_invalid_header_fields"]).lower(),
        access_logs=str(bool(_only(told["access_logs"]).get("enabled"))).lower(),
        tags=told["tags_all"],
    )


@reads("aws_lb_target_group")
def target_group(found, told):
    name, check = told["tags"]["Name"], _only(told["health_check"])
    found.stands_for(f"target group {name}", told["arn"])
    found.stands_for(f"metrics of target group {name}", told["arn_suffix"])
    found.add(
        "target group",
        name,
        protocol=told["protocol"],
        port=told["port"],
        vpc=told["vpc_id"],
        targets=told["target_type"],
        check={
            "path": check["path"],
            "interval": check["interval"],
            "timeout": check["timeout"],
            "healthy": check["healthy_threshold"],
            "unhealthy": check["unhealthy_threshold"],
            "codes": check["matcher"],
        },
        deregistration=told["deregistration_delay"],
        tags=told["tags_all"],
    )


@reads("aws_lb_listener")
def listener(found, told):
    (action,) = told["default_action"]
    redirect, refusal = _only(action["redirect"]), _only(action["fixed_response"])
    found.stands_for(f"listener {told['port']}", told["arn"])
    found.add(
        "listener",
        f"{told['load_balancer_arn']} {told['port']}",
        protocol=told["protocol"],
        policy=told.get("ssl_policy") if told["protocol"] == "HTTPS" else None,
        certificates=[told["certificate_arn"]] if told.get("certificate_arn") else [],
        action=action["type"],
        target=action.get("target_group_arn"),
        redirect={
            "protocol": redirect.get("protocol"),
            "port": redirect.get("port"),
            "code": redirect.get("status_code"),
        },
        refusal={
            "code": refusal.get("status_code"),
            "type": refusal.get("content_type"),
            "text": refusal.get("message_body"),
        },
    )


@reads("aws_lb_listener_rule")
def listener_rule(found, told):
    conditions = [
        {
            "HostHeaderConfig": {"Values": _only(each["host_header"]).get("values") or []},
            "PathPatternConfig": {"Values": _only(each["path_pattern"]).get("values") or []},
        }
        for each in told["condition"]
    ]
    actions = [
        {
            "Type": each["type"],
            "Order": each["order"],
            "TargetGroupArn": _made(each.get("target_group_arn")),
            "AuthenticateCognitoConfig": _cognito(_only(each["authenticate_cognito"])),
        }
        for each in told["action"]
    ]
    found.add("listener rule", f"{told['listener_arn']} {told['priority']}", **listener_rule_of(conditions, actions))


def _cognito(told):
    words = {"user_pool_arn": "UserPoolArn", "user_pool_client_id": "UserPoolClientId", "user_pool_domain": "UserPoolDomain"}
    words |= {"on_unauthenticated_request": "OnUnauthenticatedRequest", "scope": "Scope", "session_timeout": "SessionTimeout"}
    return {new: told[old] for old, new in words.items()} if told else {}


@reads("aws_cloudformation_stack")
def stack(found, told):
    (rule,) = json.loads(told["template_body"])["Resources"].values()
    assert rule["Type"] == "AWS::ElasticLoadBalancingV2::ListenerRule"
    properties = rule["Properties"]
    assert "{{resolve:secretsmanager:" in json.dumps(properties), "the secret's value is in the state"
    found.add(
        "listener rule",
        f"{properties['ListenerArn']} {properties['Priority']}",
        **listener_rule_of(properties["Conditions"], properties["Actions"]),
    )


@reads("aws_wafv2_web_acl_association")
def web_acl(found, told):
    found.add("web acl", told["resource_arn"], acl=told["web_acl_arn"])


@reads("aws_appautoscaling_target")
def scalable_target(found, told):
    found.add(
        "scaling",
        told["resource_id"],
        dimension=told["scalable_dimension"],
        limits=[told["min_capacity"], told["max_capacity"]],
    )


@reads("aws_appautoscaling_policy")
def scaling_policy(found, told):
    tracked = _only(told["target_tracking_scaling_policy_configuration"])
    found.add(
        "scaling",
        told["resource_id"],
        policy=told["name"],
        kind=told["policy_type"],
        metric=_only(tracked["predefined_metric_specification"])["predefined_metric_type"],
        target=float(tracked["target_value"]),
    )


@reads("aws_service_discovery_private_dns_namespace")
def namespace(found, told):
    found.stands_for(f"namespace {told['name']}", told["id"])
    found.add("namespace", told["name"], description=told["description"], tags=told["tags_all"])


@reads("aws_service_discovery_service")
def discovery_service(found, told):
    dns = _only(told["dns_config"])
    found.stands_for(f"discovery {told['name']}", told["arn"])
    found.add(
        "discovery",
        told["name"],
        namespace=dns["namespace_id"],
        routing=dns["routing_policy"],
        records=[{"type": each["type"], "ttl": each["ttl"]} for each in dns["dns_records"]],
        threshold=_only(told["health_check_custom_config"])["failure_threshold"],
        tags=told["tags_all"],
    )


@reads("aws_route53_record")
def record(found, told):
    alias = _only(told["alias"])
    found.add(
        "record",
        f"{told['type']} {told['name'].rstrip('.')}",
        zone=told["zone_id"],
        alias=alias.get("name"),
        alias_zone=alias.get("zone_id"),
        evaluates=alias.get("evaluate_target_health"),
    )


@reads("aws_acm_certificate")
def certificate(found, told):
    found.stands_for(f"certificate of {told['domain_name']}", told["arn"])
    found.add(
        "certificate",
        told["domain_name"],
        others=Unordered(name for name in told["subject_alternative_names"] if name != told["domain_name"]),
        methods=[told["validation_method"]],
        tags=told["tags_all"],
    )


@reads("aws_vpc")
def vpc(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"vpc {name}", told["id"])
    found.add(
        "vpc",
        name,
        cidr=told["cidr_block"],
        hostnames=told["enable_dns_hostnames"],
        resolves=told["enable_dns_support"],
        tags=told["tags_all"],
    )


@reads("aws_subnet")
def subnet(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"subnet {name}", told["id"])
    found.add(
        "subnet",
        name,
        vpc=told["vpc_id"],
        cidr=told["cidr_block"],
        zone=told["availability_zone"],
        public=bool(told["map_public_ip_on_launch"]),
        tags=told["tags_all"],
    )


@reads("aws_route_table")
def route_table(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"route table {name}", told["id"])
    found.add("route table", told["id"], vpc=told["vpc_id"], tags=told["tags_all"])


@reads("aws_route")
def route(found, told):
    through = told.get("gateway_id") or told.get("nat_gateway_id")
    found.append("route table", told["route_table_id"], "routes", f"{told['destination_cidr_block']} {through}")


@reads("aws_route_table_association")
def association(found, told):
    found.append("route table", told["route_table_id"], "subnets", told["subnet_id"])


@reads("aws_internet_gateway")
def internet_gateway(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"internet gateway {name}", told["id"])
    found.add("internet gateway", name, vpcs=[told["vpc_id"]], tags=told["tags_all"])


@reads("aws_eip")
def address(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"address {name}", told["allocation_id"])
    found.add("address", name, domain=told["domain"], tags=told["tags_all"])


@reads("aws_nat_gateway")
def nat_gateway(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"nat gateway {name}", told["id"])
    found.add("nat gateway", name, subnet=told["subnet_id"], addresses=[told["allocation_id"]], tags=told["tags_all"])


@reads("aws_vpc_endpoint")
def endpoint(found, told):
    interface = told["vpc_endpoint_type"] == "Interface"
    found.add(
        "endpoint",
        told["tags"]["Name"],
        kind=told["vpc_endpoint_type"],
        service=told["service_name"],
        vpc=told["vpc_id"],
        tables=Unordered(told.get("route_table_ids") or []),
        subnets=Unordered(told.get("subnet_ids") or []) if interface else [],
        groups=Unordered(told.get("security_group_ids") or []) if interface else [],
        private_dns=told.get("private_dns_enabled") if interface else None,
        tags=told["tags_all"],
    )


@reads("aws_flow_log")
def flow_log(found, told):
    found.add(
        "flow log",
        told["tags"]["Name"],
        on=told["vpc_id"],
        role=told["iam_role_arn"],
        group=told["log_destination"].split(":log-group:")[1],
        traffic=told["traffic_type"],
        destination=told["log_destination_type"],
        interval=told["max_aggregation_interval"],
        tags=told["tags_all"],
    )


@reads("aws_scheduler_schedule")
def schedule(found, told):
    target = _only(told["target"])
    runs, retries = _only(target["ecs_parameters"]), _only(target["retry_policy"])
    place = _only(runs["network_configuration"])
    found.add(
        "schedule",
        told["name"],
        group=told["group_name"],
        description=told["description"],
        expression=told["schedule_expression"],
        timezone=told["schedule_expression_timezone"],
        state=told["state"],
        window=_only(told["flexible_time_window"])["mode"],
        cluster=target["arn"],
        role=target["role_arn"],
        definition=runs["task_definition_arn"],
        count=runs["task_count"],
        launch=runs["launch_type"],
        managed_tags=runs["enable_ecs_managed_tags"],
        propagate=runs["propagate_tags"],
        network={
            "public": "ENABLED" if place["assign_public_ip"] else "DISABLED",
            "groups": Unordered(place["security_groups"]),
            "subnets": Unordered(place["subnets"]),
        },
        retries={
            "MaximumRetryAttempts": retries["maximum_retry_attempts"],
            "MaximumEventAgeInSeconds": retries["maximum_event_age_in_seconds"],
        },
    )


@reads("aws_rds_cluster_parameter_group")
def cluster_parameter_group(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"parameter group {name}", told["name"])
    found.add("parameter group", name, description=told["description"], family=told["family"], tags=told["tags_all"])


@reads("aws_rds_cluster")
def database_cluster(found, told):
    name = told["tags"]["Name"]
    found.stands_for(f"host of {name}", told["endpoint"])
    found.stands_for(f"resource id of {name}", told["cluster_resource_id"])
    found.stands_for(f"cluster {name}", told["id"])
    grows = _only(told["serverlessv2_scaling_configuration"])
    found.add(
        "database",
        name,
        **{attribute: told[attribute] for attribute in CLUSTER.values()},
        grows=[grows["min_capacity"], grows["max_capacity"]],
        logs=Unordered(told["enabled_cloudwatch_logs_exports"]),
        groups=Unordered(told["vpc_security_group_ids"]),
        subnets=told["db_subnet_group_name"],
        parameters=told["db_cluster_parameter_group_name"],
        tags=told["tags_all"],
    )


@reads("aws_rds_cluster_instance")
def database_member(found, told):
    found.add(
        "database member",
        told["tags"]["Name"],
        **{attribute: told[attribute] for attribute in MEMBER.values()},
        cluster=told["cluster_identifier"],
        subnets=told["db_subnet_group_name"],
        tags=told["tags_all"],
    )


@reads("aws_sfn_state_machine")
def state_machine(found, told):
    # Its ARN follows from its name, and so it is written where it is granted; a stand-in of the provider makes up another.
    partition, account = (told["role_arn"].split(":")[part] for part in (1, 4))
    named = f"arn:{partition}:states:{told['region']}:{account}:stateMachine:{told['name']}"
    found.stands_for(f"state machine {told['name']}", told["arn"], named)
    definition = json.loads(told["definition"])
    found.add("state machine", told["name"], role=told["role_arn"], definition=definition, tags=told["tags_all"])


@reads("aws_cloudwatch_event_rule")
def event_rule(found, told):
    found.add(
        "event rule",
        told["name"],
        description=told["description"],
        state=told["state"],
        pattern=json.loads(told["event_pattern"]),
        tags=told["tags_all"],
    )


@reads("aws_cloudwatch_event_target")
def event_target(found, told):
    target = {"arn": told["arn"], "role": told["role_arn"]}
    found.add("event rule", told["rule"], targets={told["target_id"]: target})


@reads("aws_cloudwatch_dashboard")
def dashboard(found, told):
    found.add("dashboard", told["dashboard_name"], body=json.loads(told["dashboard_body"]))


@reads("aws_cloudwatch_metric_alarm")
def alarm(found, told):
    found.add(
        "alarm",
        told["alarm_name"],
        description=told["alarm_description"],
        metric=[told["namespace"], told["metric_name"], told["statistic"]],
        dimensions=told["dimensions"],
        periods=[told["evaluation_periods"], told["period"]],
        threshold=[told["comparison_operator"], float(told["threshold"])],
        missing=told["treat_missing_data"],
        actions=told["alarm_actions"],
        recovers=told["ok_actions"],
        tags=told["tags_all"],
    )


@reads("aws_cloudwatch_log_metric_filter")
def metric_filter(found, told):
    counted = _only(told["metric_transformation"])
    found.add(
        "metric filter",
        f"{told['log_group_name']} {told['name']}",
        pattern=told["pattern"],
        metric=[counted["namespace"], counted["name"], counted["value"]],
    )


@reads("aws_sns_topic")
def topic(found, told):
    found.stands_for(f"topic {told['name']}", told["arn"])
    found.add("topic", told["name"], key=told.get("kms_master_key_id"), tags=told["tags_all"])


@reads("aws_sns_topic_subscription")
def subscription(found, told):
    found.add("subscription", told["endpoint"], topic=told["topic_arn"], protocol=told["protocol"])
