"""A rendered deployment, deployed and running: what every test of the tier works with."""

import io
import json
import pathlib
import signal
import tarfile
import time

from boot import aws, existing
from boot.deploy import Deployer
from boot.ecs.agent import World
from boot.ecs.clock import until
from boot.ecs.images import Registry
from boot.elsewhere import Elsewhere
from boot.postgres import Postgres
from boot.proxy import Proxy
from boot.rendered import REPOSITORY
from boot.tokens import Judge
from boot.ui import Ui
from boot.world import DATABASE

ACCOUNT = "123456789012"
FIRST = "r1"
STEADY = 600


def layers_of(deployment, name):
    return [layer for layer in deployment.layers if layer["name"] == name]


def published(layer, name):
    """Where a layer publishes a value."""
    publishes = layer["publishes"]
    if isinstance(publishes, dict):
        return publishes[name]["path"]
    return next(item["path"] for item in publishes if item["name"] == name)


def archive(name, text):
    """A tar.gz with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as made:
        about = tarfile.TarInfo(name)
        about.size = len(text.encode())
        made.addfile(about, io.BytesIO(text.encode()))
    return buffer.getvalue()


class Stage:
    def __init__(self, deployment, spec, scratch, checks, by_ops=False):
        """`spec` is the one that the deployment is rendered from; `checks` the socket of the executor's health checks;
        `by_ops` deploys it with its own script."""
        self.by_ops = by_ops
        self.deployment, self.spec, self.scratch = deployment, spec, pathlib.Path(scratch)
        # The database's user passes through.
        self.scratch.chmod(0o711)
        self.timings, self._began = [], time.monotonic()
        self._server = aws.running(open(self.scratch / "aws.log", "w"))
        self.endpoint = self._server.__enter__()
        self.proxy = Proxy(self.endpoint)
        self.images = Registry(self.scratch, REPOSITORY / ".venv-dagster", REPOSITORY / ".venv")
        self.world = World(self.scratch, self.endpoint, self.proxy, self.images, checks, deployment.region)
        self.deployer = Deployer(deployment, self.endpoint)
        self.ui = Ui(self._webserver)
        self.postgres, self.elsewhere = None, []

    # Deploying, in the runbook's order

    def deploy(self):
        existing.networks(self.endpoint, self.deployment, ACCOUNT)
        for name in ("network", "registry"):
            self.layers(name)
        for layer in layers_of(self.deployment, "registry"):
            self.push(layer["owner"], FIRST)
        self.push_tools()
        self.layers("data")
        self.start_database()
        existing.secrets(self.world, self.deployment)
        existing.fill(self.world, self.deployment)
        self.deployer.ops("config") if self.by_ops else self.deployer.upload_config()
        self.note("config uploaded")
        self.world.start()
        for name in dict.fromkeys(layer["name"] for layer in self.deployment.layers):
            if name not in ("network", "registry", "data"):
                self.layers(name, FIRST)
        self.upload_packages()
        for server in self.deployment.plan["instance"]["workspace"]["servers"]:
            if (key := self.keys[server["location_name"]]) not in self.servers:
                self.elsewhere.append(Elsewhere(self, key, server))

    def layers(self, name, revision=None):
        """All layers of a kind."""
        if self.by_ops:
            # Until there are stacks, nothing tells the script what deploys them.
            self.deployer.ops("deploy", name, "--target", "cfn", *(["--gitrev", revision] if revision else []))
            self.note(f"{name} deployed")
            return
        for layer in layers_of(self.deployment, name):
            self.deployer.layer(layer, GitRev=revision)
            self.note(f"{layer['stack']} deployed")

    def release(self, location, revision):
        """A revision of one code location."""
        self.push(location, revision)
        if self.by_ops:
            self.deployer.ops("deploy", location, "--gitrev", revision)
        else:
            self.deployer.layer(self.layer("location", location), GitRev=revision)

    def change(self, deployment, files):
        """Deploys another rendering of the same spec, with its script: the layers whose template is among `files`."""
        self.deployment = self.deployer.deployment = deployment
        for layer in deployment.layers:
            if layer["template"] in files:
                self.deployer.ops("deploy", layer["owner"] or layer["name"])
                self.note(f"{layer['stack']} changed")

    def renew(self, part):
        """New tasks from the same definition, as people restart a service."""
        self.deployer.ops("restart", part.removeprefix("core_").removeprefix("server_"))

    def layer(self, name, owner=None):
        return next(layer for layer in layers_of(self.deployment, name) if layer["owner"] == owner)

    def push(self, owner, revision):
        """What the owner of a repository builds: a location its project, a task its program, the deployment Dagster."""
        if "repository_uri" not in self.layer("registry", owner)["publishes"]:
            return
        repository = self.deployer.parameter(published(self.layer("registry", owner), "repository_uri"))
        project = self.project(owner)
        program = self.program(owner) if owner and not project else None
        self.world.push(repository, revision, project=project, program=program)

    def push_tools(self):
        """Images of other registries hold the AWS CLI: those of the init containers."""
        for definition in self.deployment.task_definitions().values():
            for container in definition["ContainerDefinitions"]:
                if container.get("EntryPoint") and not container["Image"].startswith("ref-"):
                    self.images.push_tools(container["Image"])

    def upload_packages(self):
        """The archive that the init container of a task asks for; in it one file that says what it is."""
        for definition in self.task_definitions():
            for container in definition["containerDefinitions"]:
                values = {item["name"]: item["value"] for item in container.get("environment", [])}
                if key := values.get("DAGFORGE_PACKAGE"):
                    bucket = values["DAGFORGE_CODE_BUCKET"]
                    self.world.admin("s3").put_object(Bucket=bucket, Key=key, Body=archive("package.txt", f"this is {key}\n"))

    def project(self, key):
        """The file that a location's code server loads, in each of the ways to name it; for no key, what the core image has."""
        modules = self.deployment.plan["instance"]["workspace"]["modules"]
        if key is None:
            return modules[0]["source"].replace(".", "/") + ".py" if modules else None
        spec = self.spec["code_locations"].get(key)
        if spec is None or spec.get("serve") == "external":
            return spec and f"{self.deployment.name}/{key}.py"
        definition = self.deployment.task_definitions()[f"{self.deployment.name}_server_{key}"]
        command = definition["ContainerDefinitions"][0]["Command"]
        named = dict(zip(command, command[1:]))
        if "-f" in named:
            return named["-f"]
        if "--package-name" in named:
            return named["--package-name"].replace(".", "/") + "/__init__.py"
        return named["-m"].replace(".", "/") + ".py"

    def program(self, key):
        """The program that a task runs."""
        definition = self.deployment.task_definitions()[f"{self.deployment.name}_task_{key}"]
        return next(each for each in definition["ContainerDefinitions"] if each["Name"] == "task")["Command"][0]

    def start_database(self):
        host = self.parameter("data", "database_host")
        found = self.world.admin("rds").describe_db_instances()["DBInstances"][0]
        user, judge = found["MasterUsername"], None
        if self.deployment.plan["data"]["database"]["iam"]:
            arn = f"arn:aws:rds-db:{self.deployment.region}:{ACCOUNT}:dbuser:{found['DbiResourceId']}/{user}"
            judge = lambda postgres: Judge(self.world, postgres, host, found["Endpoint"]["Port"], user, arn)  # noqa: E731
        self.postgres = Postgres(self.scratch / "postgres", user, self.password(), found["DBName"], judge=judge)
        self.world.names.put(host, [DATABASE])
        self.note("database runs")

    def parameter(self, layer, name):
        """A value that a layer publishes."""
        return self.deployer.parameter(published(self.layer(layer), name))

    def secret(self):
        return self.parameter("data", "database_secret_arn")

    def password(self):
        text = self.world.admin("secretsmanager").get_secret_value(SecretId=self.secret())["SecretString"]
        return json.loads(text)["password"]

    # Looking

    @property
    def locations(self):
        """What the UI calls each location."""
        workspace = self.deployment.plan["instance"]["workspace"]
        return [each["location_name"] for kind in workspace.values() for each in kind]

    @property
    def servers(self):
        """Locations with a code server of the deployment's own."""
        return [key for key in self.keys.values() if f"{self.deployment.name}_server_{key}" in self.services()]

    @property
    def keys(self):
        """What the UI calls a location to its key in the spec."""
        return {spec.get("location_name", key): key for key, spec in self.spec["code_locations"].items()}

    def family(self, location):
        """The task definitions of a location's runs."""
        key = self.keys[location]
        shared = self.spec["code_locations"][key].get("serve") == "in_process"
        return f"{self.deployment.name}_run_{'in_process' if shared else key}"

    def task_definitions(self):
        """Every registered definition that is in use, as the server shows it."""
        ecs = self.world.admin("ecs")
        arns = [arn for page in ecs.get_paginator("list_task_definitions").paginate() for arn in page["taskDefinitionArns"]]
        return [self.world.definition(arn) for arn in arns]

    def service(self, part):
        return self.world.services[f"{self.deployment.name}_{part}"]

    def services(self):
        """Services that the templates ask for."""
        return self.deployment.services()

    def steady(self, timeout=STEADY):
        """Waits until every service has what it wants, and nothing went wrong inside the executor."""
        # What was asked for just now must have been seen: one whole look that began after it.
        seen = self.world.looks + 2
        until(lambda: self._unbroken() and self.world.looks >= seen and self._steady(), timeout, self.explain)
        self.note("steady")

    def _unbroken(self):
        assert not self.world.broken, self.world.broken
        return True

    def _steady(self):
        return set(self.world.services) == self.services() and all(each.steady() for each in list(self.world.services.values()))

    def explain(self):
        """What every task did and the end of its logs: the text of a failure."""
        parts = ["the services are not steady"]
        for task in list(self.world.tasks.values()):
            parts.append(f"{task.family} {task.id}: {task.status} {task.reason or ''}")
            parts += [f"    {note}" for note in task.notes]
            for container in task.containers.values():
                log = container.folder / "log"
                if log.exists():
                    parts.append(f"  {container.name} says:\n" + log.read_text(errors="replace")[-1500:])
                parts += [f"  check: {check[0]} {check[1]:.1f} s {check[2][-300:]}" for check in container.checks[-2:]]
        return "\n".join(parts)

    def tasks(self, part):
        """Tasks of a family, oldest first."""
        family = f"{self.deployment.name}_{part}"
        return sorted((task for task in list(self.world.tasks.values()) if task.family == family), key=lambda each: each.created)

    def logs(self, task, container):
        """The container's log as CloudWatch shows it."""
        definition = next(each for each in task.definition["containerDefinitions"] if each["name"] == container)
        options = definition["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container}/{task.id}"
        found = self.world.admin("logs").get_log_events(
            logGroupName=options["awslogs-group"], logStreamName=stream, startFromHead=True
        )
        return "\n".join(event["message"] for event in found["events"])

    def _webserver(self):
        """A healthy target of the load balancer."""
        service = self.service("core_webserver")
        healthy = [task for task, target in list(service.targets.items()) if target.healthy]
        if not healthy:
            raise OSError("no healthy webserver")
        return f"{healthy[0].address}:{service.targets[healthy[0]].port}"

    def note(self, what):
        self.timings.append((round(time.monotonic() - self._began, 1), what))

    def close(self):
        self.world.close()
        for each in self.elsewhere:
            each.close()
        self.proxy.close()
        if self.postgres:
            self.postgres.stop(signal.SIGQUIT)
            if self.postgres.judge:
                self.postgres.judge.close()
        self._server.__exit__(None, None, None)
