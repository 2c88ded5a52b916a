"""A local stack as processes: started in the order that its services wait for each other."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from boot import world
from boot.ecs.clock import until
from boot.rendered import REPOSITORY
from boot.ui import Ui
from local.images import USER, Images

BOX = REPOSITORY / "tests" / "boot" / "ecs" / "box.py"
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def seconds(duration):
    """`1m30s` in seconds."""
    return sum(float(count) * UNITS[unit] for count, unit in re.findall(r"([\d.]+)(ms|h|m|s)", duration))


def box(kind, spec, file, **more):
    file.write_text(json.dumps(spec))
    return subprocess.Popen([sys.executable, BOX, kind, file], **more)


class Service:
    """One service of the compose file as a process."""

    def __init__(self, stack, name, service, number):
        self.stack, self.name, self.service = stack, name, service
        self.folder = stack.scratch / "services" / name
        self.folder.mkdir(parents=True)
        self.address = f"10.77.0.{number}"
        self.network = world.Network(self.address, f"local{number}")
        self.image = stack.images.of(service)
        self.process = None

    def spec(self):
        service = self.service
        uid, gid = map(int, service.get("user", USER).split(":"))
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        binds = [(source, target, True) for source, target in self.image.binds]
        binds.append((str(self.stack.hosts), "/etc/hosts", True))
        for path in [item.split(":")[0] for item in service.get("tmpfs", [])]:
            binds.append((str(self._empty("tmpfs", uid, gid)), path, False))
        for mount in service.get("volumes", []):
            volume = mount["type"] == "volume"
            source = self._empty(mount["source"], uid, gid) if volume else mount["source"]
            binds.append((str(source), mount["target"], mount.get("read_only", False)))
        return {
            "network": self.network.path,
            "root": str(root),
            "binds": binds,
            "shared": [],
            "readonly": service.get("read_only", False),
            "directory": self.image.directory,
            "uid": uid,
            "gid": gid,
            "init": service.get("init", False),
            "command": self.image.entry + [unescaped(word) for word in service.get("command") or self.image.command],
            "environment": {**self.image.environment, **self.environment()},
            "pid_file": str(self.folder / "pid"),
        }

    def environment(self):
        return {name: unescaped(value) for name, value in (self.service.get("environment") or {}).items()}

    def _empty(self, name, uid, gid):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        os.chown(folder, uid, gid)
        return folder

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = box("run", self.spec(), self.folder / "spec.json", stdin=subprocess.PIPE, stdout=log, stderr=log)

    def run(self, *command, timeout=60):
        """Runs a command inside, as `docker compose exec` does: exit code and output."""
        spec = {**self.spec(), "command": list(command), "pid": (self.folder / "pid").read_text()}
        process = box("exec", spec, self.folder / "exec.json", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.terminate()
            output, _ = process.communicate()
            return None, output
        return process.returncode, output

    def healthy(self):
        """Waits as long as Docker would, but asks more often."""
        check = self.service["healthcheck"]
        kind, *words = [unescaped(word) for word in check["test"]]
        command = {"CMD": words, "CMD-SHELL": ["/bin/sh", "-c", *words]}[kind]
        limit = seconds(check["start_period"]) + check["retries"] * (seconds(check["interval"]) + seconds(check["timeout"]))
        end, said = time.monotonic() + limit, ""
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if (self.folder / "pid").exists():
                code, said = self.run(*command, timeout=seconds(check["timeout"]))
                if code == 0:
                    return
            time.sleep(0.5)
        raise AssertionError(f"{self.name} is not healthy: {said}\n{self.log()}")

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-5000:]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds(self.service.get("stop_grace_period", "10s")))
            except subprocess.TimeoutExpired:
                self.kill()
        (self.folder / "pid").unlink(missing_ok=True)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(30)


def unescaped(text):
    """Compose prints its answer as a compose file again."""
    return text.replace("$$", "$")


class Stack:
    def __init__(self, rendered, project, scratch, settings):
        """A copy of the rendered folder, with `project` as the folder of the pipelines' code and `settings` in `.env`."""
        self.scratch = pathlib.Path(scratch)
        self.scratch.chmod(0o711)
        copy = self.scratch / "output" / rendered.name
        shutil.copytree(rendered, copy)
        self.folder = copy / "compose"
        settings = {**settings, "PROJECT": str(project)}
        lines = (self.folder / ".env.example").read_text().splitlines()
        lines = [line for line in lines if line.split("=")[0] not in settings] + [f"{key}='{value}'" for key, value in settings.items()]
        (self.folder / ".env").write_text("\n".join(lines) + "\n")
        self.config = json.loads(self._compose("config", "--format", "json"))
        self.hosts = self.scratch / "hosts"
        self.images = Images(self.scratch, self.folder)
        self.services = {}
        for number, (name, service) in enumerate(self.config["services"].items(), 10):
            self.services[name] = Service(self, name, service, number)
        lines = [f"{it.address} {it.name}" for it in self.services.values()]
        self.hosts.write_text("\n".join(["127.0.0.1 localhost", *lines]) + "\n")
        self.ui = Ui(lambda: f"{self.services['webserver'].address}:3000")

    def _compose(self, *words):
        (program,) = (REPOSITORY / ".venv").glob("lib/python*/site-packages/compose/docker-compose")
        command = [program, "--profile", "dagster", *words]
        done = subprocess.run(command, cwd=self.folder, env={"PATH": "/usr/bin:/bin", "HOME": str(self.scratch)}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        """Everything whose dependencies are healthy starts at once, as Compose does it."""
        done, failed = {name: threading.Event() for name in self.services}, []

        def bring_up(service):
            for other in service.service.get("depends_on", {}):
                done[other].wait()
            try:
                if not failed:
                    service.start()
                    service.healthy()
            except BaseException as error:
                failed.append(error)
            done[service.name].set()

        threads = [threading.Thread(target=bring_up, args=(it,)) for it in self.services.values()]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        if failed:
            raise failed[0]

    def loaded(self):
        """Location to the jobs that the webserver knows in it."""
        found = self.ui.locations()
        return {
            name: {job["name"] for repository in it.get("repositories", []) for job in repository["jobs"]}
            for name, it in found.items()
            if it and it["__typename"] == "RepositoryLocation"
        }

    def ended(self, run, timeout=120):
        ends = ("SUCCESS", "FAILURE", "CANCELED")
        until(lambda: self.ui.status(run) in ends, timeout, lambda: f"run {run} goes on\n{self.services['daemon'].log()}")
        return self.ui.status(run)

    def close(self):
        for service in self.services.values():
            service.kill()
            service.network.close()
