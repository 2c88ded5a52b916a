"""checkov finds nothing in either output but what is accepted with a reason."""

import collections
import json

import pytest
import yaml

import deployments
from shell import run

ROOT = deployments.ROOT
CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"
ACCEPTED = yaml.safe_load((ROOT / "tests" / "judges" / "checkov_accepted.yaml").read_text())
FRAMEWORKS = {"cfn": "cloudformation", "tf": "terraform"}


def report(framework):
    """What checkov says about all deployments at once, since starting it is most of what one deployment costs."""
    done = run(CHECKOV, "-d", deployments.OUTPUT, "--framework", framework, "--compact", "-o", "json", expect=(0, 1))
    said = json.loads(done.stdout)
    assert said["summary"]["parsing_errors"] == 0, said["results"]["parsing_errors"]
    return said["results"]


@pytest.fixture(scope="module")
def findings():
    """target → check id → the resources that fail it; each deployment must have passed many checks, or nothing was read."""
    found = {}
    for target, framework in FRAMEWORKS.items():
        results, found[target] = report(framework), {}
        passed = collections.Counter(check["file_path"].split("/")[1] for check in results["passed_checks"])
        assert set(passed) == set(deployments.names()) and min(passed.values()) > 50, passed
        for check in results["failed_checks"]:
            found[target].setdefault(check["check_id"], []).append(f"{check['file_path']} {check['resource']}")
    return found


@pytest.mark.xdist_group("checkov")
@pytest.mark.parametrize("target", FRAMEWORKS)
def test_what_fails_is_accepted(findings, target):
    accepted = {**ACCEPTED["both"], **ACCEPTED[target]}
    assert {check: where for check, where in findings[target].items() if check not in accepted} == {}


@pytest.mark.xdist_group("checkov")
def test_what_is_accepted_fails(findings):
    for target in FRAMEWORKS:
        assert set(ACCEPTED[target]) <= set(findings[target])
    assert set(ACCEPTED["both"]) <= set(findings["cfn"]) & set(findings["tf"])


def test_every_acceptance_has_a_reason():
    for checks in ACCEPTED.values():
        assert all(len(reason) > 40 for reason in checks.values())
