"""What people do afterwards, with the rendered `ops.sh`: this deployment was deployed by it, and `test_change` and
`test_faults` release, roll back and restart with it."""

import pytest

pytestmark = pytest.mark.lives_on


def test_status_shows_services_and_stacks(stage):
    told = stage.deployer.ops("status").splitlines()
    for name in stage.services():
        assert any(line.split()[:3] == [name, "1", "1"] for line in told), told
    for layer in stage.deployment.layers:
        assert any(line.split() == [layer["stack"], "CREATE_COMPLETE"] for line in told), told


def test_logs_of_services_and_runs(stage, activity):
    first = stage.locations[0]
    activity.ended(activity.hello[first])
    for log, line in (("webserver", "Serving dagster-webserver"), (f"run/{first}", "RUN_SUCCESS"), (first, "Started Dagster code")):
        assert line in stage.deployer.ops("logs", log, "--since", "1h")


def test_the_tables_are_migrated_in_a_task(stage):
    assert "the migration is done" in stage.deployer.ops("migrate")
