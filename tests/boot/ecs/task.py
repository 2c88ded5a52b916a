"""One task: from PROVISIONING to STOPPED, in a thread of its own.

What Fargate does, in its order: the network interface, images and secrets (a failure of which stops the task before any
container starts), containers as their `dependsOn` allows, then waiting until an essential container ends, a health check
gives up (that is the service's to see) or somebody wants it stopped. Every step is reported to the server.
"""

import datetime
import pathlib
import threading
import time

from boot.ecs.clock import allowed, shortened
from boot.ecs.container import Container
from boot.ecs.endpoints import describe_container, describe_task
from boot.ecs.values import resolve
from boot.world import Network

PAUSE = 0.15
SETTLED = 120


class Failed(Exception):
    """The task cannot go on; the text is its stopped reason."""


class Task:
    def __init__(self, world, document):
        self.world, self.document = world, document
        self.arn, self.id = document["taskArn"], document["taskArn"].split("/")[-1]
        self.definition = world.definition(document["taskDefinitionArn"])
        self.family = self.definition["family"]
        self.address = document["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
        self.folder = pathlib.Path(world.scratch) / "tasks" / self.id
        self.folder.mkdir(parents=True)
        self.containers, self.volumes, self.notes = {}, {}, []
        self.shared = {}
        self.network, self.status, self.reason = None, "PROVISIONING", None
        self.wanted = threading.Event()
        self.drain = 0
        self.created, self.running_since, self.stopped_at = time.time(), None, None
        self.thread = threading.Thread(target=self._run, name=f"task {self.family}", daemon=True)

    def start(self):
        self.thread.start()

    def stop(self, reason, drain=0):
        """Asks for a stop; `drain` is how long a load balancer keeps sending requests."""
        if not self.wanted.is_set():
            self.reason, self.drain = self.reason or reason, drain
            self.wanted.set()

    # What containers ask for

    def note(self, text):
        self.notes.append(f"{datetime.datetime.now():%H:%M:%S.%f} {text}")

    def execution_client(self, service):
        return self.world.client(service, self.definition["executionRoleArn"])

    def set_by_ecs(self, container):
        """Environment that ECS adds, and the one variable that is ours: where AWS is."""
        base = f"/v4/{self.id}-{container.name}"
        self.world.endpoints.publish(base, lambda: describe_container(container))
        self.world.endpoints.publish(f"{base}/task", lambda: describe_task(self))
        values = {
            "AWS_REGION": self.world.region,
            "AWS_DEFAULT_REGION": self.world.region,
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
            "ECS_CONTAINER_METADATA_URI_V4": f"http://169.254.170.2{base}",
            "AWS_ENDPOINT_URL": self.world.proxy.endpoint,
        }
        if role := self.definition.get("taskRoleArn"):
            path = self.world.endpoints.publish(f"/v2/credentials/{self.id}", lambda: self.world.credentials(role, self.id))
            values["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = path
        return values

    def secrets_of(self, container):
        clients = {"secretsmanager": "secretsmanager", "ssm": "ssm"}
        try:
            return {
                item["name"]: resolve(item["valueFrom"], lambda name: self.execution_client(clients[name]))
                for item in container.get("secrets", [])
            }
        except Exception as error:
            raise Failed(f"ResourceInitializationError: unable to pull secrets or registry auth: {error}") from error

    def volume(self, name, path, image):
        """An empty volume: root's, 0755, unless the image declares the path as VOLUME, whose mode it then takes."""
        if name not in self.volumes:
            definition = next(each for each in self.definition["volumes"] if each["name"] == name)
            if set(definition) - {"name"} - {key for key, value in definition.items() if value in ({}, None, False)}:
                raise Failed(f"volume {name} is of a kind that is not played: {definition}")
            folder = self.folder / "volumes" / name
            folder.mkdir(parents=True)
            folder.chmod(0o755)
            self.volumes[name] = folder
        if path in image.volumes:
            self.volumes[name].chmod(image.volumes[path])
        return self.volumes[name]

    # Life

    def _run(self):
        try:
            self._prepare()
            with self.world.coming_up:
                self._start_containers()
                self._report("RUNNING")
                self.running_since = time.time()
                self._settle()
            self._wait_for_the_end()
        except Failed as failure:
            self.reason = self.reason or str(failure)
        except Exception as error:
            self.reason = self.reason or f"executor: {type(error).__name__}: {error}"
            self.world.broken.append(f"{self.family}: {self.reason}")
        finally:
            self._finish()

    def _prepare(self):
        self._report("PENDING")
        self.network = Network(self.address, f"t{self.id}")
        for volume in self.definition["volumes"]:
            if volume.get("efsVolumeConfiguration"):
                self.shared[volume["name"]] = self.world.file_systems.place(volume["efsVolumeConfiguration"])
        for definition in self.definition["containerDefinitions"]:
            try:
                image = self.world.pull(definition["image"], self)
            except LookupError as error:
                raise Failed(str(error)) from error
            self.containers[definition["name"]] = Container(self, definition, image)

    def _ready(self, container):
        """Whether everything it depends on is where it must be."""
        for item in container.definition.get("dependsOn", []):
            other, condition = self.containers[item["containerName"]], item["condition"]
            alive = other.running()
            if condition == "SUCCESS" and other.exit_code not in (None, 0):
                raise Failed(f"Container {container.name} cannot start: {other.name} exited with code {other.exit_code}")
            if condition == "HEALTHY" and (other.health == "UNHEALTHY" or (other.started and not alive)):
                raise Failed(f"Container {container.name} cannot start: {other.name} is not healthy")
            reached = {
                "START": other.started,
                "COMPLETE": other.started and not alive,
                "SUCCESS": other.exit_code == 0,
                "HEALTHY": other.health == "HEALTHY",
            }
            if not reached[condition]:
                return False
        return True

    def _start_containers(self):
        waiting = list(self.containers.values())
        while waiting:
            if self.wanted.wait(PAUSE):
                raise Failed("stopped before it ran")
            self._essential()
            for container in [each for each in waiting if self._ready(each)]:
                container.start()
                waiting.remove(container)

    def _essential(self):
        for container in self.containers.values():
            if container.started and not container.running() and container.essential:
                raise Failed("Essential container in task exited")

    def _settle(self):
        """Waits until its health is known: from then on it needs little."""
        began = time.monotonic()
        while time.monotonic() < began + allowed(SETTLED) and not self.wanted.wait(PAUSE):
            self._essential()
            if not any(each.essential and each.health == "UNKNOWN" for each in self.containers.values()):
                return

    def _wait_for_the_end(self):
        while not self.wanted.wait(PAUSE):
            self._essential()
            for container in self.containers.values():
                container.running()

    def unhealthy(self):
        return any(each.essential and each.health == "UNHEALTHY" for each in self.containers.values())

    def healthy(self):
        checked = [each for each in self.containers.values() if each.essential and each.health]
        return self.status == "RUNNING" and all(each.health == "HEALTHY" for each in checked)

    def _finish(self):
        time.sleep(shortened(self.drain))
        started = [each for each in self.containers.values() if each.started]
        if self.status == "RUNNING":
            self.status = "STOPPING"
        stops = [threading.Thread(target=container.stop) for container in reversed(started)]
        for thread in stops:
            thread.start()
        for thread in stops:
            thread.join()
        if self.network:
            self.network.close()
        self.stopped_at = time.time()
        self._report("STOPPED")

    def _report(self, status):
        self.status = status
        self.note(f"{status} {self.reason or ''}")
        states = []
        for container in self.containers.values():
            state = {"containerName": container.name, "status": "RUNNING" if container.running() else "PENDING"}
            if container.exit_code is not None:
                state |= {"status": "STOPPED", "exitCode": container.exit_code}
            states.append(state)
        self.world.report(self, status, self.reason or "", states)
