"""Tasks that are no Dagster runs: each works when it is started, and a location's run starts those that it may."""

import pytest

from boot.ecs.clock import until
from boot.stage import layers_of

pytestmark = pytest.mark.has("task")


def finished(stage, arn):
    task = until(lambda: stage.world.tasks.get(arn), 30, f"the executor does not know {arn}")
    until(lambda: task.status == "STOPPED", 300, stage.explain)
    assert {container.exit_code for container in task.containers.values()} == {0}, stage.explain()
    return task


def test_every_task_runs_with_its_package(stage):
    ecs, name = stage.world.admin("ecs"), stage.deployment.name
    network = stage.service("core_daemon").document["networkConfiguration"]
    for layer in layers_of(stage.deployment, "task"):
        family = f"{name}_task_{layer['owner']}"
        started = ecs.run_task(cluster=name, taskDefinition=family, networkConfiguration=network, launchType="FARGATE")
        task = finished(stage, started["tasks"][0]["taskArn"])
        log, (definition,) = stage.logs(task, "task"), [each.definition for each in task.containers.values() if each.name == "task"]
        assert log.startswith("called as " + " ".join(definition["command"])), log
        if "package" in task.containers:
            key = {item["name"]: item["value"] for item in task.containers["package"].definition["environment"]}["DAGFORGE_PACKAGE"]
            assert f"this is {key}" in log


def test_a_run_starts_the_tasks_of_its_location(stage, activity):
    """With the run's own role: test_permissions looks at the calls."""
    for location in stage.locations:
        command = stage.deployment.task_definitions()[f"{stage.deployment.name}_run_{location}"]["ContainerDefinitions"][0]
        wanted = [item["Name"] for item in command["Environment"] if item["Name"].startswith("DAGFORGE_TASK_")]
        run = stage.ui.launch(location, "tasks")
        assert activity.ended(run) == "SUCCESS", stage.ui.events(run)
        lines = stage.ui.captured(run)["stdout"].splitlines()
        assert [line.split()[0] for line in lines] == sorted(wanted)
        for line in lines:
            finished(stage, line.split()[1])
