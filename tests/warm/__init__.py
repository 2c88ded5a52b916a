"""Programs that are imported once and run often: each call is a fork of a process that has imported the program.

Most of what a call of the AWS CLI costs is its own start, and a run of the tests calls it some thousand times. What a call
does is not touched: the program's own entry point, with the arguments, environment, folder, and files of the caller.

* `server` waits for calls and forks; `aws` and `cfn_lint` say what a fork does.
* `client` makes a call, and is what `programs` puts into PATH.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# A plain interpreter, because it starts often: no site-packages.
PROGRAM = """#!{python} -ISB
import sys
sys.path.insert(0, {folder!r})
import client
sys.exit(client.main({place!r}))
"""


@contextlib.contextmanager
def running(interpreter, module, *arguments):
    """Starts the server that a module is, and yields its socket once it answers; it ends with the block.

    `interpreter` is a command.
    """
    with tempfile.TemporaryDirectory(prefix="warm-") as folder:
        place = pathlib.Path(folder) / "socket"
        process = subprocess.Popen(
            # Where this is root's process, it leaves nothing of root's behind.
            [*interpreter, "-B", "-m", module, place, *arguments],
            # Its input is what it notices the end of this process by.
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        )  # fmt: skip
        try:
            if not process.stdout.readline():
                raise RuntimeError(f"{module} did not start (exit {process.wait()})")
            yield place
        finally:
            process.terminate()
            process.communicate()


@contextlib.contextmanager
def programs(**modules):
    """Makes PATH lead to these programs first, each by its name and the module that serves it, until the block ends."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warm-")))
        for name, module in modules.items():
            place = stack.enter_context(running([sys.executable], module))
            program = folder / name.replace("_", "-")
            program.write_text(PROGRAM.format(python=sys.executable, folder=str(HERE), place=str(place)))
            program.chmod(0o755)
        path = os.environ["PATH"]
        os.environ["PATH"] = f"{folder}{os.pathsep}{path}"
        try:
            yield
        finally:
            os.environ["PATH"] = path
