"""The runbook is followed word by word: what is rendered there is what is run here, with the real AWS CLI and Terraform."""

import json
import re

import pytest

import deployments
import fakeaws
import runbook
import terraform
from project import Project
from shell import BIN, Failed, run
from worlds import World

pytestmark = pytest.mark.xdist_group("runbook")
TF, LAST, SPARE = "777777777772", "777777777773", "777777777774"
PREPARE = "Before the first deployment"
CFN = ["Network", "Image repositories", "Buckets and database", "Cluster and daemon"]
CFN += ["Load balancer and webserver", "Alarms, migration, and what mends by itself", "Code locations", "Tasks"]
CFN += ["Access of people and pipelines"]
# Deployments that are followed from an empty account; the others differ in their words, not in their commands.
# Each account is empty at first: what belongs to an account rather than a deployment is made in all of them.
FOLLOWED = {"acme": "777777777771", "analytics": "777777777775"}


def sections(deployment):
    return runbook.blocks((deployment.folder / "README.md").read_text())


def test_every_command_passes_shellcheck(deployment, tmp_path):
    """Blocks of one file share their variables, so they are checked as the one script that a reader types."""
    found = sections(deployment)
    script = tmp_path / "runbook.sh"
    script.write_text("#!/usr/bin/env bash\n" + "\n".join(block for blocks in found.values() for block in blocks))
    # A `cd` that fails and the like end a script; a person notices.
    run(BIN / "shellcheck", "--severity", "info", "--exclude", "SC2154", script)


def test_the_runbook_covers_what_people_do(deployment):
    found = sections(deployment)
    wanted = {
        PREPARE, "With Terraform", "Start the services", "Release one code location", "Change the config",
        "Roll back", "Add a code location", "Tear down",
    }
    # Images in somebody else's registry are somebody else's to push.
    if deployment.plan["registry"]:
        wanted.add("The images")
    # Where nobody signs in with a password that we made, there is none to rotate.
    if deployment.plan["runbook"]["rotation"]:
        wanted.add("Rotate the database password")
    assert wanted <= set(found), wanted - set(found)


def test_every_stack_is_deployed_and_deleted_by_a_command(deployment):
    commands = "\n".join(block for blocks in sections(deployment).values() for block in blocks)
    for layer in deployment.layers:
        assert f"deploy --stack-name {layer.stack} --template-file cfn/{layer.path.name} " in commands
        assert re.search(rf"for STACK in .*\b{layer.stack}\b", commands)


class Follower:
    """Somebody in a project's folder with the runbook open."""

    def __init__(self, deployment, folder, env, account, target):
        self.project = Project(deployment, folder, env, account)
        # People answer Terraform's question, and tell the script what they deploy with.
        env = {**self.project.env, "TF_CLI_ARGS_apply": "-auto-approve", "TF_CLI_ARGS_destroy": "-auto-approve"}
        self.found, self.session = sections(deployment), runbook.Session(self.project.folder, env)
        self.target, self.fill = target, deployment.plan["runbook"]["empty_secrets"]

    def follow(self, heading, *numbers, stdin=None):
        """Runs the blocks of a section, or those of the given numbers."""
        chosen = self.found[heading]
        for block in [chosen[number] for number in numbers] if numbers else chosen:
            self.session.send(block)

    def prepare_and_fill(self):
        self.follow("The images")
        for secret in self.fill:
            (self.project.folder / secret["name"].replace("/", "-")).write_text('{"made": "up"}')
        if self.fill:
            self.follow("The secrets")


@pytest.fixture(scope="module", params=FOLLOWED)
def followed(request, endpoint, tmp_path_factory):
    """From an empty account to everything deployed by CloudFormation."""
    deployment = deployments.deployment(request.param)
    world = World(endpoint, deployment.region, FOLLOWED[request.param])
    world.prepare(deployment)
    follower = Follower(deployment, tmp_path_factory.mktemp("runbook"), world.env, world.account, "cfn")
    follower.follow(PREPARE)
    steps = [step for step in CFN if step in follower.found and step in [each["title"] for each in deployment.plan["runbook"]["steps"]]]
    for step in steps:
        if step == "Cluster and daemon":
            follower.prepare_and_fill()
        follower.follow(step, *([0] if step == "Tasks" else []))
    follower.follow("Guard the data")
    yield world, follower
    follower.session.close()


def image(world, family, container):
    found = world.client("ecs").describe_task_definition(taskDefinition=family)["taskDefinition"]
    return next(each["image"] for each in found["containerDefinitions"] if each["name"] == container).rsplit(":", 1)[1]


def released(world, follower):
    name, location = follower.project.deployment.name, follower.project.deployment.plan["runbook"]["example_location"]
    return image(world, f"{name}_core_webserver", "webserver"), image(world, f"{name}_server_{location}", "server")


def test_from_an_empty_account(followed):
    world, follower = followed
    assert set(world.statuses().values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert set(world.statuses()) == {layer.stack for layer in follower.project.deployment.layers}
    revision = follower.project.git("rev-parse", "--short=12", "HEAD")
    assert released(world, follower) == (revision, revision)
    asked = follower.project.asked_of_docker()
    images = follower.project.deployment.plan["ops"]["images"]
    assert [line.split()[1] for line in asked] == ["login"] + ["build", "push"] * len(images)


def test_guarded_data_is_not_replaced(followed, tmp_path):
    """The policy is there, and an update that would take the bucket away fails because of it."""
    world, follower = followed
    data = next(layer for layer in follower.project.deployment.layers if layer.name == "data")
    template = tmp_path / "data.yaml"
    template.write_text(re.sub(r"(?m)^    Type: AWS::S3::Bucket$\n", "    Type: AWS::S3::Bucket\n    Metadata: {}\n", data.text).replace("-config-", "-other-"))
    done = world.aws(
        "cloudformation", "deploy", "--stack-name", data.stack, "--template-file", template,
        "--capabilities", "CAPABILITY_NAMED_IAM", expect=None,
    )
    assert done.returncode != 0
    events = world.client("cloudformation").describe_stack_events(StackName=data.stack)["StackEvents"]
    assert any("Action denied by stack policy" in event.get("ResourceStatusReason", "") for event in events)


def test_release_config_rollback_and_password(followed):
    world, follower = followed
    before, _ = released(world, follower)
    second = follower.project.commit()
    follower.follow("Release one code location", 0)
    assert released(world, follower) == (before, second)
    follower.follow("Release one code location", 1)
    follower.follow("Change the config")
    assert released(world, follower) == (before, second), "the config changed, the revision did not"
    follower.follow("Roll back", 0)
    assert released(world, follower) == (before, before)


def test_the_ui_is_reached(followed):
    _, follower = followed
    if "Open the UI" in follower.found:
        follower.follow("Open the UI")
        assert follower.project.asked_of_docker()[-1].startswith("session-manager-plugin")


def test_the_password_is_rotated(followed):
    world, follower = followed
    if not follower.project.deployment.plan["runbook"]["rotation"]:
        assert "The database password" in (follower.project.folder / "README.md").read_text()
        return
    name = follower.project.deployment.name
    secret = world.aws(
        "ssm", "get-parameter", "--name", f"/dagforge/{name}/data/database_secret_arn", "--query", "Parameter.Value", "--output", "text"
    ).stdout.strip()
    read = lambda: json.loads(world.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
    before = read()
    follower.follow("Rotate the database password", 0)
    follower.follow("Rotate the database password", 2)
    after = read()
    assert after["password"] != before["password"] and set(after) == set(before) and after["username"] == before["username"]


def test_a_location_is_added(followed, tmp_path):
    """As the runbook of the deployment with the new location says, with that location as its example."""
    world, follower = followed
    old = follower.project

    def change(spec):
        spec["code_locations"] = {"added": {"module": "added.definitions"}, **spec["code_locations"]}

    copy = deployments.changed(old.deployment.name, tmp_path / "spec", change)
    new = Follower(copy, tmp_path, world.env, world.account, "cfn")
    new.follow(PREPARE, 0)
    # The commit has no image of the core yet; webserver and daemon keep the revision they run.
    before, _ = released(world, follower)
    new.follow("Add a code location", 0)
    assert released(world, new) == (before, new.project.git("rev-parse", "--short=12", "HEAD"))
    new.session.close()


def test_a_command_that_fails_is_noticed(followed):
    """The session itself is a judge: it must not go on after a failure."""
    _, follower = followed
    session = runbook.Session(follower.project.folder, follower.project.env)
    with pytest.raises(Failed, match="failed: false"):
        session.send("false\necho went on")
    session.close()


def test_tear_down(endpoint, tmp_path):
    """An unprotected copy: the plain commands, once its buckets are empty, leave no stack and no definition."""
    copy = deployments.unprotected("acme", tmp_path / "spec")
    world = World(endpoint, copy.region, LAST)
    follower = Follower(copy, tmp_path, world.env, LAST, "cfn")
    follower.follow(PREPARE)
    for step in CFN[:3]:
        follower.follow(step)
    follower.follow("The images")
    for step in CFN[3:7]:
        if step in follower.found:
            follower.follow(step)
    world.aws("s3", "rm", copy.config_prefix(LAST), "--recursive")
    bucket = copy.config_prefix(LAST).split("/")[2]
    versions = world.client("s3").list_object_versions(Bucket=bucket)
    for each in versions.get("Versions", []) + versions.get("DeleteMarkers", []):
        world.client("s3").delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
    follower.follow("Tear down", 1, 2)
    assert world.statuses() == {}
    assert world.client("ecs").list_task_definitions()["taskDefinitionArns"] == []
    follower.session.close()


@pytest.mark.terraform
def test_with_terraform(endpoint, tmp_path):
    """The stand-in provider creates nothing in moto, so the repositories come from the stacks of a deployment beside it."""
    copy = deployments.unprotected("acme", tmp_path / "spec")
    world = World(endpoint, copy.region, TF)
    follower = Follower(copy, tmp_path, terraform.environment(world.env), TF, "tf")
    follower.follow(PREPARE)
    follower.follow("Image repositories")
    follower.follow("With Terraform")
    assert desired(follower) == {0}
    follower.follow("The images")
    follower.follow("Start the services")
    assert desired(follower) == {1}
    follower.follow("Add a code location", 1)
    follower.follow("Rotate the database password", 1)
    follower.session.send('test -n "$SECRET" && test -n "$DATABASE"')
    follower.session.send('GITREV=other; echo "{\\"releases\\": {\\"sales\\": \\"$GITREV\\"}}" > tf/releases.auto.tfvars.json')
    follower.follow("Start the services")
    follower.session.send("terraform -chdir=tf destroy -var gitrev=none")
    follower.session.close()


def desired(follower):
    state = run("terraform", "show", "-json", cwd=follower.project.folder / "tf", env=follower.project.env).stdout
    found = json.loads(state)["values"]["root_module"]["resources"]
    return {each["values"]["desired_count"] for each in found if each["type"] == "aws_ecs_service"}
