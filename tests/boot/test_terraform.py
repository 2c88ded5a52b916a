"""What Terraform rendered boots too: its task definitions, policies and config objects on the stage that lived until now."""

import pytest

from boot.applied import REVISION, Switch
from boot.ecs.clock import until
from boot.test_change import never_two, rolled, running
from boot.test_permissions import Verdict

pytestmark = pytest.mark.lives_on


@pytest.fixture(scope="module")
def switched(stage, terraformed):
    """The number of calls that were made before."""
    before, calls = running(stage), len(stage.proxy.calls)
    Switch(stage, terraformed).all()
    stage.steady()
    assert rolled(before, running(stage)) == stage.services()
    return calls


def test_its_containers_are_terraforms(stage, switched, terraformed):
    """Judged by what only Terraform renders: one key for the config, with the version of each object."""
    versions = {switch["version_id"] for switch in terraformed.of("aws_s3_object")}
    for part in ("core_webserver", "core_daemon"):
        (command,) = stage.tasks(part)[-1].containers["config"].definition["command"]
        assert command.count("--version-id") == len(versions) and not any(each in command for each in versions)
    assert never_two(stage.tasks("core_daemon")), stage.explain()


def test_a_job_succeeds_in_every_location(stage, switched, activity):
    def loaded():
        return all(stage.ui.image(location).endswith(f":{REVISION}") for location in stage.locations)

    until(loaded, 300, lambda: stage.ui.locations())
    runs = {location: stage.ui.launch(location, "hello") for location in stage.locations}
    for location, run in runs.items():
        assert activity.ended(run) == "SUCCESS", stage.ui.events(run)
        assert stage.ui.captured(run)["stdout"] == f"standard output of revision {REVISION}\n"
        assert activity.task(run).family == f"{stage.deployment.name}_run_{location}"


def test_every_call_is_allowed(stage, switched):
    verdict = Verdict(stage, stage.proxy.calls[switched:])
    assert not verdict.denied, "\n".join(f"{count}× {what}" for what, count in verdict.denied.items())
    assert {each.action for each in verdict.used} > {"s3:GetObjectVersion", "ecs:RunTask", "logs:PutLogEvents"}
