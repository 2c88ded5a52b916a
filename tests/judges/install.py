"""Makes virtual environments: `install.py DIRECTORY REQUIREMENTS [DIRECTORY REQUIREMENTS …]`.

An environment is made, or made anew, only when its requirements or the Python version changed since the last time.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import venv

NEEDED = (3, 11)


def main(arguments):
    if sys.version_info[:2] < NEEDED:
        sys.exit(f"Python {'.'.join(map(str, NEEDED))} or newer is needed, this is {sys.version.split()[0]}")
    for directory, requirements in zip(arguments[::2], arguments[1::2], strict=True):
        make(pathlib.Path(directory), pathlib.Path(requirements))


def make(directory, requirements):
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    done = directory / "requirements.sha256"
    if done.exists() and done.read_text() == wanted:
        return
    print(f"installing {requirements} into {directory}", flush=True)
    for part in ("bin", "lib", "include"):
        shutil.rmtree(directory / part, ignore_errors=True)
    venv.create(directory, with_pip=True)
    pip = [directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", requirements], check=True)
    done.write_text(wanted)


main(sys.argv[1:])
