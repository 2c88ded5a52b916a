"""Shared by all judges: one server, one deployment of each kind for several tests, and what could not be judged.

Tests of one deployment carry the same xdist group, so that one worker deploys it once for all of them.
"""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import pytest

import deployments
import fakeaws
import terraform
import warm
from created import cloudformation
from worlds import World

NOT_RUN = pytest.StashKey[str]()


def pytest_configure(config):
    config.addinivalue_line("markers", "terraform: needs Terraform and its AWS provider")
    config.addinivalue_line("markers", "only(deployment): runs for those that are named")
    if hasattr(config, "workerinput"):
        config.stash[NOT_RUN] = config.workerinput["not_run"]
    else:
        config.stash[NOT_RUN] = "" if config.option.collectonly else terraform.choose()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["not_run"] = node.config.stash[NOT_RUN]


def pytest_collection_modifyitems(config, items):
    """Without Terraform its tests cannot even fail for a reason of theirs; `pytest_unconfigure` says so at the end."""
    if not config.stash[NOT_RUN]:
        return
    without = [item for item in items if item.get_closest_marker("terraform")]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


def pytest_sessionfinish(session):
    if session.config.stash[NOT_RUN] and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and config.stash.get(NOT_RUN, ""):
        sys.stdout.flush()
        print(f"NOT RUN: {config.stash[NOT_RUN]}", file=sys.stderr, flush=True)


def pytest_generate_tests(metafunc):
    """A test that takes `deployment` runs for each folder of `output/`, all of one folder's in one worker."""
    if "deployment" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only")
        chosen = only.args if only else deployments.names()
        names = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in chosen]
        metafunc.parametrize("deployment", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def deployment(request):
    return deployments.deployment(request.param)


@pytest.fixture(scope="session")
def endpoint():
    with fakeaws.running() as endpoint:
        yield endpoint


@pytest.fixture(scope="session", autouse=True)
def programs():
    """The AWS CLI and cfn-lint, imported once, are what PATH leads to."""
    with warm.programs(aws="warm.aws", cfn_lint="warm.cfn_lint"):
        yield


@pytest.fixture(scope="session")
def kept():
    """What is made once for all tests of this worker, by a name."""
    return {}


class Deployed:
    """A deployment in its world: what the first deployment did, and what it created, before any test changed it."""

    def __init__(self, endpoint, deployment):
        self.world = World(endpoint, deployment.region)
        self.world.prepare(deployment)
        self.happened = self.world.deploy(deployment, "rev1")
        self.facts = cloudformation.facts(self.world, deployment)


@pytest.fixture(scope="session")
def deployed(kept, endpoint):
    """Deploys a deployment at revision rev1, once."""

    def once(deployment):
        if deployment.name not in kept:
            kept[deployment.name] = Deployed(endpoint, deployment)
        return kept[deployment.name]

    return once


@pytest.fixture(scope="session")
def applied(kept, endpoint, tmp_path_factory):
    """Applies a deployment with Terraform, once, and returns the module."""

    def once(deployment):
        key = f"terraform {deployment.name}"
        if key not in kept:
            base = fakeaws.environment(endpoint, deployment.region)
            module = terraform.Module(deployment, tmp_path_factory.mktemp("terraform"), base)
            module.init()
            module.apply()
            kept[key] = module
        return kept[key]

    return once
