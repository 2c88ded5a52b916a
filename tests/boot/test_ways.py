"""What only some deployments have: locations in every way that one is served, shared folders, a database without passwords.

That each location loads and runs a job is what `test_boot` says of this deployment too.
"""

import datetime
import pathlib
import stat

import boto3
import pytest

from boot.ecs.clock import until
from boot.test_change import running
from boot.test_faults import works
from boot.test_permissions import Verdict
from boot.tokens import Refused

pytestmark = pytest.mark.only("ways")
IN_PROCESS, EXTERNAL, SEVERAL = "the inner one", "the outer one", "several"


def test_every_way_is_among_them(stage):
    assert stage.locations == [SEVERAL, EXTERNAL, IN_PROCESS] and stage.servers == [SEVERAL]


def test_runs_have_the_image_and_the_definition_of_their_location(stage, activity):
    repositories = {SEVERAL: "ways/location/several", EXTERNAL: "ways/location/outside", IN_PROCESS: "ways/core"}
    for location, repository in repositories.items():
        assert activity.ended(activity.hello[location]) == "SUCCESS"
        assert f"/{repository}:" in activity.task(activity.hello[location]).containers["run"].definition["image"]


def test_an_access_point_is_a_folder_of_its_user(stage, activity):
    """Whoever the container runs as: server and runs are user 1000, and on the disk everything is 2000's."""
    runs = [stage.ui.launch(SEVERAL, "memory") for _ in range(2)]
    for run in runs:
        assert activity.ended(run) == "SUCCESS", stage.ui.events(run)
        assert stage.ui.captured(run)["stdout"] == "/mnt/state 1000\n"
    (folder,) = pathlib.Path(stage.scratch, "efs").glob("*/several/state")
    written = folder / "runs"
    assert sorted(written.read_text().split()) == sorted(runs)
    for path, mode in ((folder, 0o750), (written, 0o644)):
        found = path.stat()
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (2000, 2001, mode)


def test_one_of_two_replicas_is_enough(stage, activity):
    """Both answer for the location under one name; with one gone the other goes on, and ECS brings a second again."""
    first, second = stage.tasks("server_several")
    assert set(stage.world.names.names["several.ways.internal"]) == {first.address, second.address}
    first.containers["server"].kill()
    until(lambda: stage.world.names.names["several.ways.internal"] == [second.address], 120, stage.explain)
    works(stage, activity)
    stage.steady()
    assert len(stage.world.names.names["several.ways.internal"]) == 2


def test_a_release_that_cannot_be_imported_is_taken_back(stage, activity):
    """`dagster api grpc` ends when its code cannot be loaded, so ECS sees it; what ran before goes on meanwhile."""
    before, service = stage.tasks("server_several")[-2:], stage.service("server_several")
    stage.release("several", "broken")
    until(lambda: service.taken_back, 300, stage.explain)
    assert all(task.status == "RUNNING" and not task.wanted.is_set() for task in before), stage.explain()
    failed = [task for task in stage.tasks("server_several") if task.containers["server"].definition["image"].endswith(":broken")]
    assert {task.containers["server"].exit_code for task in failed} >= {1} and not any(task.healthy() for task in failed)
    assert any("broken on purpose" in stage.logs(task, "server") for task in failed if task.status == "STOPPED")
    stage.steady()
    assert all(task.containers["server"].definition["image"].endswith(":r1") for task in service.live())
    works(stage, activity)


def test_the_password_is_of_no_use_and_of_no_importance(stage, activity):
    """Once tokens are allowed. That it changes, and that all connections end, nobody notices for long."""
    judge, before = stage.postgres.judge, running(stage)
    assert judge.member("dagster"), "the rendered container granted it"
    stage.postgres.sql("alter role dagster password 'changed'")
    stage.postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'dagster'")
    works(stage, activity)
    assert running(stage) == before and not judge.refused, judge.refused


def test_others_tokens_are_refused(stage):
    judge, world = stage.postgres.judge, stage.world
    host, port = judge.host.split(":")
    task = stage.tasks("core_webserver")[-1].definition

    def token(role=task["taskRoleArn"], host=host, user="dagster", region=stage.deployment.region):
        given = world.credentials(role, "test")
        keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
        rds = boto3.client("rds", region_name=region, aws_session_token=given["Token"], **keys)
        return rds.generate_db_auth_token(host, int(port), user)

    calls = len(stage.proxy.calls)
    good = token()
    judge.verify(good, "dagster")
    late = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=16)
    refused = {
        "old": (good, "dagster", late),
        "may not connect": (token(role=task["executionRoleArn"]), "dagster", None),
        "the host": (token(host="other"), "dagster", None),
        "the user": (token(user="postgres"), "dagster", None),
        "the scope": (token(region="eu-west-1"), "dagster", None),
        "the signature": (good[:-1] + ("0" if good[-1] != "0" else "1"), "dagster", None),
        "nobody was given": ("x:5432/?X-Amz-Credential=AKIA/1", "dagster", None),
    }
    for why, (made, user, now) in refused.items():
        with pytest.raises(Refused, match=why):
            judge.verify(made, user, now)
    del stage.proxy.calls[calls:]


def test_the_migration_runs_as_a_task(stage):
    ecs, network = stage.world.admin("ecs"), stage.service("core_daemon").document["networkConfiguration"]
    started = ecs.run_task(cluster="ways", taskDefinition="ways_core_migrate", networkConfiguration=network, launchType="FARGATE")
    task = until(lambda: stage.world.tasks.get(started["tasks"][0]["taskArn"]), 30, "the executor does not know it")
    until(lambda: task.status == "STOPPED", 300, stage.explain)
    assert {container.exit_code for container in task.containers.values()} == {0}, stage.explain()


def test_every_right_to_sign_in_and_to_mount_is_used(stage, activity):
    verdict = Verdict(stage, list(stage.proxy.calls))
    assert not verdict.denied, verdict.denied
    granted = {each for role in verdict.roles.values() for each in role.permissions()}
    ours = {each for each in granted if each.action.startswith(("rds-db:", "elasticfilesystem:"))}
    assert len({each.role for each in ours}) > 5
    # A code server reads no table until a sensor of its own runs.
    assert {(each.role, each.action) for each in ours - verdict.used} == {("location-several-server", "rds-db:connect")}
