"""What stands in for the images of a local stack: programs to bind into a container, and what their Dockerfiles say."""

import pathlib
import re

from boot import postgres
from boot.ecs.images import PATH, Registry
from boot.rendered import REPOSITORY

PROGRAMS = pathlib.Path(__file__).parent / "programs"
# Whoever a foreign image runs as.
USER = "65534:65534"


class Image:
    def __init__(self, binds, path, *, directory="/", environment=(), entry=(), command=()):
        self.binds, self.directory, self.entry, self.command = binds, directory, list(entry), list(command)
        self.environment = {"PATH": path, **dict(environment)}


class Images:
    def __init__(self, scratch, stack):
        self.stack = stack
        registry = Registry(scratch, REPOSITORY / ".venv-dagster", REPOSITORY / ".venv")
        with open(pathlib.Path(scratch) / "etc" / "passwd", "a") as file:
            file.write("somebody:x:65534:65534::/tmp:/bin/sh\n")
        self.base, self.packages, self.tools = registry.base, registry.packages, registry.tools
        self.programs = [(str(PROGRAMS), "/programs")]

    def of(self, service):
        """The stand-in for a service's image."""
        image = service["image"]
        if ".dkr.ecr." in image and image.split("/", 1)[1].split(":")[0].endswith("/core"):
            return Image(self.base + self.packages, PATH, directory="/tmp")
        if ".dkr.ecr." in image:
            return self._location()
        name = image.rsplit("/", 1)[-1].split(":")[0]
        if name == "postgres":
            return self._postgres()
        path = f"/programs:{PATH}"
        if name == "redis":
            return Image(self.base + self.tools + self.programs, path, command=["redis-server"])
        if name == "localstack":
            server = ["python", "-m", "moto.server", "-H", "0.0.0.0", "-p", "4566"]
            return Image(self.base + self.tools + self.programs, path, command=server)
        raise LookupError(f"nothing stands in for {image}")

    def _location(self):
        """What the rendered Dockerfile says; a user's own image has the same."""
        text = (self.stack / "Dockerfile").read_text()
        words = re.search(r"^ENV (PATH=.*)$", text, re.MULTILINE)[1].split()
        environment = dict(word.split("=", 1) for word in words)
        environment.pop("PATH")
        directory = re.findall(r"^WORKDIR (.*)$", text, re.MULTILINE)[-1]
        return Image(self.base + self.packages, PATH, directory=directory, environment=environment)

    def _postgres(self):
        programs = postgres.programs()
        binds = [] if programs.is_relative_to("/usr") else [(str(programs.parents[2]), str(programs.parents[2]))]
        path = f"{programs}:{PATH}"
        environment = {"PGDATA": "/var/lib/postgresql/data"}
        entry = ["/programs/docker-entrypoint.sh"]
        return Image(self.base + self.programs + binds, path, entry=entry, command=["postgres"], environment=environment)
