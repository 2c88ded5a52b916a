"""A rendered deployment boots, and does for a user of the UI what Dagster is for."""

import pytest

from boot.ecs.clock import until


def test_every_location_is_loaded(stage):
    def loaded():
        return all(entry["__typename"] == "RepositoryLocation" for entry in stage.ui.locations().values())

    until(loaded, 300, lambda: stage.ui.locations())
    assert sorted(stage.ui.locations()) == sorted(stage.locations)


def test_the_daemons_are_healthy(stage):
    def healthy():
        return all(each["healthy"] for each in stage.ui.daemons() if each["required"])

    until(healthy, 300, lambda: stage.ui.daemons())


def test_a_job_succeeds_in_every_location(stage, activity):
    for location, run in activity.hello.items():
        assert activity.ended(run) == "SUCCESS", stage.ui.events(run)
        task = activity.task(run)
        assert task.family == stage.family(location)
        until(lambda: task.status == "STOPPED", 120, stage.explain)
        assert {container.exit_code for container in task.containers.values()} == {0}


def test_compute_logs_are_in_the_bucket_and_in_the_ui(stage, activity):
    run = activity.hello[stage.locations[0]]
    activity.ended(run)
    assert stage.ui.captured(run)["stdout"] == "standard output of revision r1\n"
    bucket = stage.parameter("data", "compute_logs_bucket")
    found = stage.world.admin("s3").list_objects_v2(Bucket=bucket)
    keys = [item["Key"] for item in found.get("Contents", [])]
    assert all(key.startswith("compute-logs/") for key in keys)
    assert any(run in key and key.endswith(".out") for key in keys), keys


def test_logs_are_in_their_groups(stage, activity):
    """Each container writes to the stream that the launcher, the runbook and `ops.sh` look for."""
    assert "Serving dagster-webserver" in stage.logs(stage.tasks("core_webserver")[-1], "webserver")
    assert "daemons" in stage.logs(stage.tasks("core_daemon")[-1], "daemon")
    for key in stage.servers:
        assert "Started Dagster code" in stage.logs(stage.tasks(f"server_{key}")[-1], "server")
    for location in stage.locations:
        task = activity.task(activity.hello[location])
        until(lambda: task.status == "STOPPED", 120, stage.explain)
        assert "RUN_SUCCESS" in stage.logs(task, "run")


@pytest.mark.lives_on
def test_a_failing_job_ends_as_a_failure(stage, activity):
    assert activity.ended(activity.broken) == "FAILURE"
    assert any("broken on purpose" in str(event) for event in stage.ui.events(activity.broken))


@pytest.mark.lives_on
def test_a_sensor_and_a_schedule_tick(stage, activity):
    first = stage.locations[0]
    for name, expected in (("watcher", "the sensor sees 1 run"), ("every_minute", "the schedule ticks in revision r1")):
        def ended(name=name):
            return [tick for tick in stage.ui.ticks(first, name) if tick["status"] != "STARTED"]

        until(ended, 300, f"{name} does not tick")
        # A tick may find its server busy and fail; the daemon then ticks again.
        until(lambda: any(tick["skipReason"] == expected for tick in ended()), 300, lambda: stage.ui.ticks(first, name))


@pytest.mark.lives_on
def test_the_log_of_a_tick_is_in_the_ui(stage, activity):
    """The code server writes it to the bucket, and the webserver reads it from there."""
    first = stage.locations[0]
    found = until(lambda: stage.ui.tick_logs(first, "watcher"), 300, "no tick has a log")
    assert "a tick of revision r1" in found


@pytest.mark.lives_on
def test_what_a_running_step_prints_is_in_the_ui_before_it_ends(stage, activity):
    """After the upload interval; the run asks first whether a complete log is there, which is all that it reads."""
    activity.working(activity.terminated)
    until(lambda: stage.ui.captured(activity.terminated)["stdout"] == "waiting\n", 300, stage.explain)


@pytest.mark.lives_on
def test_a_run_is_terminated_from_the_ui(stage, activity):
    """The webserver's own launcher stops the task; the run's process ends in time by itself."""
    task = activity.working(activity.terminated)
    assert stage.ui.terminate(activity.terminated)["__typename"] == "TerminateRunSuccess"
    assert activity.ended(activity.terminated) == "CANCELED"
    until(lambda: task.status == "STOPPED", 120, stage.explain)
    assert not any("killed after its stop timeout" in note for note in task.notes), task.notes


@pytest.mark.lives_on
def test_a_killed_run_is_marked_failed_with_its_last_lines(stage, activity):
    assert activity.ended(activity.killed) == "FAILURE"
    messages = "\n".join(event.get("message") or "" for event in stage.ui.events(activity.killed))
    assert "exit code 137" in messages, messages
    assert "Run worker logs:" in messages and "STEP_START" in messages, messages
    # What the alarm on runs that were given up looks for (src/plan/alarms/failures.rs).
    said = "\n".join(stage.logs(daemon, "daemon") for daemon in stage.tasks("core_daemon"))
    assert f"{activity.killed} as failed" in said, said
