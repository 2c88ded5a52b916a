"""Terraform itself on every rendered module: format, schema, references, a full life from nothing to nothing."""

import json
import re

import pytest

import deployments
import fakeaws
import terraform
from shell import run

pytestmark = pytest.mark.terraform
# Actions that change nothing.
QUIET = {"noop", "no-op", "read"}


@pytest.fixture
def spare(deployment, endpoint, tmp_path):
    """A copy that may be torn down."""
    copy = deployments.unprotected(deployment.name, tmp_path / "spec")
    module = terraform.Module(copy, tmp_path / "work", fakeaws.environment(endpoint, copy.region))
    module.init()
    return module


def test_format(deployment):
    env = terraform.environment(fakeaws.environment("http://127.0.0.1:9", deployment.region))
    done = run("terraform", "fmt", "-check", "-recursive", "-diff", deployment.folder, env=env, expect=None)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_apply_warns_of_nothing(deployment, applied):
    """It validates first, and says what `validate` would."""
    assert "Warning:" not in applied(deployment).said


def test_a_second_plan_is_empty(deployment, applied):
    """0: the plan succeeded and has nothing to change; 2 would mean changes."""
    applied(deployment).plan("-detailed-exitcode", expect=0)


def planned(module, *arguments):
    """What a plan would do: the addresses it touches, and every resource as it would be."""
    path = module.folder / "judged.plan"
    module.plan("-out", path, *arguments)
    plan = json.loads(module.terraform("show", "-json", path).stdout)
    changed = {each["address"] for each in plan["resource_changes"] if not QUIET.issuperset(each["change"]["actions"])}
    return changed, plan["planned_values"]["root_module"]["resources"]


def touched(module, *arguments):
    """The addresses that a plan touches, as it says itself: showing it would load the provider once more."""
    said = [json.loads(line) for line in module.plan("-json", *arguments).stdout.splitlines()]
    changes = [line["change"] for line in said if line["type"] == "planned_change"]
    return {change["resource"]["addr"] for change in changes if change["action"] not in QUIET}


def test_a_new_revision_touches_tasks_and_services_only(deployment, applied):
    """And `services_enabled=false`, in the same plan to save one, leaves no service a task and no schedule at work."""
    changed, found = planned(applied(deployment), "-var", "gitrev=rev2", "-var", "services_enabled=false")
    starters = {"aws_ecs_service", "aws_scheduler_schedule", "aws_appautoscaling_target"} & {each["type"] for each in found}
    assert {address.split(".")[0] for address in changed} == {"aws_ecs_task_definition"} | starters
    # A service that scales keeps its number, and is scaled by limits of zero.
    scaled = {each["name"]: each["values"]["max_capacity"] for each in found if each["type"] == "aws_appautoscaling_target"}
    assert set(scaled.values()) <= {0}
    services = [each for each in found if each["type"] == "aws_ecs_service" and each["name"] not in scaled]
    assert {each["values"]["desired_count"] for each in services} == {0}
    assert all(each["values"]["state"] == "DISABLED" for each in found if each["type"] == "aws_scheduler_schedule")


def test_a_location_is_released_alone(deployment, applied):
    key = deployment.plan["revision"]["owners"][0]
    changed = touched(applied(deployment), "-var", "releases=" + json.dumps({key: "rev9"}))
    # Whoever has the same image is released with it.
    images = {each["key"]: each["image_source"] for each in deployment.plan["locations"]}
    released = [each.replace("-", "_") for each, image in images.items() if image == images[key]]
    kinds = ("aws_ecs_task_definition.run", "aws_ecs_task_definition.server", "aws_ecs_service.server")
    assert changed == {f"{kind}_{each}" for kind in kinds for each in released}


@pytest.mark.only("acme", "analytics")
def test_wrong_revisions_are_refused(deployment, applied):
    """Without tasks and with them; the rest of the variables is the same everywhere."""
    key = deployment.plan["revision"]["owners"][0]
    wrong = json.dumps({key: "latest", "nowhere": "rev1"})
    done = applied(deployment).plan("-var", "gitrev=a b", "-var", f"releases={wrong}", expect=1)
    told = " ".join(re.sub("[│╷╵]", " ", done.stderr).split())
    assert told.count("Invalid value for variable") == 3
    assert told.count("and never latest.") == 2 and "is neither a code location nor a task of this deployment that takes a revision." in told


def test_protected_data_is_not_destroyed(deployment, applied):
    done = applied(deployment).plan("-destroy", expect=1)
    assert "prevent_destroy" in done.stderr


@pytest.mark.only(*deployments.LIVE)
def test_an_unprotected_copy_lives_and_dies(spare):
    """The runbook's order: services off, images pushed, services on; then everything goes."""
    spare.apply("-var", "services_enabled=false")
    spare.apply()
    spare.destroy()
    assert not spare.resources()
