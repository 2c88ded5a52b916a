"""What survives which fault, and what brings back what does not. The handbook's and the runbook's claims, tried."""

import json

import pytest

from boot.ecs import clock
from boot.ecs.clock import until
from boot.test_change import never_two

pytestmark = pytest.mark.lives_on
HASTENED = 20


def works(stage, activity):
    """Everything is loaded, and a new run succeeds."""
    first = stage.locations[0]
    until(lambda: loaded(stage), 300, lambda: stage.ui.locations())
    run = until(lambda: attempt(lambda: stage.ui.launch(first, "hello")), 300, "no run can be launched")
    assert activity.ended(run) == "SUCCESS", stage.ui.events(run)


def loaded(stage):
    return attempt(lambda: all(entry["__typename"] == "RepositoryLocation" for entry in stage.ui.locations().values()))


def attempt(action):
    try:
        return action()
    except (RuntimeError, OSError):
        return None


def ids(stage, part):
    return [task.id for task in stage.tasks(part)]


def test_a_restarted_database_is_survived_by_everything(stage, activity):
    before = {part: ids(stage, part) for part in ("core_webserver", "core_daemon", f"server_{stage.locations[0]}")}
    stage.postgres.restart()
    works(stage, activity)
    assert before == {part: ids(stage, part) for part in before}, "no task had to be replaced"


def test_a_killed_code_server_is_replaced(stage, activity):
    part = f"server_{stage.locations[0]}"
    killed = stage.tasks(part)[-1]
    killed.containers["server"].kill()
    until(lambda: killed.status == "STOPPED", 120, stage.explain)
    stage.steady()
    assert stage.tasks(part)[-1] is not killed
    until(lambda: loaded(stage), 300, lambda: stage.ui.locations())


def test_a_killed_daemon_is_replaced_and_there_are_never_two(stage, activity):
    killed = stage.tasks("core_daemon")[-1]
    killed.containers["daemon"].kill()
    until(lambda: killed.status == "STOPPED", 120, stage.explain)
    stage.steady()
    works(stage, activity)
    assert never_two(stage.tasks("core_daemon")), stage.explain()


def test_a_missing_config_object_fails_the_task_with_its_reason_until_it_is_there(stage):
    bucket, s3 = stage.parameter("data", "config_bucket"), stage.world.admin("s3")
    key = stage.deployment.plan["config"]["files"]["dagster_yaml"]["digest_key"]
    before = len(stage.tasks("core_daemon"))
    s3.delete_object(Bucket=bucket, Key=key)
    stage.renew("core_daemon")
    failed = until(lambda: [task for task in stage.tasks("core_daemon")[before:] if task.status == "STOPPED"][1:], 300, stage.explain)
    assert "config exited with code 1" in failed[0].reason
    assert "dagster.yaml cannot be fetched: was the config uploaded?" in stage.logs(failed[0], "config")
    # The bucket is versioned: what was deleted is there again once its delete marker goes.
    markers = s3.list_object_versions(Bucket=bucket, Prefix=key)["DeleteMarkers"]
    s3.delete_object(Bucket=bucket, Key=key, VersionId=markers[0]["VersionId"])
    stage.steady()


def test_a_rotated_password_needs_new_tasks(stage, activity):
    """Running containers keep the old one. The daemon's health check notices; the rest needs the runbook's restart."""
    user = stage.world.admin("rds").describe_db_instances()["DBInstances"][0]["MasterUsername"]
    before = {name: ids(stage, short(stage, name)) for name in stage.services()}
    secrets = stage.world.admin("secretsmanager")
    value = json.loads(secrets.get_secret_value(SecretId=stage.secret())["SecretString"]) | {"password": "rotated-password"}
    secrets.put_secret_value(SecretId=stage.secret(), SecretString=json.dumps(value))
    stage.postgres.sql(f"alter role {user} password 'rotated-password'")
    # A connection outlives its password; what counts is the next one.
    stage.postgres.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{user}'")
    known = activity.hello[stage.locations[0]]
    until(lambda: attempt(lambda: stage.ui.status(known)) is None, 60, "the old password goes on working")
    daemon = stage.tasks("core_daemon")[-1].containers["daemon"]
    with clock.hastened_checks(HASTENED):
        until(lambda: noticed(daemon.checks), 400, stage.explain)
    for name in sorted(stage.services()):
        assert ids(stage, short(stage, name)) == before[name], f"{name} was replaced by itself"
        stage.renew(short(stage, name))
    stage.steady()
    works(stage, activity)
    assert never_two(stage.tasks("core_daemon")), stage.explain()


def noticed(checks):
    """Whether the last two checks failed for the password's sake; ECS waits for a few more."""
    return len(checks) > 1 and all(check[0] not in (0, "timeout") and "password authentication failed" in check[2] for check in checks[-2:])


def short(stage, service):
    return service.removeprefix(f"{stage.deployment.name}_")
