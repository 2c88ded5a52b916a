"""One container: its process, its log, its health check, its stop."""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

from boot.ecs import clock
from warm import client

BOX = pathlib.Path(__file__).with_name("box.py")
# What the executor itself needs to start or end a process on a busy machine.
SLACK = 20


def launch(spec, path, **more):
    """Starts what `box` runs."""
    path.write_text(json.dumps(spec))
    path.chmod(0o600)
    # A plain interpreter: no site-packages, no environment of ours.
    command = [os.path.realpath(sys.executable), "-I", "-S", BOX, "run", path]
    return subprocess.Popen(command, env={}, **more)


class Container:
    """`task` gives network, scratch folder, volumes, environment and log; `definition` is the rendered one."""

    def __init__(self, task, definition, image):
        self.task, self.definition, self.image = task, definition, image
        self.name = definition["name"]
        self.essential = definition.get("essential", True)
        self.process = self.log = self.exit_code = None
        self.health = "UNKNOWN" if "healthCheck" in definition else None
        self.checks = []
        self.stopping = threading.Event()
        self.folder = task.folder / self.name
        self.folder.mkdir()

    # Making it

    def environment(self):
        """The image's, then what ECS sets, then the definition's, its secrets and the overrides."""
        values = {"HOME": "/" if self.user()[0] else "/root", "HOSTNAME": f"ip-{self.task.address.replace('.', '-')}"}
        values |= self.image.environment | self.task.set_by_ecs(self)
        values |= {item["name"]: item["value"] for item in self.definition.get("environment", [])}
        values |= self.task.secrets_of(self.definition)
        values |= {item["name"]: item["value"] for item in self.override().get("environment", [])}
        return values

    def override(self):
        overrides = self.task.document["overrides"].get("containerOverrides", [])
        return next((item for item in overrides if item["name"] == self.name), {})

    def user(self):
        uid, _, gid = self.definition.get("user", "0:0").partition(":")
        return int(uid), int(gid or 0)

    def binds(self):
        binds = [(source, target, True) for source, target in self.image.binds]
        binds.append((str(self.task.world.hosts), "/etc/hosts", True))
        for mount in self.definition.get("mountPoints", []):
            if mount["sourceVolume"] in self.task.shared:
                continue
            folder = self.task.volume(mount["sourceVolume"], mount["containerPath"], self.image)
            binds.append((str(folder), mount["containerPath"], mount.get("readOnly", False)))
        return binds

    def shared(self):
        """Folders of file systems, whose access points say who everybody is there."""
        found = []
        for mount in self.definition.get("mountPoints", []):
            if place := self.task.shared.get(mount["sourceVolume"]):
                readonly = mount.get("readOnly", False)
                self.task.world.file_systems.mounted(self.task, place, readonly)
                maps = list(zip(place.owner, self.user()))
                found.append((str(place.folder), mount["containerPath"], readonly, maps))
        return found

    def spec(self):
        uid, gid = self.user()
        root = self.folder / "root"
        root.mkdir()
        return {
            "network": self.task.network.path,
            "root": str(root),
            "binds": self.binds(),
            "shared": self.shared(),
            "readonly": self.definition.get("readonlyRootFilesystem", False),
            "directory": self.definition.get("workingDirectory", self.image.directory),
            "uid": uid,
            "gid": gid,
            "init": self.definition.get("linuxParameters", {}).get("initProcessEnabled", False),
            "command": [*self.definition.get("entryPoint", []), *(self.override().get("command") or self.definition.get("command", []))],
            "environment": self.environment(),
            "pid_file": str(self.folder / "pid"),
        }

    # Living

    def start(self):
        spec = self.spec()
        self.task.note(f"{self.name}: starting {' '.join(spec['command'])[:120]}")
        self.process = launch(
            spec, self.folder / "spec.json", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.log = threading.Thread(target=Log(self).copy, daemon=True)
        self.log.start()
        if self.health:
            threading.Thread(target=self._watch_health, args=(spec,), daemon=True).start()

    @property
    def started(self):
        return self.process is not None

    def running(self):
        """Whether it runs; notes the exit code once it does not."""
        if self.process is None or self.exit_code is not None:
            return False
        code = self.process.poll()
        if code is None:
            return True
        self.log.join(clock.allowed(SLACK))
        self.exit_code = code if code >= 0 else 128 - code
        self.stopping.set()
        self.task.note(f"{self.name}: exit {self.exit_code}")
        return False

    def stop(self):
        """SIGTERM, and SIGKILL after the stop timeout."""
        self.stopping.set()
        if not self.running():
            return
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(clock.allowed(self.definition.get("stopTimeout", 30)))
        except subprocess.TimeoutExpired:
            self.task.note(f"{self.name}: killed after its stop timeout")
            self.kill()
        self.running()
        self.task.note(f"{self.name}: stopped in {time.monotonic() - began:.1f} s")

    def kill(self):
        """SIGKILL to everything in it, now."""
        self.process.stdin.close()
        self.process.wait(clock.allowed(SLACK))

    # Health

    def _watch_health(self, spec):
        check = self.definition["healthCheck"]
        began = time.monotonic()
        failures = 0
        while not self._stops_within(check.get("interval", 30)):
            passed = self._check(spec, check)
            if passed:
                failures, self.health = 0, "HEALTHY"
            elif self.health == "HEALTHY" or time.monotonic() > began + clock.allowed(check.get("startPeriod", 0)):
                failures += 1
                if failures >= check.get("retries", 3):
                    self.health = "UNHEALTHY"

    def _stops_within(self, interval):
        """Waits for the next check, in short steps, so that a change of pace counts at once."""
        asked = time.monotonic()
        while time.monotonic() < asked + interval / (clock.CHECKS if self.health == "HEALTHY" else clock.FACTOR):
            if self.stopping.wait(0.5):
                return True
        return self.stopping.is_set()

    def _check(self, spec, check):
        kind, *command = check["command"]
        if kind == "CMD-SHELL":
            command = ["/bin/sh", "-c", *command]
        spec = {**spec, "command": command, "pid": (self.folder / "pid").read_text()}
        began = time.monotonic()
        with open(os.devnull) as nothing, tempfile.TemporaryFile(dir=self.folder) as output:
            try:
                outcome = client.call(self.task.world.checks, spec, [nothing, output, output], clock.allowed(check.get("timeout", 5)))
            except TimeoutError:
                outcome = "timeout"
            output.seek(0)
            said = output.read().decode(errors="replace")
        self.checks.append((outcome, time.monotonic() - began, said))
        return outcome == 0


class Log:
    """Copies a container's output to its log stream as the awslogs driver does, and to a file for whoever debugs."""

    def __init__(self, container):
        self.container = container

    def copy(self):
        container = self.container
        options = container.definition["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container.name}/{container.task.id}"
        client = container.task.execution_client("logs")
        client.create_log_stream(logGroupName=options["awslogs-group"], logStreamName=stream)
        with open(container.folder / "log", "wb") as file:
            for lines in self._batches(container.process.stdout.fileno(), file):
                events = [{"timestamp": moment, "message": line} for moment, line in lines if line]
                if events:
                    client.put_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, logEvents=events)

    def _batches(self, descriptor, file):
        """Complete lines with their times, a few times a second; ends when nobody can write any more."""
        rest, lines, sent = b"", [], time.monotonic()
        while True:
            readable, _, _ = select.select([descriptor], [], [], 0.3)
            if readable:
                part = os.read(descriptor, 65536)
                file.write(part)
                file.flush()
                *complete, rest = (rest + part).split(b"\n")
                if not part and rest:
                    complete.append(rest)
                lines += [(int(time.time() * 1000), line.decode(errors="replace")) for line in complete]
                if not part:
                    yield lines
                    return
            if lines and time.monotonic() - sent > 0.3:
                yield lines
                lines, sent = [], time.monotonic()
