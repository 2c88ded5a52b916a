"""The server as a process of its own."""

import contextlib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def running(log=None):
    """Starts a server on a free port and yields its endpoint; it ends with the block."""
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", "fakeaws", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=log or subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        endpoint = process.stdout.readline().strip()
        if not endpoint:
            raise RuntimeError(f"the server did not start (exit {process.wait()})")
        yield endpoint
    finally:
        process.terminate()
        process.wait()


def access_key(account):
    """The access key that means this account, of twelve digits; any other key means 123456789012."""
    return f"AKIA{account}FAKE"


def environment(endpoint, region, account="123456789012", **more):
    """What a child process needs to talk to the server, and to nothing else."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": access_key(account),
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "",
        **more,
    }
