"""The judge is judged: fakeaws deploys `fixtures/`, whose templates use every kind of resource we render.

A handler that loses a property, an update that does not arrive, a deletion in the wrong order would let a broken
deployment pass, so each is shown to work, and each refusal is shown to refuse.
"""

import pathlib

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

import fakeaws
from fakeaws import template

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
LAYERS = sorted(FIXTURES.glob("*.yaml"))


def stack_name(path):
    return "acme-" + path.stem.split("-", 1)[1]


class World:
    """One account of the server: accounts share nothing."""

    def __init__(self, endpoint, account):
        self.endpoint, self.account = endpoint, account

    def client(self, service):
        keys = {"aws_access_key_id": fakeaws.access_key(self.account), "aws_secret_access_key": "testing"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name="eu-central-1", **keys)

    def deploy(self, name, text, **parameters):
        """Deploys and returns the stack's status."""
        cfn = self.client("cloudformation")
        passed = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        capable = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
        known = {stack["StackName"] for stack in cfn.describe_stacks()["Stacks"]}
        call = cfn.update_stack if name in known else cfn.create_stack
        call(StackName=name, TemplateBody=text, Parameters=passed, **capable)
        return cfn.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    def layer(self, path, change=lambda text: text, revision="rev1"):
        text = change(path.read_text())
        parameters = {"GitRev": revision} if "GitRev:" in text else {}
        return self.deploy(stack_name(path), text, **parameters)

    def why(self, name):
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]]


@pytest.fixture(scope="module")
def endpoint():
    with fakeaws.running() as endpoint:
        yield endpoint


def world_with(endpoint, account, layers):
    world = World(endpoint, account)
    for path in layers:
        assert world.layer(path) == "CREATE_COMPLETE", (path.name, world.why(stack_name(path)))
    return world


@pytest.fixture(scope="module")
def deployed(endpoint):
    """Every layer; tests may update it, and the last one deletes it."""
    return world_with(endpoint, "111111111111", LAYERS)


@pytest.fixture(scope="module")
def based(endpoint):
    """What the platform stands on; tests fail to create the platform and leave nothing."""
    return world_with(endpoint, "222222222222", LAYERS[:3])


@pytest.fixture
def empty(endpoint):
    return World(endpoint, "333333333333")


def test_everything_sent_is_there(deployed):
    ecs = deployed.client("ecs")
    wanted = template.load((FIXTURES / "40-platform.yaml").read_text())["Resources"]["WebDefinition"]["Properties"]
    found = ecs.describe_task_definition(taskDefinition="acme_core_webserver")["taskDefinition"]
    assert (found["cpu"], found["memory"], found["networkMode"]) == ("512", "1024", "awsvpc")
    assert found["ephemeralStorage"] == {"sizeInGiB": 25}
    assert found["runtimePlatform"] == {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}
    assert found["taskRoleArn"].endswith(":role/dagforge/eu-central-1/acme/acme-webserver")
    web = found["containerDefinitions"][1]
    for name in wanted["ContainerDefinitions"][1]:
        assert web[name[0].lower() + name[1:]], name
    assert web["image"].endswith("/acme/core:rev1")
    service = ecs.describe_services(cluster="acme", services=["acme_core_webserver"])["services"][0]
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["availabilityZoneRebalancing"] == "ENABLED" and service["enableExecuteCommand"]
    assert service["healthCheckGracePeriodSeconds"] == 120
    server = ecs.describe_services(cluster="acme", services=["acme_server_sales"])["services"][0]
    assert server["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}]
    assert server["serviceRegistries"]


def test_bucket_settings_are_there(deployed):
    s3, bucket = deployed.client("s3"), "acme-config-111111111111-eu-central-1"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    lifecycle = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["ID"]: rule.get("Expiration") for rule in lifecycle} == {"uploads": None, "old": None, "logs": {"Days": 90}}
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert "SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_dynamic_reference_reaches_the_database(endpoint, deployed):
    secret = deployed.client("secretsmanager").get_secret_value(SecretId="acme/database")["SecretString"]
    password = yaml.safe_load(secret)["password"]
    assert len(password) == 40
    # No API shows a master password; what must not happen is that the reference itself was sent, or kept in a stack.
    stored = deployed.client("cloudformation").get_template(StackName="acme-data")["TemplateBody"]
    assert password not in str(stored)
    database = deployed.client("rds").describe_db_instances()["DBInstances"][0]
    assert database["DBName"] == "dagster" and database["StorageEncrypted"]


def test_a_failing_update_rolls_back(deployed):
    path = FIXTURES / "50-location-sales.yaml"
    broken = lambda text: text.replace('CapacityProvider: FARGATE', 'CapacityProvider: NOWHERE')  # noqa: E731
    assert deployed.layer(path, broken, revision="rev2") == "UPDATE_ROLLBACK_COMPLETE"
    service = deployed.client("ecs").describe_services(cluster="acme", services=["acme_server_sales"])["services"][0]
    assert service["taskDefinition"].endswith("acme_server_sales:1")


def revisions(ecs, family, status):
    arns = ecs.list_task_definitions(familyPrefix=family, status=status)["taskDefinitionArns"]
    return [int(arn.rsplit(":", 1)[1]) for arn in arns]


def test_a_new_revision_makes_new_definitions(deployed):
    ecs = deployed.client("ecs")
    before = revisions(ecs, "acme_run_sales", "ACTIVE")
    assert deployed.layer(FIXTURES / "50-location-sales.yaml", revision="rev2") == "UPDATE_COMPLETE"
    service = ecs.describe_services(cluster="acme", services=["acme_server_sales"])["services"][0]
    server = ecs.describe_task_definition(taskDefinition="acme_server_sales")["taskDefinition"]
    assert service["taskDefinition"] == server["taskDefinitionArn"]
    assert service["deployments"][0]["taskDefinition"] == server["taskDefinitionArn"]
    environment = {pair["name"]: pair["value"] for pair in server["containerDefinitions"][0]["environment"]}
    assert environment["DAGSTER_CURRENT_IMAGE"].endswith(":rev2")
    assert environment["LITERAL"] == "${NotAReference} rev2"
    after = revisions(ecs, "acme_run_sales", "ACTIVE")
    assert after == [*before, after[-1]] and len(after) == len(before) + 1, "the old run definition is retained"
    assert f":task-definition/acme_run_sales:{after[-1]}" in environment["DAGSTER_CONTAINER_CONTEXT"]
    assert revisions(ecs, "acme_server_sales", "ACTIVE") == [server["revision"]], "the old server definition is not"


def test_a_republished_value_arrives(deployed):
    deployed.client("ssm").put_parameter(
        Name="/dagforge/acme/registry/repository_uri", Value="elsewhere/core", Type="String", Overwrite=True
    )
    assert deployed.layer(FIXTURES / "50-location-sales.yaml") == "UPDATE_COMPLETE"
    run = deployed.client("ecs").describe_task_definition(taskDefinition="acme_run_sales")["taskDefinition"]
    assert run["containerDefinitions"][0]["image"] == "elsewhere/core:rev1"


@pytest.mark.parametrize(
    ("layer", "old", "new", "service", "call", "arguments", "path"),
    [
        ("40-platform", "RetentionInDays: 30,", "RetentionInDays: 60,", "logs", "describe_log_groups", {}, "retentionInDays': 60"),
        ("40-platform", "s3:GetObject", "s3:ListBucket", "iam", "get_role_policy", {"RoleName": "acme-webserver", "PolicyName": "config"}, "s3:ListBucket"),
        ("40-platform", "Value: enhanced", "Value: disabled", "ecs", "describe_clusters", {"clusters": ["acme"], "include": ["SETTINGS"]}, "'disabled'"),
        ("40-platform", "Description: UI", "Description: web", "ec2", "describe_security_group_rules", {}, "'web'"),
        ("40-platform", "MaxCapacity: 3", "MaxCapacity: 9", "application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs"}, "MaxCapacity': 9"),
        ("40-platform", "Threshold: 1", "Threshold: 2", "cloudwatch", "describe_alarms", {}, "Threshold': 2"),
        ("30-data", "BackupRetentionPeriod: 7", "BackupRetentionPeriod: 9", "rds", "describe_db_instances", {}, "BackupRetentionPeriod': 9"),
        ("20-registry", "IMMUTABLE", "MUTABLE", "ecr", "describe_repositories", {}, "'MUTABLE'"),
        ("10-network", "EnableDnsHostnames: true", "EnableDnsHostnames: false", "ec2", "describe_vpc_attribute", {"Attribute": "enableDnsHostnames"}, "False"),
    ],
)  # fmt: skip
def test_changes_arrive_in_place(deployed, layer, old, new, service, call, arguments, path):
    assert deployed.layer(FIXTURES / f"{layer}.yaml", lambda text: text.replace(old, new)) == "UPDATE_COMPLETE"
    if call == "describe_vpc_attribute":
        vpcs = deployed.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.40.0.0/16"]}])["Vpcs"]
        arguments = {**arguments, "VpcId": vpcs[0]["VpcId"]}
    assert path in str(getattr(deployed.client(service), call)(**arguments))


def test_a_failing_creation_leaves_nothing(empty):
    text = (FIXTURES / "20-registry.yaml").read_text() + "\n  Odd: {Type: AWS::Neptune::DBCluster, DependsOn: CoreRepository}\n"
    assert empty.deploy("acme-odd", text) == "ROLLBACK_COMPLETE"
    assert any("AWS::Neptune::DBCluster" in reason for reason in empty.why("acme-odd"))
    assert not empty.client("ecr").describe_repositories()["repositories"], "RetainExceptOnCreate is not kept on creation"
    empty.client("cloudformation").delete_stack(StackName="acme-odd")


@pytest.mark.parametrize(
    ("account", "layer", "old", "new", "reason"),
    [
        ("empty", "10-network", "    DependsOn: InternetGatewayAttachment\n", "", "internet gateway|different networks"),
        ("based", "40-platform", "    DependsOn: WebRule\n", "", "does not have an associated load balancer"),
        ("based", "40-platform", "ContainerPort: 3000, TargetGroupArn", "ContainerPort: 3001, TargetGroupArn", "does not expose port"),
        ("based", "40-platform", "LinuxParameters: {InitProcessEnabled: true}", "LinuxParameters: {InitProces: true}", "InitProces"),
        ("based", "40-platform", "MaximumPercent: 200", "MaximumPercent: 100", "AvailabilityZoneRebalancing"),
        ("based", "40-platform", "!GetAtt Cluster.Arn", "!GetAtt Cluster.Colour", "no attribute Colour"),
    ],
)
def test_what_aws_would_refuse_fails(request, account, layer, old, new, reason):
    world = request.getfixturevalue(account)
    name = f"refused-{layer}"
    text = (FIXTURES / f"{layer}.yaml").read_text()
    assert old in text
    parameters = {"GitRev": "rev1"} if "GitRev:" in text else {}
    assert world.deploy(name, text.replace(old, new), **parameters) == "ROLLBACK_COMPLETE"
    reasons = " ".join(world.why(name))
    assert any(part in reasons for part in reason.split("|")), reasons
    world.client("cloudformation").delete_stack(StackName=name)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Resources: {}", "At least one Resources member"),
        ("Resources: {A: {Type: AWS::SNS::Topic}, A: {Type: AWS::SNS::Topic}}", "duplicate key"),
        ("Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nowhere}}}", "Unresolved resource"),
        ("Conditions: {}\nResources: {A: {Type: AWS::SNS::Topic}}", "Conditions"),
        ("Parameters: {P: {Type: String, AllowedPattern: 'a+'}}\nResources: {A: {Type: AWS::SNS::Topic}}", "must have values"),
        ("Parameters: {P: {Type: String, AllowedPattern: 'a+', Default: ab}}\nResources: {A: {Type: AWS::SNS::Topic}}", "match pattern"),
        ("Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /no}}\nResources: {A: {Type: AWS::SNS::Topic}}", "Unable to fetch"),
        ("Resources: {A: {Type: AWS::SNS::Topic}}\n#" + "x" * 51_200, "51200"),
    ],
)  # fmt: skip
def test_what_is_refused_at_once(empty, text, reason):
    with pytest.raises(ClientError, match=reason):
        empty.deploy("bad", text)
    assert not empty.client("cloudformation").describe_stacks()["Stacks"]


def test_capabilities_are_asked_for(empty):
    text = (FIXTURES / "50-location-sales.yaml").read_text()
    cfn = empty.client("cloudformation")
    assert cfn.validate_template(TemplateBody=text)["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    plain = "Resources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}}"
    with pytest.raises(ClientError, match="InsufficientCapabilities"):
        cfn.create_stack(StackName="r", TemplateBody=plain, Capabilities=["CAPABILITY_IAM"])


def test_deletion_policies(deployed):
    cfn = deployed.client("cloudformation")
    for path in reversed(LAYERS):
        cfn.delete_stack(StackName=stack_name(path))
    assert not cfn.describe_stacks()["Stacks"]
    assert deployed.client("ecr").describe_repositories()["repositories"], "RetainExceptOnCreate keeps it"
    assert deployed.client("rds").describe_db_snapshots()["DBSnapshots"], "Snapshot keeps one"
    assert not deployed.client("rds").describe_db_instances()["DBInstances"]
    families = deployed.client("ecs").list_task_definitions()["taskDefinitionArns"]
    assert {arn.split("/")[1].split(":")[0] for arn in families} == {"acme_core_webserver", "acme_run_sales"}
