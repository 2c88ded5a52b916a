"""CloudFormation and Terraform create the same deployment.

What the services' APIs tell about the stacks is compared with the applied state, thing by thing and value by value.
`ACCEPTED` lists every difference there is, with its reason.
"""

import re

import pytest

from created import state
from created.facts import Unordered

pytestmark = pytest.mark.terraform

NOTHING = "nothing"


class Accepted:
    """A difference that is meant: where it is, what each side has (regular expressions), and why.

    With `but_for` the sides are equal as soon as all that matches it is taken out of them.

    `example` is the deployment of `output/` in which it has to be found, so that no reason outlives its difference.
    """

    def __init__(self, why, kind, name, path, cfn=".*", tf=".*", but_for=None, example="acme"):
        self.why, self.but_for, self.example = why, but_for, example
        self._where = [re.compile(pattern) for pattern in (kind, name, path)]
        self._sides = [re.compile(pattern, re.S) for pattern in (cfn, tf)]

    def covers(self, difference):
        found = zip([*self._where, *self._sides], difference, strict=True)
        if not all(pattern.fullmatch(str(value)) for pattern, value in found):
            return False
        return self.but_for is None or len({re.sub(self.but_for, "", side) for side in difference[3:]}) == 1


ACCEPTED = [
    Accepted(
        "CloudFormation's config lies under its digest, so that a rollback finds the old one; Terraform would delete the "
        "old key, so it keeps one key and names the version of the object.",
        "task definition", ".*_core_(webserver|read_only_copy|daemon|migrate)", r"containers/config/command/0",
        but_for=r"(?<=--key config/)[0-9a-f]{64}/| --version-id <version of (dagster|workspace)\.yaml>",
    ),
    Accepted(
        "Reading a version of an object is a right of its own.",
        "role", ".*-(webserver|read-only-copy|daemon|migrate)", r"policies/permissions/Statement/\d+/Action/0",
        cfn="s3:GetObject", tf="s3:GetObjectVersion",
    ),
    Accepted(
        "RDS keeps the minor version up to date. CloudFormation compares templates and never looks back; Terraform compares "
        "with what is there, and would take a minor version for a downgrade after the first upgrade.",
        "database", ".*", "engine_version", cfn=r"\d+\.\d+", tf=r"\d+",
    ),
    Accepted(
        "A group without an egress rule of its own gets one that allows everything from CloudFormation; the one to the "
        "host itself takes its place. Terraform removes the rule.",
        "security group", ".*", r"rules",
        cfn=r"to -1 all 127\.0\.0\.1/32: Nothing; without an inline rule everything would be allowed", tf=NOTHING,
    ),
    Accepted(
        "CloudFormation's certificate creates the record that proves the domain itself.",
        "record", "CNAME _.*", "", cfn=NOTHING, example="dataplatform",
    ),
]  # fmt: skip


def leaves(value, path=()):
    """Every single value and its path; a list of single values is a set of them."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key], (*path, str(key)))
    elif isinstance(value, Unordered) and all(isinstance(item, str) for item in value):
        for item in value:
            yield (*path, item), item
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, str(index)))
    else:
        yield path, value


def differences(cfn, tf):
    """(kind, name, path, CloudFormation's value, Terraform's value) of whatever is not the same."""
    found = []
    for kind, name in sorted(cfn.keys() | tf.keys()):
        if (kind, name) not in cfn or (kind, name) not in tf:
            sides = ["there" if (kind, name) in side else NOTHING for side in (cfn, tf)]
            found.append((kind, name, "", *sides))
            continue
        before, after = dict(leaves(cfn[kind, name])), dict(leaves(tf[kind, name]))
        for path in sorted(before.keys() | after.keys()):
            sides = [side.get(path, NOTHING) for side in (before, after)]
            if not _same(*sides):
                # A set's member is its own path.
                shown = path[:-1] if path[-1] in sides else path
                found.append((kind, name, "/".join(shown), *sides))
    return found


def _same(one, other):
    """Terraform writes some numbers and booleans as text."""
    return one == other or (NOTHING not in (one, other) and str(one).lower() == str(other).lower())


@pytest.fixture(scope="session")
def both(deployed, applied):
    def pair(deployment):
        return deployed(deployment).facts, state.facts(applied(deployment).resources())

    return pair


def test_both_targets_create_the_same(deployment, both):
    found = differences(*both(deployment))
    unexplained = [each for each in found if not any(accepted.covers(each) for accepted in ACCEPTED)]
    assert not unexplained, "\n".join(map(str, unexplained))
    stale = [accepted.why for accepted in ACCEPTED if accepted.example == deployment.name]
    stale = [why for why in stale if not any(each.covers(one) for one in found for each in ACCEPTED if each.why == why)]
    assert not stale, f"no difference needs these reasons any more: {stale}"


def test_nothing_is_left_out(deployment, both):
    """Each kind of thing that a deployment consists of is really among what was compared."""
    kinds = {kind for kind, _ in both(deployment)[0]}
    wanted = {"task definition", "service", "role", "security group", "log group", "bucket", "database"}
    wanted |= {"secret", "discovery"}
    if deployment.plan["registry"]:
        wanted.add("repository")
    if deployment.plan["platform"]["namespace"]:
        wanted.add("namespace")
    if deployment.plan["platform"]["cluster"]["created"]:
        wanted.add("cluster")
    if deployment.plan["config"]["bucket"] is not None:
        wanted.add("config")
    own_balancer = deployment.plan["ui"]["load_balancer"] is not None
    assert wanted | ({"load balancer", "listener"} if own_balancer else {"listener rule"}) <= kinds


def test_a_difference_would_be_seen(deployment, both):
    """The judge is judged: one value changed in any one thing is found."""
    cfn, tf = both(deployment)
    known = differences(cfn, tf)
    for key in cfn.keys() & tf.keys():
        path, old = next(iter(leaves(tf[key])))
        changed = {**tf, key: _replaced(tf[key], path, f"{old} changed")}
        assert differences(cfn, changed) != known, key


def _replaced(value, path, new):
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: _replaced(value[path[0]], path[1:], new)}
    if isinstance(value, Unordered) and path[0] in value:
        return Unordered(new if item == path[0] else item for item in value)
    return [_replaced(item, path[1:], new) if index == int(path[0]) else item for index, item in enumerate(value)]
