"""The course's stack comes up, serves every location, runs jobs, reloads code, and looks to code like the deployment."""

import json

import pytest

from boot.ecs.clock import until

LOCATIONS = ["ingest", "transform", "report"]
RELOAD = """mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }"""


@pytest.fixture(scope="session")
def surveys(stack):
    """What a run of each location saw, and how it ended."""
    runs = {name: stack.ui.launch(name, "survey") for name in LOCATIONS}
    ended = {name: stack.ended(run) for name, run in runs.items()}
    assert set(ended.values()) == {"SUCCESS"}, {name: stack.ui.events(run) for name, run in runs.items()}
    return {name: json.loads(stack.ui.captured(run)["stdout"]) for name, run in runs.items()}


def test_the_webserver_knows_every_location(stack):
    assert stack.loaded() == {name: {"survey"} for name in LOCATIONS}


def test_runs_see_the_variables_of_the_spec(surveys):
    ingest = surveys["ingest"]["environment"]
    assert ingest["SAMPLE"] == "costs $5" and ingest["LOG_LEVEL"] == "info"
    assert ingest["API_KEY"] == 'key with "quotes" and $dollar'
    assert surveys["transform"]["environment"]["WAREHOUSE_PASSWORD"] == "hunter2"
    # The stack's own value wins over the deployment's.
    assert ingest["REDIS_HOST"] == "redis"


def test_each_location_has_its_own_secrets_alone(surveys):
    assert "WAREHOUSE_PASSWORD" not in surveys["ingest"]["environment"]
    assert "API_KEY" not in surveys["transform"]["environment"] | surveys["report"]["environment"]


def test_buckets_have_the_names_of_the_deployment(surveys):
    names = {"course-config-000000000000-eu-west-1", "course-compute-logs-000000000000-eu-west-1"}
    assert all(set(seen["buckets"]) == names for seen in surveys.values())


def test_services_find_each_other(surveys):
    assert all(seen["reached"] == {"redis": 6379, "warehouse": 5432} for seen in surveys.values())


def test_compute_logs_are_in_their_bucket(stack, surveys):
    bucket = "s3://course-compute-logs-000000000000-eu-west-1/compute-logs/"
    code, listed = stack.services["localstack"].run("awslocal", "s3", "ls", "--recursive", bucket)
    assert code == 0 and listed.count(".out") == len(LOCATIONS), listed


def test_buckets_come_back(stack):
    """LocalStack forgets everything in a restart."""
    localstack = stack.services["localstack"]
    localstack.stop()
    localstack.start()
    localstack.healthy()
    code, listed = localstack.run("awslocal", "s3", "ls")
    assert code == 0 and "course-compute-logs-000000000000-eu-west-1" in listed


def test_the_daemon_is_healthy(stack):
    def healthy():
        required = [it for it in stack.ui.daemons() if it["required"]]
        return required and all(it["healthy"] for it in required)

    until(healthy, 60, lambda: stack.services["daemon"].log())


def test_make_test_loads_every_location(stack):
    makefile = (stack.folder / "Makefile").read_text()
    words = makefile.split("exec -T webserver ")[1].splitlines()[0].split()
    code, said = stack.services["webserver"].run(*words, timeout=120)
    assert code == 0, said


def test_new_code_is_there_after_a_reload(stack):
    path = stack.project / "ingest" / "course_ingest" / "definitions.py"
    path.write_text(path.read_text().replace("def survey", "def again").replace("[survey]", "[again]"))
    stack.ui.ask(RELOAD, name="ingest")
    until(lambda: stack.loaded().get("ingest") == {"again"}, 60, lambda: stack.services["ingest"].log())


def test_a_location_can_be_restarted_alone(stack):
    """The database's rows and the other locations are still there."""
    ingest = stack.services["ingest"]
    ingest.stop()
    ingest.start()
    ingest.healthy()
    until(lambda: stack.loaded() == {"ingest": {"again"}, "transform": {"survey"}, "report": {"survey"}}, 90, lambda: ingest.log())


def test_broken_code_is_seen(stack):
    """The judge is judged, and so is the command of `make test`."""
    path = stack.project / "report" / "course_report" / "definitions.py"
    path.write_text("raise ValueError('broken on purpose')\n")
    stack.ui.ask(RELOAD, name="report")
    until(lambda: "report" not in stack.loaded(), 60, "the location is still there")
    makefile = (stack.folder / "Makefile").read_text()
    words = makefile.split("exec -T webserver ")[1].splitlines()[0].split()
    code, said = stack.services["webserver"].run(*words, timeout=120)
    assert code not in (0, None) and "broken on purpose" in said, said
