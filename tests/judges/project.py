"""The project around a rendered deployment: a git repository with the code, in which people call `ops.sh`."""

import os
import pathlib
import shutil

import runbook
from shell import run

IDENTITY = ["-c", "user.name=judge", "-c", "user.email=judge@example.invalid", "-c", "commit.gpgsign=false"]


class Project:
    """A copy of a deployment's folder below `output/`, committed together with a Dockerfile."""

    def __init__(self, deployment, folder, base, account):
        self.deployment, self.root = deployment, folder / "project"
        self.folder = self.root / "output" / deployment.name
        shutil.copytree(deployment.folder, self.folder)
        (self.root / "Dockerfile").write_text("FROM scratch\n")
        self.record = folder / "docker.txt"
        self.env = runbook.environment(base, self.record, account)
        self.git("init", "--quiet")
        self.commit()

    def git(self, *arguments):
        return run("git", *IDENTITY, *arguments, cwd=self.root).stdout.strip()

    def commit(self):
        """Commits what there is and returns the revision, as `ops.sh` writes it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "--short=12", "HEAD")

    def ops(self, *arguments, expect=0, typed="", env=None, timeout=None):
        """Calls the script from a folder that is not its own, as it stands, so that its mode is judged too."""
        script = self.folder / "ops" / "ops.sh"
        more = {"input": typed, "timeout": timeout}
        return run(script, *arguments, cwd=self.root, env={**self.env, **(env or {})}, expect=expect, **more)

    def asked_of_docker(self):
        said = runbook.recorded(self.record)
        self.record.unlink(missing_ok=True)
        return said


def without(program, path, folder):
    """A PATH on which one program does not exist: every other one as a link."""
    folder.mkdir()
    for part in path.split(os.pathsep):
        for found in sorted(pathlib.Path(part).glob("*")) if part else []:
            if found.name != program and not (folder / found.name).exists():
                (folder / found.name).symlink_to(found)
    return str(folder)
