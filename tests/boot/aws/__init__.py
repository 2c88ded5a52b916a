"""The local AWS: moto with the CloudFormation of `tests/judges/fakeaws`, and tasks that somebody else runs.

`python -m boot.aws` serves it (see `__main__`); `running()` does so for a test.
"""

import contextlib
import os
import subprocess
import sys

from boot.rendered import REPOSITORY

JUDGES = REPOSITORY / "tests" / "judges"


@contextlib.contextmanager
def running(log):
    """Starts the server on a free port and yields its endpoint; it ends with the block."""
    path = os.pathsep.join([str(REPOSITORY / "tests"), str(JUDGES), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        # Ends with this process, however that ends.
        ["setpriv", "--pdeathsig=TERM", sys.executable, "-m", "boot.aws", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        endpoint = process.stdout.readline().strip()
        if not endpoint:
            raise RuntimeError(f"the server did not start (exit {process.wait()}); see {log.name}")
        yield endpoint
    finally:
        process.terminate()
        process.wait()
