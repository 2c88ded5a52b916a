"""A code server that is not the deployment's: somebody else's machine, with the variables that the runbook prints.

It runs in a box like a container's, in the network outside of all tasks.
"""

import os
import re
import subprocess

from boot.ecs.container import launch
from boot.world import ELSEWHERE

VARIABLES = re.compile(r"^(?P<key>[^:]+): (?P<name>\w+)=(?P<value>.*)$", re.M)


def variables(stage, key):
    """What the runbook's own commands print for a location."""
    runbook = (stage.deployment.folder / "README.md").read_text()
    (block,) = [each for each in re.findall(r"```sh\n(.*?)```", runbook, re.S) if f'echo "{key}: DAGSTER_' in each]
    done = subprocess.run(["bash", "-euc", block], env=stage.deployer.environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return {found["name"]: found["value"] for found in VARIABLES.finditer(done.stdout) if found["key"] == key}


class Elsewhere:
    """`server` is an entry of the workspace."""

    def __init__(self, stage, key, server):
        stage.world.names.put(server["host"], [ELSEWHERE])
        own = variables(stage, key)
        image = stage.images.pull(own["DAGSTER_CURRENT_IMAGE"])
        folder = stage.scratch / f"elsewhere-{key}"
        (folder / "root").mkdir(parents=True)
        spec = {
            "network": f"/proc/{os.getpid()}/ns/net",
            "root": str(folder / "root"),
            "binds": [*((source, target, True) for source, target in image.binds), (str(stage.world.hosts), "/etc/hosts", True)],
            "shared": [],
            "readonly": False,
            "directory": image.directory,
            "uid": 1000,
            "gid": 1000,
            "init": False,
            "command": ["dagster", "api", "grpc", "-h", "0.0.0.0", "-p", str(server["port"]), "-m", f"{stage.deployment.name}.{key}"],
            "environment": {**image.environment, **own, "HOME": "/tmp"},
            "pid_file": str(folder / "pid"),
        }
        log = open(folder / "log", "w")
        self.process = launch(spec, folder / "spec.json", stdin=subprocess.PIPE, stdout=log, stderr=log)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
