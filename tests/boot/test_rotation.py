"""A password that RDS rotates: the rendered rule and its state machine start every service anew, with exactly their rights."""

import json

import pytest

from boot.calls import trusts
from boot.rotation import deliver, ended, rotate
from boot.test_change import never_two, rolled, running
from boot.test_faults import works
from boot.test_permissions import Verdict

pytestmark = pytest.mark.only("analytics")


@pytest.fixture(scope="module")
def machine(stage):
    """The state machine, and the rule that starts it."""
    states, events = stage.world.admin("stepfunctions"), stage.world.admin("events")
    (found,) = states.list_state_machines()["stateMachines"]
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == found["stateMachineArn"]
    return states.describe_state_machine(stateMachineArn=found["stateMachineArn"]), rule, target


def test_nothing_else_starts_it(stage, machine):
    event = {"source": "aws.secretsmanager", "detail-type": "Secret Label Updated", "resources": [stage.secret()]}
    for change in ({"detail": {"labelUpdated": "CUSTOM"}}, {"resources": [stage.secret()[:-6] + "Aa1Bb2"]}, {"source": "theirs"}):
        assert not deliver(stage, event | {"detail": {"labelUpdated": "AWSCURRENT"}} | change)


def test_a_rotation_restarts_every_service_and_dagster_works_again(stage, activity, machine):
    before, calls = running(stage), len(stage.proxy.calls)
    event = rotate(stage)
    # A connection outlives its password; what counts is the next one.
    stage.postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'dagster'")
    (execution,) = deliver(stage, event)
    found = ended(stage, execution)
    assert found["status"] == "SUCCEEDED", found
    restarted = {each.get("Service") for each in json.loads(found["output"])["Restarted"]}
    assert restarted == stage.services()
    stage.steady()
    assert rolled(before, running(stage)) == stage.services()
    works(stage, activity)
    assert never_two(stage.tasks("core_daemon")), stage.explain()

    definition, rule, target = machine
    verdict = Verdict(stage, stage.proxy.calls[calls:])
    assert not verdict.denied, verdict.denied
    granted = {each for arn in (definition["roleArn"], target["RoleArn"]) for each in verdict.roles[arn].permissions()}
    assert {each.action for each in granted} == {"ecs:ListServices", "ecs:UpdateService", "states:StartExecution"}
    assert granted <= verdict.used
    assert trusts(stage.world, definition["roleArn"], "states.amazonaws.com", definition["stateMachineArn"])
    assert trusts(stage.world, target["RoleArn"], "events.amazonaws.com", rule["Arn"])
    assert not trusts(stage.world, target["RoleArn"], "events.amazonaws.com", rule["Arn"] + "-other")
