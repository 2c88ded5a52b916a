"""Fixtures of the tier: one private network for the test process, one running stage for each rendered example.

`--example NAME` (repeatable) runs a part; without it every example runs. Tests are ordered so that each stage is
deployed once, lives through the tests in the order of `ORDER`, and is taken down before the next one starts. Each stage is
one xdist group: half of a stage's time is waiting, so two at a time share a machine well.

Where nothing can boot, the tests that need a network of their own are left out and `NOT RUN` says why; in CI that fails.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import threading

import pytest
import yaml

import warm
from boot import able, applied, world
from boot.ecs.clock import until
from boot.rendered import OUTPUT, REPOSITORY, Deployment, render
from boot.stage import Stage, layers_of

# Deployment to the spec that it is rendered from: examples, whose rendering is committed, and one that is rendered here. All
# of them boot and run a job in each location and all tasks; `LIVES_ON` also lives through changes and faults.
EXAMPLES = {
    "acme": "examples/minimal.yaml",
    "analytics": "examples/dbt.yaml",
    "ways": "tests/specs/ways.yaml",
    "dataplatform": "examples/gitrev-sidecar.yaml",
    "fleet": "examples/fleet.yaml",
}
LIVES_ON = "acme"
# What the machine has to have for tests with a fixture.
NEEDS = {"network": able.lacking, "terraformed": applied.lacking}
NOT_RUN = pytest.StashKey[list]()
ORDER = ("test_able", "test_config", "test_policy", "test_database", "test_boot", "test_ops", "test_tasks", "test_rotation", "test_ways", "test_change", "test_faults", "test_permissions", "test_terraform")


def pytest_addoption(parser):
    parser.addoption("--example", action="append", choices=EXAMPLES, help="run this rendered example only")


def pytest_generate_tests(metafunc):
    if "stage" in metafunc.fixturenames:
        names, marker = list(EXAMPLES), metafunc.definition.get_closest_marker
        if marker("lives_on"):
            names = [LIVES_ON]
        if only := marker("only"):
            names = list(only.args)
        if has := marker("has"):
            names = [name for name in names if (OUTPUT / name).exists() and layers_of(Deployment(OUTPUT / name), *has.args)]
        stages = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]
        metafunc.parametrize("stage", stages, indirect=True, scope="session")


def pytest_configure(config):
    config.addinivalue_line("markers", "lives_on: runs for one example only, whose stage it changes")
    config.addinivalue_line("markers", "only(example): runs for the examples that are named")
    config.addinivalue_line("markers", "has(layer): runs for the examples that have such a layer")
    config.stash[NOT_RUN] = []
    if not hasattr(config, "workerinput") and config.getoption("numprocesses", None):
        # What two workers would fetch at the same time is fetched before.
        applied.lacking()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    told = node.config.stash[NOT_RUN]
    told += [each for each in getattr(node, "workeroutput", {}).get("not_run", []) if each not in told]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = session.config.stash[NOT_RUN]
    elif session.config.stash[NOT_RUN] and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    sys.stdout.flush()
    for told in [] if hasattr(config, "workeroutput") else config.stash[NOT_RUN]:
        print(f"NOT RUN: {told}", file=sys.stderr, flush=True)


def example(item):
    """The example that a test is for, if it is for one."""
    return item.callspec.params.get("stage") if hasattr(item, "callspec") else None


def pytest_collection_modifyitems(config, items):
    chosen = config.getoption("--example") or list(EXAMPLES)
    left_out = [item for item in items if example(item) and example(item) not in chosen]
    for fixture, lacking in NEEDS.items():
        needing = [item for item in items if fixture in item.fixturenames and item not in left_out]
        if needing and not config.option.collectonly and (why := lacking()):
            config.stash[NOT_RUN].append(f"{len(needing)} tests: {why}")
            left_out += needing
    config.hook.pytest_deselected(items=left_out)
    order = ["", *EXAMPLES]
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: (order.index(example(item) or ""), ORDER.index(item.path.stem)))


@pytest.fixture(scope="session")
def terraformed(tmp_path_factory):
    """What Terraform applies, with a provider that may have to be fetched."""
    return applied.Applied(LIVES_ON, tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="session")
def network(request):
    """Moves the whole process: tests that use it run after those that do not, and what needs the machine's comes before."""
    if any("terraformed" in item.fixturenames for item in request.session.items):
        request.getfixturevalue("terraformed")
    world.enter()


@pytest.fixture(scope="session")
def programs(network):
    """Programs that are called often, imported once: the AWS CLI in PATH, and health checks behind the socket that this gives."""
    packages = REPOSITORY / ".venv-dagster"
    checks = warm.running([packages / "bin" / "python", "-S"], "boot.ecs.checks", packages)
    with warm.programs(aws="warm.aws"), checks as place:
        yield str(place)


@pytest.fixture(scope="session")
def stage(request, programs):
    scratch = tempfile.mkdtemp(prefix="boot-")
    spec = yaml.safe_load((REPOSITORY / EXAMPLES[request.param]).read_text())
    committed = OUTPUT / request.param
    deployment = Deployment(committed) if committed.exists() else render(spec, tempfile.mkdtemp(dir=scratch))
    stage = Stage(deployment, spec, scratch, programs, by_ops=request.param == LIVES_ON)
    try:
        stage.deploy()
        stage.steady()
        yield stage
    finally:
        stage.close()
        for moment, what in stage.timings:
            print(f"{request.param} {moment:6.1f} s  {what}")
        shutil.rmtree(pathlib.Path(scratch), ignore_errors=True)


# Runs that may be under way together; more would only make each other late.
AT_ONCE = 4


class Activity:
    """Runs and ticks that are under way: started together, because waiting together is shorter."""

    def __init__(self, stage):
        self.stage, ui, self.hello = stage, stage.ui, {}
        for number, location in enumerate(stage.locations):
            if number >= AT_ONCE:
                self.ended(self.hello[stage.locations[number - AT_ONCE]])
            self.hello[location] = ui.launch(location, "hello")
        if stage.deployment.name == LIVES_ON:
            self._more(ui, stage.locations[0])

    def _more(self, ui, first):
        """What is the same in every deployment, and therefore tried in one."""
        self.broken, self.terminated, self.killed = [ui.launch(first, job) for job in ("broken", "endless", "endless")]
        # Dagster notices once a minute: the earlier, the better.
        threading.Thread(target=lambda: self.working(self.killed).containers["run"].kill(), daemon=True).start()
        ui.start_schedule(first, "every_minute")
        ui.start_sensor(first, "watcher")

    def task(self, run):
        """The task that the daemon started for a run."""
        arn = until(lambda: self.stage.ui.tag(run, "ecs/task_arn"), 300, f"run {run} was not launched\n{self.stage.explain()}")
        return until(lambda: self.stage.world.tasks.get(arn), 20, f"the executor does not know {arn}")

    def ended(self, run, timeout=400):
        """The status that a run ends in."""
        ends = ("SUCCESS", "FAILURE", "CANCELED")
        until(lambda: self.stage.ui.status(run) in ends, timeout, lambda: f"run {run} goes on\n{self.stage.explain()}")
        return self.stage.ui.status(run)

    def working(self, run):
        """Waits until the run's own code prints something."""
        task = self.task(run)
        log = task.folder / "run" / "log"
        until(lambda: log.exists() and b"waiting" in log.read_bytes(), 300, lambda: self.stage.explain())
        return task


@pytest.fixture(scope="session")
def activity(stage):
    return Activity(stage)
