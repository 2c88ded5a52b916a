"""What stands in for container images.

An image here is a list of folders to bind into a container's root, with the rest of what a Dockerfile says: environment,
working directory, volumes. The packages are a virtual environment with the pinned requirements, moved to `VENV` by
rewriting the first line of its scripts; the code is a small real Dagster project. Images are keyed as ECR keys them:
repository and tag. What was never pushed cannot be pulled.
"""

import dataclasses
import pathlib
import shutil
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent / "project"
# Where images have their packages; every machine has the folder above it, which `checks` needs.
VENV = "/srv/venv"
PATH = f"{VENV}/bin:/usr/local/bin:/usr/bin:/bin"
# The one that virtual environments are made from; their own may be a copy of it, which is not in a container.
INTERPRETER = pathlib.Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}").resolve()


@dataclasses.dataclass
class Image:
    """`binds` are (folder, path in the container); everything in an image is read-only for our users anyway."""

    binds: list
    directory: str = "/"
    environment: dict = dataclasses.field(default_factory=dict)
    # Path to mode, for the paths that the Dockerfile declares as VOLUME: an empty volume mounted there takes the mode.
    volumes: dict = dataclasses.field(default_factory=dict)


class Registry:
    """Every image that was pushed, by reference."""

    def __init__(self, scratch, packages, tools):
        """`packages` is the virtual environment of Dagster images, `tools` the one that has the AWS CLI."""
        self.scratch = pathlib.Path(scratch)
        self.images = {}
        self.base = self._base()
        self.packages = self._moved(packages, "dagster", "*")
        self.tools = self._moved(tools, "tools", "aws*")

    def _base(self):
        """/etc of every image, and the interpreter that virtual environments point to."""
        etc = self.scratch / "etc"
        etc.mkdir()
        (etc / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (etc / "group").write_text("root:x:0:\n")
        (etc / "nsswitch.conf").write_text("hosts: files dns\n")
        for name in ("hosts", "resolv.conf"):
            (etc / name).write_text("")
        cache = pathlib.Path("/etc/ld.so.cache")
        if cache.exists():
            shutil.copy(cache, etc / "ld.so.cache")
        interpreter = pathlib.Path(sys.base_prefix).resolve()
        outside = not interpreter.is_relative_to("/usr")
        return [(str(etc), "/etc")] + ([(str(interpreter), str(interpreter))] if outside else [])

    def _moved(self, venv, name, scripts):
        """Binds that make a virtual environment appear at `VENV`."""
        venv, programs = pathlib.Path(venv), self.scratch / f"{name}-bin"
        programs.mkdir()
        for script in (venv / "bin").glob(scripts):
            if script.is_file() and not script.is_symlink() and script.read_bytes()[:2] == b"#!":
                lines = script.read_text().splitlines(keepends=True)
                (programs / script.name).write_text(f"#!{VENV}/bin/python\n" + "".join(lines[1:]))
                (programs / script.name).chmod(0o755)
        (programs / "python").symlink_to(INTERPRETER)
        parts = [(programs, f"{VENV}/bin"), (venv / "lib", f"{VENV}/lib"), (venv / "pyvenv.cfg", f"{VENV}/pyvenv.cfg")]
        return [(str(folder), path) for folder, path in parts]

    def push_tools(self, reference):
        """The AWS CLI's image."""
        self.images[reference] = Image(self.base + self.tools, "/aws", {"PATH": PATH})

    def push(self, repository, tag, project=None, program=None, volumes=("/tmp",)):
        """An image with Dagster's packages and, with `project` or `program`, one that lies or is called so.

        `project` is a file, in the image's folder unless it is absolute. `volumes` follows the image contract of the
        rendered runbook.
        """
        root = self.scratch / "images" / repository.replace("/", "_") / tag
        app = root / "app"
        app.mkdir(parents=True)
        binds = self.base + self.packages + [(str(app), "/app")]
        if project:
            path = root / (pathlib.PurePath("/app") / project).relative_to("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / "definitions.py", path)
            (path.parent / "revision.txt").write_text(tag)
            if path.relative_to(root).parts[0] != "app":
                binds.append((str(path.parent), str(pathlib.PurePath(project).parent)))
        if program:
            (app / "bin").mkdir()
            shutil.copy(PROJECT / "program.sh", app / "bin" / program)
        image = Image(binds, "/app", {"PATH": f"/app/bin:{PATH}"})
        image.volumes = {path: 0o1777 for path in volumes}
        self.images[f"{repository}:{tag}"] = image

    def pull(self, reference):
        if reference not in self.images:
            raise LookupError(f"CannotPullContainerError: pull image manifest has been retried 1 time(s): {reference}: not found")
        return self.images[reference]
