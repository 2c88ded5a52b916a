"""What a former deployment left behind is taken over, with what is in it."""

import json

import pytest

import deployments
import fakeaws
import terraform
from project import Project
from worlds import World

pytestmark = pytest.mark.xdist_group("adopt")
ACCOUNT = "333333333332"
# Buckets have one namespace for all accounts, and an example has its own.
BUCKET, REPOSITORY, LOGS = "adopted-dagster-logs", "tools/sales-pipelines", "/dagforge/acme/run/sales"


ADOPT = {"buckets": {"compute_logs": BUCKET}, "log_groups": ["run/sales"]}


def rendered(folder, **more):
    return deployments.changed("acme", folder, lambda spec: spec.update(adopt=ADOPT | more))


def left_behind(world):
    """What is there already, and unlike the template in everything that can be changed."""
    s3, ecr, logs = (world.client(name) for name in ("s3", "ecr", "logs"))
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": world.region})
    s3.put_object(Bucket=BUCKET, Key="compute-logs/old", Body=b"kept")
    ecr.create_repository(repositoryName=REPOSITORY)
    logs.create_log_group(logGroupName=LOGS)
    logs.create_log_stream(logGroupName=LOGS, logStreamName="run/run/old")


def test_cloudformation_takes_it_over(endpoint, tmp_path):
    deployment = rendered(tmp_path / "spec", repositories={"sales": REPOSITORY})
    world = World(endpoint, deployment.region, ACCOUNT)
    world.prepare(deployment)
    left_behind(world)
    project = Project(deployment, tmp_path, world.env, world.account)
    ops = lambda *words: project.ops(*words, "--target", "cfn")  # noqa: E731
    for layer in ("network", "registry", "data"):
        ops("deploy", layer)
    ops("images")
    revision = project.git("rev-parse", "--short=12", "HEAD")
    ops("deploy", "--gitrev", revision)
    assert set(world.statuses().values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    # It is what it was, in its stack, and as the template wants it.
    s3, ecr, logs = (world.client(name) for name in ("s3", "ecr", "logs"))
    assert s3.get_object(Bucket=BUCKET, Key="compute-logs/old")["Body"].read() == b"kept"
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (repository,) = ecr.describe_repositories(repositoryNames=[REPOSITORY])["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE" and repository["imageScanningConfiguration"]["scanOnPush"]
    assert len(logs.describe_log_streams(logGroupName=LOGS)["logStreams"]) >= 1
    assert logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"][0]["retentionInDays"] == 365
    stacks = {"acme-data": "ComputeLogsBucket", "acme-registry-sales": "Repository", "acme-location-sales": "RunLogGroup"}
    for stack, logical in stacks.items():
        told = [event["ResourceStatus"] for event in world.events(stack) if event["LogicalResourceId"] == logical]
        assert told[0] == "IMPORT_COMPLETE" and "CREATE_COMPLETE" not in told, (stack, told)
    # Another deployment finds nothing to take over and nothing to settle.
    before = {stack: len(world.events(stack)) for stack in stacks}
    ops("deploy", "--gitrev", revision)
    assert {stack: len(world.events(stack)) for stack in stacks} == before


@pytest.mark.terraform
def test_terraform_imports_it(endpoint, tmp_path):
    """No repository: the stand-in of the provider reads no blocks of what it imports, and one about encryption replaces."""
    deployment = rendered(tmp_path / "spec")
    module = terraform.Module(deployment, tmp_path, fakeaws.environment(endpoint, deployment.region))
    module.init()
    plan = tmp_path / "judged.plan"
    module.plan("-out", plan)
    changes = json.loads(module.terraform("show", "-json", plan).stdout)["resource_changes"]
    imported = {each["address"]: each["change"]["importing"]["id"] for each in changes if "importing" in each["change"]}
    assert imported == {
        "aws_s3_bucket.compute_logs": BUCKET,
        "aws_cloudwatch_log_group.run_sales": LOGS,
    }
    replaced = [each["address"] for each in changes if each["address"] in imported and "delete" in each["change"]["actions"]]
    assert not replaced, replaced
    module.apply()
    module.plan("-detailed-exitcode", expect=0)
