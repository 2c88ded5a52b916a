"""What this machine needs to boot a deployment, asked before anything is deployed."""

import os
import shutil
import subprocess
import sys

from boot.rendered import REPOSITORY

PROGRAMS = {"ip": "iproute2", "unshare": "util-linux", "nsenter": "util-linux", "setpriv": "util-linux"}
AS_ROOT = "make boot SUDO='sudo --preserve-env'"
# What the executor does for every container, in one line.
TRY = ["unshare", "--net", "--pid", "--mount", "--fork", "mount", "-t", "tmpfs", "able", "/tmp"]


def lacking():
    """What is missing and what to do about it; an empty text if nothing is."""
    if sys.platform != "linux":
        return f"containers are played with Linux namespaces, and this is {sys.platform}: use a Linux machine"
    if os.geteuid() != 0:
        return f"namespaces need root: {AS_ROOT}"
    missing = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    if missing:
        return f"programs are missing: install {' and '.join(missing)}"
    done = subprocess.run(TRY, capture_output=True, text=True)
    if done.returncode:
        return f"namespaces cannot be made here ({done.stderr.strip()}): in a container, start it with --privileged"
    return _lacking_packages()


def _lacking_packages():
    # Not before it is known that this is Linux.
    from boot.postgres import OWNER, known, programs

    if not programs():
        return "there is no PostgreSQL: no wheel of it fits this machine, so install postgresql"
    if not known(OWNER):
        return f"there is no user {OWNER} for PostgreSQL to run as: make one"
    if not (REPOSITORY / ".venv-dagster" / "bin" / "dagster").exists():
        return "Dagster is not installed: make tools"
    return ""
