"""What no example has: every deployment of `tests/specs`, which nobody renders into `output/`, through both linters."""

import json

import pytest

import deployments
import fakeaws
import terraform
from test_cfn_lint import lint

SPECS = sorted((deployments.ROOT / "tests" / "specs").glob("*.yaml"))
# What a spec says in so many words is printed so, and whoever wrote it has reasons.
NAMED_IN_THE_SPEC = {
    "W3010": "zones, which are named where a VPC has to be in the same ones as something else",
    "I3042": "ARNs of what exists, which belong to one partition and account",
}


@pytest.fixture(scope="module", params=[pytest.param(path, id=path.stem, marks=pytest.mark.xdist_group(path.stem)) for path in SPECS])
def rendered(request, tmp_path_factory):
    """The deployments of a spec."""
    return deployments.render_all(request.param, tmp_path_factory.mktemp(request.param.stem))


def test_every_template_is_clean(rendered):
    # Most templates of a spec's environments differ in the deployment's name alone.
    distinct = {path.read_text().replace(each.name, "NAME"): (each.region, path) for each in rendered for path in each.templates}
    regions = {region for region, _ in distinct.values()}
    templates = {region: sorted(path for where, path in distinct.values() if where == region) for region in regions}
    said = [line for region in regions for line in lint(templates[region], region).stdout.splitlines()]
    assert not [line for line in said if not any(f":{code}:" in line for code in NAMED_IN_THE_SPEC)], "\n".join(said)


@pytest.mark.terraform
def test_every_module_is_formatted_and_valid(rendered, tmp_path):
    for deployment in rendered:
        module = terraform.Module(deployment, tmp_path / deployment.name, fakeaws.environment("http://127.0.0.1:9", deployment.region))
        module.terraform("fmt", "-check", "-diff")
        module.init()
        answer = json.loads(module.terraform("validate", "-json").stdout)
        assert answer["valid"] and not answer["diagnostics"], answer["diagnostics"]


def test_there_are_specs():
    assert len(SPECS) >= 8
