"""Runs programs, and shows everything they said when they fail."""

import subprocess
import sys
import pathlib

# The AWS CLI, shellcheck and the rest of requirements.txt stand beside the Python that runs the tests.
BIN = pathlib.Path(sys.prefix) / "bin"


class Failed(AssertionError):
    """A program that ended with another exit code than expected."""


def run(*command, env=None, cwd=None, expect=0, **more):
    """The finished process; `expect` is its exit code, several, or None for any."""
    words = [str(word) for word in command]
    done = subprocess.run(words, env=env, cwd=cwd, capture_output=True, text=True, **more)
    expected = expect if isinstance(expect, tuple) else (expect,)
    if expect is not None and done.returncode not in expected:
        raise Failed(f"{' '.join(words)}\nexit {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}")
    return done
