"""A machine that cannot boot a deployment says so, and in CI that is a failure."""

import os
import subprocess
import sys

import pytest

from boot import able
from boot.rendered import REPOSITORY

# A user namespace takes root away, and nothing else.
WITHOUT_ROOT = ["unshare", "--user"] if sys.platform == "linux" and os.geteuid() == 0 else []


@pytest.mark.parametrize(("ci", "outcome"), [("true", 1), ("", 0)])
def test_without_root_it_says_what_was_not_run(ci, outcome):
    command = [*WITHOUT_ROOT, sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-k", "wildcard or loaded", "tests/boot"]
    done = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, "CI": ci}, capture_output=True, text=True)
    assert done.returncode == outcome, done.stdout + done.stderr
    assert "NOT RUN: " in done.stderr
    assert " passed" in done.stdout, "what needs no network runs everywhere"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("sys.platform", "darwin", "use a Linux machine"),
        ("os.geteuid", lambda: 1000, able.AS_ROOT),
        ("shutil.which", lambda program: None if program == "ip" else program, "install iproute2"),
        ("boot.able.TRY", ["sh", "-c", "echo not permitted >&2; false"], "(not permitted): in a container"),
        ("boot.postgres.programs", lambda: None, "install postgresql"),
        ("boot.postgres.OWNER", "no-such-user", "no user no-such-user"),
    ],
)
def test_every_lack_comes_with_what_to_do(monkeypatch, name, value, told):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda program: program)
    monkeypatch.setattr("boot.able.TRY", ["true"])
    monkeypatch.setattr("boot.postgres.programs", lambda: "somewhere")
    monkeypatch.setattr(name, value)
    assert told in able.lacking()
