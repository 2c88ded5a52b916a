"""IAM is exact: every call that was made is allowed to whoever made it, and what nobody used is there for a reason.

Runs late: the calls are those of everything that the other tests did with the stage.
"""

import collections
import pathlib

import pytest
import yaml

from boot.calls import Needs, role_of
from boot.policy import Role
from boot.stage import ACCOUNT

UNUSED = pathlib.Path(__file__).with_name("unused_permissions.yaml")


class Verdict:
    """Recorded calls against all roles of all task definitions, and those of other callers."""

    def __init__(self, stage, calls):
        self.stage, self.roles = stage, {}
        definitions = stage.task_definitions()
        arns = {definition.get(member) for definition in definitions for member in ("taskRoleArn", "executionRoleArn")}
        callers = {call.role for call in calls if ":role/" in call.role}
        for arn in sorted((arns | callers) - {None}):
            self.roles[arn] = Role(self.short(arn), *role_of(stage.world, arn))
        self.used, self.denied = set(), collections.Counter()
        needs = Needs(stage.world, ACCOUNT)
        for call in calls:
            role = self.roles.get(call.role)
            for request in needs.of(call):
                grants = role.grants(request) if role else set()
                self.used |= grants
                if not grants:
                    self.denied[f"{role.name if role else call.role}: {request}"] += 1

    def short(self, arn):
        """A role's name without what all of this deployment's names begin with."""
        deployment = self.stage.deployment
        return arn.split("/")[-1].removeprefix(f"{deployment.name}-{deployment.region}-")

    def unused(self):
        granted = set().union(*(role.permissions() for role in self.roles.values()))
        return {f"{each.role} {each.sid} {each.action}" for each in granted - self.used}


@pytest.fixture(scope="session")
def verdict(stage, activity):
    for run in activity.hello.values():
        activity.ended(run)
    return Verdict(stage, list(stage.proxy.calls))


def test_every_call_is_allowed(verdict):
    assert not verdict.denied, "\n".join(f"{count}× {what}" for what, count in verdict.denied.items())
    assert verdict.used


def test_every_role_was_seen_at_work(verdict, stage):
    """A role that made no call would make the test above say nothing about it."""
    callers = {call.role for call in stage.proxy.calls}
    idle = {role.name for arn, role in verdict.roles.items() if arn not in callers and role.statements}
    # Servers call AWS when their own sensors do; those of the other locations here have none that run.
    assert all(name.endswith("-server") for name in idle), idle


@pytest.mark.lives_on
def test_what_no_call_used_stays_for_a_reason(verdict):
    listed = yaml.safe_load(UNUSED.read_text())
    assert verdict.unused() == set(listed), "permissions that no call used, against unused_permissions.yaml"
    assert all(len(reason.split()) > 3 for reason in listed.values())
