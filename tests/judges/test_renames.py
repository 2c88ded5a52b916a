"""A code location and a task get new keys, and nothing that AWS has of them is made anew."""

import json
import shutil

import pytest

import deployments
import fakeaws
import terraform
from worlds import World

pytestmark = pytest.mark.xdist_group("renames")
ACCOUNT = "333333333331"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The deployment before and after."""
    path, environment = deployments.spec_of("analytics")
    before = deployments.load_spec(path)
    # Names in Dagster are none of AWS's business.
    text = json.dumps(before).replace("orchestration\"", "conductor\"").replace("dbt-sales\"", "dbt-shop\"")
    after = json.loads(text) | {"renames": {"code_locations": {"orchestration": "conductor"}, "tasks": {"dbt-sales": "dbt-shop"}}}
    folder = tmp_path_factory.mktemp("renames")
    return [deployments.render(json.dumps(each), folder / name, environment) for name, each in (("before", before), ("after", after))]


def physical(world):
    """Every resource of every stack."""
    cloudformation = world.client("cloudformation")
    found = {}
    for stack in world.statuses():
        for each in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
            found[stack, each["LogicalResourceId"]] = each["PhysicalResourceId"], each["ResourceType"]
    return found


def test_stacks_keep_what_they_have(rendered, endpoint):
    before, after = rendered
    world = World(endpoint, before.region, ACCOUNT)
    world.prepare(before)
    world.deploy(before, "rev1")
    found = physical(world)
    world.deploy(after, "rev1")
    now = physical(world)
    assert now.keys() == found.keys()
    # workspace.yaml has the new name and with it the config a new digest, which is a revision of webserver and daemon.
    moved = {found[key][1] for key in found if found[key] != now[key]}
    assert moved <= {"AWS::ECS::TaskDefinition"}, {key: (found[key], now[key]) for key in found if found[key] != now[key]}


@pytest.mark.terraform
def test_the_state_moves(rendered, endpoint, tmp_path):
    before, after = rendered
    module = terraform.Module(before, tmp_path, fakeaws.environment(endpoint, before.region))
    module.init()
    module.apply()
    for path in module.folder.glob("*.tf"):
        path.unlink()
    for part in ("tf", "config"):
        shutil.copytree(after.folder / part, module.root / part, dirs_exist_ok=True)
    plan = tmp_path / "judged.plan"
    module.plan("-out", plan)
    changes = json.loads(module.terraform("show", "-json", plan).stdout)["resource_changes"]
    assert any(each.get("previous_address") == "aws_iam_role.run_orchestration" for each in changes)
    made = {each["address"] for each in changes if {"create", "delete"} & set(each["change"]["actions"])}
    # A new revision of a definition is a new resource to Terraform.
    assert {address.split(".")[0] for address in made} <= {"aws_ecs_task_definition"}, made
    module.apply()
    module.plan("-detailed-exitcode", expect=0)
