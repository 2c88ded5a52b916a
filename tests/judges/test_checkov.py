"""checkov finds nothing in either output but what is accepted with a reason."""

import json

import pytest
import yaml

import deployments
from shell import run

ROOT = deployments.ROOT
CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"
ACCEPTED = yaml.safe_load((ROOT / "tests" / "judges" / "checkov_accepted.yaml").read_text())
FRAMEWORKS = {"cfn": "cloudformation", "tf": "terraform"}


def failed(folder, framework):
    """check id → the resources that fail it; at least one check must have passed, or nothing was read."""
    done = run(CHECKOV, "-d", folder, "--framework", framework, "--compact", "--quiet", "-o", "json", expect=(0, 1))
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 50 and report["summary"]["parsing_errors"] == 0, report["summary"]
    found = {}
    for check in report["results"]["failed_checks"]:
        found.setdefault(check["check_id"], []).append(f"{check['file_path']} {check['resource']}")
    return found


@pytest.fixture(scope="module")
def findings():
    """target → check id → resources, over all deployments."""
    found = {"cfn": {}, "tf": {}}
    for name in deployments.names():
        for target, framework in FRAMEWORKS.items():
            for check, where in failed(deployments.OUTPUT / name / target, framework).items():
                found[target].setdefault(check, []).extend(f"{name}{place}" for place in where)
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
