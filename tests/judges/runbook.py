"""The runbook of a deployment as a person follows it: its sections, and a shell that is given their commands."""

import pathlib
import re
import subprocess

from shell import Failed

STUBS = pathlib.Path(__file__).parent / "stubs"
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


def blocks(text):
    """Heading to the commands below it, each block as it is written; in the order of the file."""
    found, heading = {}, ""
    for part in re.split(r"^(#+ .*)$", text, flags=re.M):
        if part.startswith("#") and "\n" not in part:
            heading = part.lstrip("# ")
        elif commands := FENCE.findall(part):
            found.setdefault(heading, []).extend(commands)
    return found


class Session:
    """One bash that keeps its variables from block to block, and stops at the first command that fails."""

    def __init__(self, folder, env):
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        self.send("set -euo pipefail; trap 'echo \"failed: $BASH_COMMAND\"' ERR")

    def send(self, commands):
        """Returns what they said."""
        mark = "--- the commands ended ---"
        # Braces, so that bash reads all of them before the first one runs and none reads our next lines as its input.
        # The mark has a line of its own, even where a command ends without one.
        self.bash.stdin.write(f"{{\n{commands}\n}} </dev/null\nprintf '\\n%s\\n' '{mark}'\n")
        self.bash.stdin.flush()
        said = []
        for line in self.bash.stdout:
            if line.strip() == mark:
                return "".join(said)
            said.append(line)
        raise Failed(f"{commands}\nended with:\n{''.join(said)}")

    def close(self):
        self.bash.stdin.close()
        self.bash.wait()


def environment(base, record, account):
    """`base` with the stubs before everything else; what they were asked to do is appended to the file `record`."""
    path = f"{STUBS}:{base['PATH']}"
    return {**base, "PATH": path, "DAGFORGE_RECORD": str(record), "DAGFORGE_ACCOUNT": account}


def recorded(record):
    return record.read_text().splitlines() if record.exists() else []
