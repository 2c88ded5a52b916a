"""The rendered dagster.yaml and workspace.yaml load in real Dagster, after the init container's own command.

For every deployment under `output/` and each of its two containers that read the files: the command of the init
container runs as rendered (only its folder is another), with an `aws` that copies from `config/` where the real one
fetches from S3. What it leaves behind is loaded in the environment that the container would have.
"""

import json
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

from boot.rendered import OUTPUT, REPOSITORY, deployments

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = REPOSITORY / ".venv-dagster" / "bin" / "python"
READERS = ("webserver", "daemon")
# Stands in for `aws s3api get-object --bucket B --key config/DIGEST/NAME NAME`.
AWS = """#!/bin/sh
test "$1 $2 $3 $5" = "s3api get-object --bucket --key" || { echo "unexpected call: $*" >&2; exit 2; }
test -n "$4" || { echo "no bucket" >&2; exit 2; }
cp "$CONFIG_SOURCE/$(basename "$6")" "$7"
"""


def containers(deployment, reader):
    """The init container and the container that waits for it."""
    definition = deployment.task_definitions()[f"{deployment.name}_core_{reader}"]
    by_name = {container["Name"]: container for container in definition["ContainerDefinitions"]}
    return by_name["config"], by_name[reader]


def environment(container):
    """What ECS would set, secrets as placeholders."""
    values = {item["Name"]: item["Value"] for item in container.get("Environment", [])}
    return values | {item["Name"]: f"secret-{item['Name']}" for item in container.get("Secrets", [])}


def run_init_container(deployment, container, folder, **changed):
    """Runs the command in `folder` and returns the finished process."""
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "aws").write_text(AWS)
    (tools / "aws").chmod(0o755)
    directory = deployment.plan["config"]["directory"]
    script = [part.replace(directory, str(folder)) for part in container["Command"]]
    values = environment(container) | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "CONFIG_SOURCE": str(deployment.folder / "config"),
        **changed,
    }
    return subprocess.run([*container["EntryPoint"], *script], env=values, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def loaded():
    """Has Dagster load a folder in an environment, and returns what it understood."""
    program = [PYTHON, HERE / "load_config.py"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as dagster:

        def load(folder, environment):
            dagster.stdin.write(json.dumps({"folder": str(folder), "environment": environment}) + "\n")
            dagster.stdin.flush()
            told = json.loads(dagster.stdout.readline() or '{"error": "no answer"}')
            assert "error" not in told, told["error"]
            return told["understood"]

        yield load
        dagster.stdin.close()


@pytest.fixture(scope="module")
def every():
    found = deployments()
    assert found, f"nothing is rendered in {OUTPUT}"
    return found


@pytest.fixture(params=[each.name for each in deployments()])
def deployment(request, every):
    return next(each for each in every if each.name == request.param)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("reader", READERS)
def test_dagster_loads_what_the_init_container_leaves(deployment, reader, folder, loaded):
    config, container = containers(deployment, reader)
    done = run_init_container(deployment, config, folder)
    assert done.returncode == 0, done.stderr
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"dagster.yaml": 0o444, "workspace.yaml": 0o444}
    # As ECS does it: botocore reads the second one only.
    region = {"AWS_REGION": deployment.region, "AWS_DEFAULT_REGION": deployment.region}
    region |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    understood = loaded(folder, {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | region | environment(container))
    assert understood["run_launcher"]["class"] == "EcsRunLauncher"
    assert understood["compute_logs"]["class"] == "S3ComputeLogManager"
    workspace = deployment.plan["instance"]["workspace"]
    assert understood["locations"] == [each["location_name"] for kind in workspace.values() for each in kind]
    launcher, instance = understood["run_launcher"]["config"], deployment.plan["instance"]
    assert launcher["use_current_ecs_task_config"] == instance["inherits_network"]
    network = launcher["run_task_kwargs"].get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    filled = [environment(config)[item["variable"]] for item in instance["subnets"]]
    assert network.get("subnets", []) == filled and bool(filled) != instance["inherits_network"]
    if instance["database_iam"]:
        # Signed on the spot, for the very host, port and user; no server is asked.
        database = environment(container)
        address = f"{database['DAGSTER_POSTGRES_HOSTNAME']}:{instance['database_port']}/?Action=connect"
        assert understood["token"].startswith(f"{address}&DBUser={database['DAGSTER_POSTGRES_USERNAME']}&")
        assert "DAGSTER_POSTGRES_PASSWORD" not in database
    home = environment(container)["DAGSTER_HOME"]
    artifacts = understood["local_artifact_storage"]["config"]["base_dir"]
    assert not artifacts.startswith((home, str(folder))), "DAGSTER_HOME is mounted read-only"


@pytest.mark.parametrize("reader", READERS)
def test_the_init_container_fails_loudly(deployment, reader, folder, tmp_path):
    config, _ = containers(deployment, reader)
    for name in [variable for variable in environment(config) if variable.startswith("DAGFORGE_SUBNET")]:
        shutil.rmtree(folder)
        folder.mkdir()
        done = run_init_container(deployment, config, folder, **{name: ""})
        assert done.returncode != 0 and name in done.stderr, f"an empty {name} went unnoticed"
    shutil.rmtree(folder)
    folder.mkdir()
    if "DAGFORGE_DAGSTER_YAML" in environment(config):
        done = run_init_container(deployment, config, folder, DAGFORGE_DAGSTER_YAML="")
        assert done.returncode != 0 and "DAGFORGE_DAGSTER_YAML" in done.stderr
        return
    done = run_init_container(deployment, config, folder, CONFIG_SOURCE=str(tmp_path / "nowhere"))
    assert done.returncode != 0 and "dagster.yaml" in done.stderr


def test_the_pinned_packages_are_those_of_the_plan(every):
    """What this tier proves, it proves for the versions that the rendered image contract names."""
    pinned = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line)
    for each in every:
        core = each.plan["core"]
        assert pinned["dagster"] == core["dagster_version"]
        assert pinned["dagster-aws"] == pinned["dagster-postgres"] == core["library_version"]
