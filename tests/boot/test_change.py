"""A change rolls exactly what it says: a config edit the two core services, a new revision its own location."""

import filecmp
import pathlib
import threading
import time

import pytest

from boot.ecs.clock import until
from boot.rendered import render
from boot.stage import layers_of

pytestmark = pytest.mark.lives_on
LIMIT = 7


def changed(before, after):
    """Paths of the files that differ between two renderings."""

    def files(deployment):
        found = (path.relative_to(deployment.folder) for path in deployment.folder.rglob("*") if path.is_file())
        return {str(path) for path in found if not path.name.startswith(".")}

    both = files(before) & files(after)
    _, different, errors = filecmp.cmpfiles(before.folder, after.folder, both, shallow=False)
    return set(different) | set(errors) | (files(before) ^ files(after))


def services_in(deployment, files):
    """Services that stand in a template among these files."""
    found = set()
    for layer in deployment.layers:
        if layer["template"] in files:
            for resource in deployment.template(layer)["Resources"].values():
                if resource["Type"] == "AWS::ECS::Service":
                    found.add(resource["Properties"]["ServiceName"])
    return found


def running(stage):
    """Service to the ids of its live tasks."""
    return {name: {task.id for task in service.live()} for name, service in stage.world.services.items()}


def rolled(before, after):
    return {name for name in after if before[name] != after[name]}


def never_two(tasks):
    """Each task came into being after the one before it had stopped."""
    return all(earlier.stopped_at and earlier.stopped_at <= later.created for earlier, later in zip(tasks, tasks[1:]))


class Visitor:
    """A user who keeps asking; notes when the UI does not answer."""

    def __init__(self, ui):
        self.ui, self.failures, self.asked = ui, [], 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def _ask(self):
        while not self._end.wait(0.5):
            self.asked += 1
            try:
                self.ui.ask("{ version }")
            except Exception as error:
                self.failures.append(f"{time.strftime('%H:%M:%S')} {error}")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()


@pytest.fixture
def edit(stage, tmp_path):
    """Renders the spec again after `change` edited it in place."""

    def render_changed(change):
        change(stage.spec)
        return render(stage.spec, tmp_path)

    return render_changed


def limit_runs(spec):
    spec.setdefault("runs", {})["max_concurrent"] = LIMIT


def test_a_config_edit_rolls_webserver_and_daemon_and_nothing_else(stage, activity, edit):
    edited = edit(limit_runs)
    files = changed(stage.deployment, edited)
    assert files == {"README.md", "plan.json", "ops/ops.sh", "config/dagster.yaml"} | {
        "cfn/40-platform.yaml",
        "cfn/42-ui.yaml",
    }
    before, name = running(stage), stage.deployment.name
    with Visitor(stage.ui) as visitor:
        stage.change(edited, files)
        stage.steady()
    assert rolled(before, running(stage)) == {f"{name}_core_webserver", f"{name}_core_daemon"} == services_in(edited, files)
    assert visitor.asked and not visitor.failures, visitor.failures
    assert never_two(stage.tasks("core_daemon")), stage.explain()
    query = "{ instance { runQueueConfig { maxConcurrentRuns } } }"
    assert stage.ui.ask(query)["instance"]["runQueueConfig"]["maxConcurrentRuns"] == LIMIT


def test_an_edit_of_one_location_rolls_its_server_and_nothing_else(stage, edit):
    location = stage.locations[0]
    edited = edit(lambda spec: spec["code_locations"][location].update(env={"GREETING": "hello"}))
    files = changed(stage.deployment, edited)
    before = running(stage)
    stage.change(edited, files)
    stage.steady()
    assert rolled(before, running(stage)) == {f"{stage.deployment.name}_server_{location}"} == services_in(edited, files)
    assert stage.tasks(f"server_{location}")[-1].containers["server"].environment()["GREETING"] == "hello"


def test_deploying_the_same_again_rolls_nothing(stage):
    before = running(stage)
    for layer in ("platform", "ui", "location"):
        stage.layers(layer, "r1")
    stage.steady()
    assert running(stage) == before


def test_a_new_revision_touches_its_location_and_queued_runs_keep_theirs(stage, activity):
    location, cluster = stage.locations[0], stage.world.services[f"{stage.deployment.name}_core_daemon"].document["clusterArn"]
    daemon = f"{stage.deployment.name}_core_daemon"
    # Nobody takes the run from the queue while the revision changes.
    stage.deployer.aws("ecs", "update-service", "--cluster", cluster, "--service", daemon, "--desired-count", "0")
    stage.steady()
    queued = stage.ui.launch(location, "hello")
    before = running(stage)
    stage.release(location, "r2")
    stage.steady()
    assert rolled(before, running(stage)) == {f"{stage.deployment.name}_server_{location}"}
    assert stage.ui.status(queued) == "QUEUED"
    stage.deployer.aws("ecs", "update-service", "--cluster", cluster, "--service", daemon, "--desired-count", "1")
    assert activity.ended(queued) == "SUCCESS"
    assert stage.ui.captured(queued)["stdout"] == "standard output of revision r1\n"
    until(lambda: stage.ui.image(location).endswith(":r2"), 300, lambda: stage.ui.image(location))
    following = stage.ui.launch(location, "hello")
    assert activity.ended(following) == "SUCCESS"
    assert stage.ui.captured(following)["stdout"] == "standard output of revision r2\n"
    assert activity.task(following).containers["run"].definition["image"].endswith(":r2")
    assert never_two(stage.tasks("core_daemon")), stage.explain()


def test_a_release_that_cannot_be_imported_shows_in_dagster_and_not_in_ecs(stage, activity):
    """`dagster code-server start` serves the error and stays healthy: ECS has nothing to roll back, a person does it."""
    location = stage.locations[0]
    stage.release(location, "broken")
    stage.steady()
    found = until(lambda: failing(stage, location), 300, lambda: stage.ui.locations())
    assert "broken on purpose" in found["message"], found
    task = stage.tasks(f"server_{location}")[-1]
    assert task.containers["server"].definition["image"].endswith(":broken")
    assert task.healthy() and not task.wanted.is_set(), stage.explain()
    assert "from broken back to r2" in stage.deployer.ops("rollback", location)
    stage.steady()
    until(lambda: stage.ui.image(location).endswith(":r2") and not failing(stage, location), 300, lambda: stage.ui.locations())


def failing(stage, location):
    """The error that stands for a location in the UI, if its server told one and not only was away for a moment."""
    found = stage.ui.locations()[location]
    return found if found and found["__typename"] == "PythonError" and "UserCodeUnreachable" not in found["message"] else None


def test_layers_are_what_the_plan_says(stage):
    """Every template is some layer's, so that nothing rendered stays undeployed."""
    rendered = {path.name for path in (stage.deployment.folder / "cfn").glob("*.yaml")}
    assert rendered == {pathlib.Path(layer["template"]).name for layer in stage.deployment.layers}
    assert layers_of(stage.deployment, "platform")
