"""Health checks of containers: `python -S -m boot.ecs.checks SOCKET PACKAGES`, with a virtual environment of Dagster images.

Commands are executed in the namespaces and the root of their container, as its user. Dagster's own are called in a fork of a
process that has imported them: that is nearly all they cost, and there are thousands of checks.
"""

import functools
import os
import pathlib
import shutil
import site
import sys

from boot.ecs import box
from boot.ecs.images import VENV
from warm import server


def programs(packages):
    """Dagster's commands by name, imported from where images have their packages: what is imported later comes from there."""
    box.check(box.libc.unshare(box.CLONE_NEWNS), "unshare")
    box.mount(None, "/", flags=box.MS_REC | box.MS_PRIVATE)
    box.mount("packages", str(pathlib.Path(VENV).parent), "tmpfs")
    box.bind(f"{packages}/lib", f"{VENV}/lib", True)
    (folder,) = pathlib.Path(VENV).glob("lib/python*/site-packages")
    site.addsitedir(str(folder))

    import dagster._cli
    import dagster._core.instance.factory
    import dagster._daemon.cli
    import dagster._grpc.server
    import dagster_aws.ecs  # noqa: F401, and the following: what a check would import
    import dagster_aws.s3  # noqa: F401
    import dagster_postgres  # noqa: F401
    import grpc_health.v1.health  # noqa: F401
    import psycopg2.extras  # noqa: F401

    return {"dagster": dagster._cli.main, "dagster-daemon": dagster._daemon.cli.main}


def become(spec, programs):
    """Executes a command as `box` does, or is one of the programs itself; does not return."""
    program, environment = spec["command"][0], spec["environment"]
    if program not in programs or not shutil.which(program, path=environment["PATH"]):
        box.become(spec)
    box.step_down(spec)
    server.become(spec["command"], environment, spec["directory"])
    os._exit(server.code_of(programs[program]))


def main(place, packages):
    imported = programs(packages)
    server.serve(place, functools.partial(box.execute, become=functools.partial(become, programs=imported)))


if __name__ == "__main__":
    main(*sys.argv[1:])
