"""Two hundred code locations: every template keeps its budget, and one more touches no other location."""

import json
import re

import pytest

import deployments
import fakeaws
import terraform
from test_cfn_lint import lint
from worlds import World

MAX_BYTES, MAX_RESOURCES = 51_200, 500


def spec(count):
    """A spec whose locations differ as real ones do: in size, environment, secrets and rights."""
    locations = {}
    for number in range(count):
        location = {"module": f"team{number}.definitions", "env": {"TEAM": f"t{number}"}}
        if number % 3 == 0:
            location["run"] = {"cpu": 2048, "memory": 8192, "ephemeral_gib": 60}
        if number % 4 == 0:
            location["secrets"] = {"API_KEY": {"ssm": f"/big/team{number}/key"}, "TOKEN": f"big/team{number}:token"}
        if number % 5 == 0:
            location["permissions"] = [{"allow": ["s3:GetObject"], "on": [f"arn:aws:s3:::big-lake/team{number}/*"]}]
        locations[f"team-{number}"] = location
    name = {"dagforge": 1, "name": "big", "region": "eu-central-1", "protect": False}
    return json.dumps({**name, "code_locations": locations})


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    return deployments.render(spec(200), tmp_path_factory.mktemp("big"))


def shape(layer):
    """What a template is, whichever location it is for: two with the same shape are one to a linter."""
    text = layer.text.replace(str(layer.owner), "KEY") if layer.owner else layer.text
    return layer.name, re.sub(r"[0-9]+", "0", text)


@pytest.mark.xdist_group("scale")
def test_every_template_keeps_its_budget(big):
    assert len(big.layers) == 4 + 2 * 200
    for layer in big.layers:
        assert len(layer.path.read_bytes()) <= MAX_BYTES, layer
        assert len(re.findall(r"^    Type: ", layer.text, re.M)) <= MAX_RESOURCES, layer


@pytest.mark.xdist_group("scale")
def test_every_shape_is_clean(big):
    shapes = {shape(layer): layer.path for layer in big.layers}
    assert 6 <= len(shapes) <= 60, len(shapes)
    done = lint(sorted(shapes.values()), big.region)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.xdist_group("scale")
def test_one_more_location_touches_no_other(big, tmp_path):
    more = deployments.render(spec(201), tmp_path)
    before, after = big.files(), more.files()
    changed = {path for path in before if before[path] != after.get(path)}
    added = set(after) - set(before)
    own = {"cfn/20-registry-team-200.yaml", "cfn/50-location-team-200.yaml", "tf/location_team_200.tf"}
    assert added == own
    shared = {".dagforge-files", "README.md", "ops/ops.sh", "plan.json", "config/workspace.yaml"}
    shared |= {"cfn/40-platform.yaml", "cfn/42-ui.yaml"}
    assert changed <= shared | {"tf/outputs.tf", "tf/variables.tf"}, changed


@pytest.mark.terraform
@pytest.mark.xdist_group("scale")
def test_terraform_plans_two_hundred(big, endpoint, tmp_path):
    module = terraform.Module(big, tmp_path, fakeaws.environment(endpoint, big.region))
    module.init()
    module.terraform("validate", "-no-color")
    assert "to add" in module.plan().stdout


@pytest.mark.xdist_group("scale")
def test_ten_locations_deploy(endpoint, tmp_path):
    ten = deployments.render(spec(10), tmp_path)
    world = World(endpoint, ten.region, "222222222222")
    world.prepare(ten)
    assert set(world.deploy(ten, "rev1")) == {layer.stack for layer in ten.layers}


@pytest.mark.terraform
@pytest.mark.xdist_group("scale")
def test_ten_locations_live_and_die_in_terraform(endpoint, tmp_path):
    ten = deployments.render(spec(10), tmp_path)
    module = terraform.Module(ten, tmp_path, fakeaws.environment(endpoint, ten.region))
    module.init()
    module.apply()
    assert module.plan("-detailed-exitcode").returncode == 0
    module.destroy()
    assert module.resources() == {}
