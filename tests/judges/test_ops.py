"""`ops.sh` with the real AWS CLI: every command, after either target, and what it says when AWS refuses."""

import json
import re
import subprocess
import time

import pytest

import deployments
import fakeaws
import terraform
from project import Project
from shell import BIN, run
from worlds import World

pytestmark = pytest.mark.xdist_group("ops")
ACCOUNT, TF_ACCOUNT, EMPTY_ACCOUNT = "333333333333", "444444444444", "555555555555"


@pytest.fixture(scope="module")
def unprotected(tmp_path_factory):
    return deployments.unprotected("acme", tmp_path_factory.mktemp("ops") / "spec")


@pytest.fixture(scope="module")
def world(endpoint):
    return World(endpoint, "eu-central-1", ACCOUNT)


@pytest.fixture(scope="module")
def project(unprotected, world, tmp_path_factory):
    """Deployed with nothing but the script, in the order that it asks for."""
    made = Project(unprotected, tmp_path_factory.mktemp("cfn"), world.env, ACCOUNT)
    for layer in ("network", "registry", "data"):
        made.ops("deploy", layer, "--target", "cfn")
    made.ops("images")
    made.first = made.git("rev-parse", "--short=12", "HEAD")
    made.asked = made.asked_of_docker()
    made.ops("deploy", "--target", "cfn", "--gitrev", made.first)
    return made


def revision(world, family, container):
    """What the newest definition of a family runs."""
    found = world.client("ecs").describe_task_definition(taskDefinition=family)["taskDefinition"]
    (image,) = (each["image"] for each in found["containerDefinitions"] if each["name"] == container)
    return image.rsplit(":", 1)[1]


def running(world):
    return revision(world, "acme_core_webserver", "webserver"), revision(world, "acme_server_sales", "server")


def test_shellcheck(deployment):
    run(BIN / "shellcheck", deployment.folder / "ops" / "ops.sh")


def test_help_needs_nothing(deployment):
    """Not even credentials; and every command is in it."""
    script = deployment.folder / "ops" / "ops.sh"
    said = run(script, "--help", env={"PATH": "/usr/bin:/bin"}).stdout
    commands = set(re.findall(r"^(\w+)_command\(\)", script.read_text(), re.M))
    assert commands == set(re.findall(r"^  ops\.sh (\w+)", said, re.M))


def test_images_are_built_from_a_commit(project):
    host = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"
    core, sales = (f"{host}/acme/{name}:{project.first}" for name in ("core", "location/sales"))
    assert project.asked == [
        f"docker login --username AWS --password-stdin {host}",
        f"docker build --platform linux/amd64 --file images/core/Dockerfile --tag {core} images/core",
        f"docker push {core}",
        f"docker build --platform linux/amd64 --file ../../Dockerfile --tag {sales} ../..",
        f"docker push {sales}",
    ]


def test_a_pushed_image_is_not_built_again(project):
    said = project.ops("images", "--gitrev", project.first, expect=None)
    if said.returncode:
        assert "is not what is checked out" in said.stderr
        project.git("checkout", "--quiet", project.first)
        said = project.ops("images", "--gitrev", project.first)
        project.git("checkout", "--quiet", "-")
    assert said.stderr.count("is in the registry") == 2 and project.asked_of_docker() == []


def test_a_dirty_tree_is_refused(project):
    extra = project.root / "scratch.py"
    extra.write_text("x = 1\n")
    said = project.ops("images", expect=1).stderr
    extra.unlink()
    assert "changes that are not committed" in said and "hint: commit them" in said


def test_another_revision_than_the_one_checked_out_is_refused(project):
    before = project.git("rev-parse", "--short=12", "HEAD")
    project.commit()
    said = project.ops("images", "--gitrev", before, expect=1).stderr
    assert f"{before} is not what is checked out" in said


def test_a_location_is_released_and_rolled_back_alone(project, world):
    core, before = running(world)
    new = project.commit()
    assert f"ops.sh images sales --gitrev {new}" in project.ops("deploy", "sales", "--gitrev", new, expect=1).stderr
    project.ops("images", "sales")
    assert len(project.asked_of_docker()) == 3
    project.ops("deploy", "sales", "--gitrev", new)
    assert running(world) == (core, new)
    # What has the core image keeps its revision where none is given, by whichever name it is deployed.
    for name in ("core", "platform", "ui"):
        project.ops("deploy", name)
    assert running(world) == (core, new)
    said = project.ops("rollback", "sales").stderr
    assert f"sales: from {new} back to {before}" in said
    assert running(world) == (core, before)


def test_everything_is_released_and_rolled_back(project, world):
    before = running(world)
    new = project.commit()
    project.ops("images")
    project.ops("deploy", "--gitrev", new)
    assert running(world) == (new, new)
    project.ops("rollback")
    core, sales = running(world)
    assert core == before[0] and sales != new


def test_config_goes_where_the_sidecar_looks(project, world):
    prefix = project.deployment.config_prefix(ACCOUNT)
    world.aws("s3", "rm", prefix, "--recursive")
    project.ops("config")
    assert "dagster.yaml" in world.aws("s3", "ls", prefix).stdout


def test_restart_replaces_the_tasks(project):
    for service in ("webserver", "daemon", "sales"):
        assert "waiting for the new tasks" in project.ops("restart", service).stderr


def test_status_shows_services_and_stacks(project):
    said = project.ops("status").stdout
    assert re.search(r"^acme_core_webserver\t1\t1\tCOMPLETED\t", said, re.M), said
    for stack in ("acme-platform", "acme-ui"):
        assert re.search(rf"^{stack}\t(CREATE|UPDATE)_COMPLETE$", said, re.M), said


def put_log(world, group, stream, *messages):
    logs = world.client("logs")
    if not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + index, "message": message} for index, message in enumerate(messages)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def test_logs_are_printed(project, world):
    put_log(world, "/dagforge/acme/webserver", "a", "first", "Traceback:\n  1/0", "tab\there")
    put_log(world, "/dagforge/acme/run/sales", "a", "of a run")
    assert project.ops("logs", "webserver").stdout == "first\nTraceback:\n  1/0\ntab\there\n"
    assert project.ops("logs", "run/sales", "--since", "5m").stdout == "of a run\n"
    assert project.ops("logs", "daemon").stdout == ""


def test_logs_are_followed(project, world):
    put_log(world, "/dagforge/acme/server/sales", "a", "early")
    script = [project.folder / "ops" / "ops.sh", "logs", "sales", "--follow"]
    with subprocess.Popen(script, env=project.env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "early\n"
            put_log(world, "/dagforge/acme/server/sales", "a", "late")
            assert process.stdout.readline() == "late\n"
        finally:
            process.terminate()


def test_open_forwards_a_port(project):
    project.asked_of_docker()
    said = project.ops("open")
    # The CLI asks the plugin for its version before it hands the session over.
    *_, asked = project.asked_of_docker()
    assert asked.startswith("session-manager-plugin eu-central-1 StartSession") and "localhost:3000" in said.stderr


def test_open_names_the_load_balancer_where_no_port_can_be_forwarded(project, world, tmp_path):
    closed = deployments.changed("acme", tmp_path / "spec", lambda spec: spec.update(web={"exec": False}))
    said = Project(closed, tmp_path, world.env, ACCOUNT).ops("open")
    (balancer,) = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert said.stdout == f"http://{balancer['DNSName']}\n"


def test_migrate_runs_dagsters_own(project, world):
    said = project.ops("migrate").stderr
    assert "the migration is done" in said
    ecs = world.client("ecs")
    (task,) = ecs.describe_tasks(cluster="acme", tasks=re.findall(r"arn:\S+", said))["tasks"]
    (override,) = task["overrides"]["containerOverrides"]
    assert override == {"name": "webserver", "command": ["dagster", "instance", "migrate"]}
    assert task["taskDefinitionArn"] in world.aws("ecs", "list-task-definitions").stdout


def test_what_fails_says_why_and_what_to_do(project, endpoint, tmp_path):
    """In an account where nothing is deployed, and without credentials."""
    empty = Project(project.deployment, tmp_path, World(endpoint, "eu-central-1", EMPTY_ACCOUNT).env, EMPTY_ACCOUNT)
    for command, told, hint in (
        (["deploy", "core", "--target", "cfn", "--gitrev", "r1"], "RepositoryNotFound", "ops.sh deploy registry"),
        (["deploy", "ui", "--target", "cfn", "--gitrev", "r1"], "RepositoryNotFound", "ops.sh deploy registry"),
        (["deploy", "ui", "--target", "tf", "--gitrev", "r1"], "Terraform deploys ui", "ops.sh deploy core"),
        (["restart", "daemon"], "ClusterNotFound", "is acme deployed in account 555555555555"),
        (["status"], "ClusterNotFound", "is acme deployed"),
        (["config", "--target", "cfn"], "NoSuchBucket", "ops.sh deploy data"),
        (["rollback"], "nothing says whether CloudFormation or Terraform", "--target cfn"),
        (["deploy", "--target", "cfn"], "which revision?", "--gitrev REV"),
        (["deploy", "nowhere", "--gitrev", "r1"], "there is no layer, code location or task nowhere", "sales"),
        (["deploy", "--gitrev", "latest"], "latest is no revision", "never latest"),
        (["restart", "nobody"], "there is no service nobody", "webserver daemon sales"),
        (["logs", "nobody"], "there is no log nobody", "run/sales"),
        (["logs", "webserver", "--since", "yesterday"], "--since yesterday is no time", "30m"),
        (["images", "nobody"], "there is no image nobody", "core sales"),
        (["deploy", "--gitrev"], "--gitrev takes a value", ""),
        (["fly"], "there is no command fly", "--help"),
        (["status", "twice"], "status takes no twice", ""),
        ([], "what shall it do?", "--help"),
    ):
        done = empty.ops(*command, expect=1)
        said = done.stderr
        assert told in said and hint in said, f"{command}: {said}"
        assert said.count("ops.sh: ") == 1, f"{command} went on: {said}"
    anonymous = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    said = empty.ops("status", env=anonymous, expect=1).stderr
    assert "Unable to locate credentials" in said and "hint: sign in to AWS again" in said


def test_the_wrong_account_is_refused(endpoint, tmp_path):
    copy = deployments.changed("acme", tmp_path / "spec", lambda spec: spec.update(account="111111111111"))
    project = Project(copy, tmp_path, World(endpoint, copy.region, EMPTY_ACCOUNT).env, EMPTY_ACCOUNT)
    said = project.ops("status", expect=1).stderr
    assert "acme belongs to account 111111111111, and this is 555555555555" in said


def test_a_protected_deployment_is_not_destroyed(endpoint, tmp_path):
    world = World(endpoint, "eu-central-1", EMPTY_ACCOUNT)
    project = Project(deployments.deployment("acme"), tmp_path, world.env, EMPTY_ACCOUNT)
    assert "acme is protected" in project.ops("destroy", typed="acme\n", expect=1).stderr
    project.ops("deploy", "registry", "--target", "cfn")
    policy = world.client("cloudformation").get_stack_policy(StackName="acme-registry")["StackPolicyBody"]
    assert json.loads(policy) == json.loads((project.folder / "cfn" / "stack-policy.json").read_text())


def state(world):
    """Everything that a command could have changed."""
    stacks = world.client("cloudformation").describe_stacks()["Stacks"]
    return {each["StackName"]: (each["StackStatus"], each.get("LastUpdatedTime")) for each in stacks}


def test_a_dry_run_changes_nothing(project, world):
    before, first = (state(world), running(world)), project.first
    for command, told in (
        (["deploy", "sales", "--gitrev", first], "+ aws cloudformation deploy --stack-name acme-location-sales"),
        (["config"], "+ aws s3 cp config/"),
        (["restart", "daemon"], "+ aws ecs update-service"),
        (["open"], "+ aws ssm start-session"),
        (["migrate"], "+ aws ecs run-task"),
        (["rollback", "sales"], "+ aws cloudformation deploy"),
        (["images", "core", "--gitrev", "build-1"], "+ docker push"),
    ):
        assert told in project.ops(*command, "--dry-run").stdout, command
    said = project.ops("destroy", "--dry-run", typed="acme\n").stdout
    assert "+ empty s3://acme-config-333333333333-eu-central-1" in said and "+ aws cloudformation delete-stack" in said
    assert (state(world), running(world)) == before and project.asked_of_docker() == []


def test_what_has_no_revision_to_take_is_not_pinned(project, world, tmp_path):
    """Terraform refuses such a key of `releases`."""

    def change(spec):
        spec["protect"] = False
        spec["code_locations"]["sales"]["gitrev"] = project.first

    (tmp_path / "fixed").mkdir()
    fixed = Project(deployments.changed("acme", tmp_path / "spec", change), tmp_path / "fixed", world.env, ACCOUNT)
    told = fixed.ops("deploy", "sales", "--target", "tf", "--yes", "--dry-run").stdout
    assert "terraform -chdir=tf apply" in told and "releases" not in told


@pytest.mark.terraform
def test_after_terraform(unprotected, endpoint, tmp_path):
    """Terraform applies; releases are kept in its file, one key each; and everything goes at the end."""
    world = World(endpoint, "eu-central-1", TF_ACCOUNT)
    project = Project(unprotected, tmp_path, terraform.environment(world.env), TF_ACCOUNT)
    # What the script reads from AWS is what the module describes; the stand-in provider creates nothing there.
    other = Project(unprotected, tmp_path / "there", world.env, TF_ACCOUNT) if (tmp_path / "there").mkdir() is None else None
    for layer in ("network", "registry", "data"):
        other.ops("deploy", layer, "--target", "cfn")
    first = project.commit()
    project.ops("images")
    other.ops("deploy", "--target", "cfn", "--gitrev", first)
    tf = ["--target", "tf", "--yes"]
    assert "with everything else" in project.ops("deploy", "data", "--gitrev", first, *tf, expect=1).stderr
    project.ops("deploy", "--gitrev", first, *tf)
    releases = project.folder / "tf" / "releases.auto.tfvars.json"
    assert json.loads(releases.read_text()) == {"releases": {}}
    assert planned(project) == {"acme_core_webserver": first, "acme_server_sales": first}

    second = project.commit()
    project.ops("images")
    project.ops("deploy", "sales", "--gitrev", second, *tf)
    assert json.loads(releases.read_text()) == {"releases": {"sales": second}}
    assert planned(project) == {"acme_core_webserver": first, "acme_server_sales": second}

    releases.write_text('{"releases": {}, "services_enabled": true}')
    project.ops("deploy", "core", "--gitrev", second, *tf)
    assert json.loads(releases.read_text()) == {"releases": {"sales": first}, "services_enabled": True}
    assert planned(project) == {"acme_core_webserver": second, "acme_server_sales": first}
    assert "Terraform uploads the config itself" in project.ops("config", "--target", "tf").stderr
    project.ops("destroy", "--target", "tf", typed="acme\n")
    assert planned(project) == {}


def planned(project):
    """Families to the revisions that Terraform's state has of them."""
    text = run("terraform", "show", "-json", cwd=project.folder / "tf", env=project.env).stdout
    found = json.loads(text).get("values", {}).get("root_module", {}).get("resources", [])
    definitions = [each["values"] for each in found if each["type"] == "aws_ecs_task_definition"]
    names = {"acme_core_webserver": "webserver", "acme_server_sales": "server"}
    result = {}
    for values in definitions:
        for container in json.loads(values["container_definitions"]):
            if names.get(values["family"]) == container["name"]:
                result[values["family"]] = container["image"].rsplit(":", 1)[1]
    return result


def test_destroy_asks_and_leaves_nothing(unprotected, endpoint, tmp_path):
    world = World(endpoint, "eu-central-1", "666666666666")
    project = Project(unprotected, tmp_path, world.env, "666666666666")
    for layer in ("network", "registry", "data"):
        project.ops("deploy", layer, "--target", "cfn")
    project.ops("images")
    project.ops("deploy", "--gitrev", project.git("rev-parse", "--short=12", "HEAD"))
    project.ops("config")
    assert "nothing was deleted" in project.ops("destroy", typed="acme-prod\n", expect=1).stderr
    assert state(world)
    project.ops("destroy", typed="acme\n")
    assert state(world) == {}
    assert world.client("s3").list_buckets()["Buckets"] == []
    assert world.client("ecs").list_task_definitions()["taskDefinitionArns"] == []
