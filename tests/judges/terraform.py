"""Terraform on copies of rendered folders, and where its AWS provider comes from.

The provider is, in this order: what a TF_CLI_CONFIG_FILE that exists says; the mirror of the folder that
DAGFORGE_TERRAFORM_MIRROR names, else the one that stands beside the checkout; the registry. Whichever it is, it is given
the server's endpoint and made-up keys, so that no test reaches a real account.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import tempfile

from deployments import OUTPUT, ROOT
from shell import Failed, run

NEEDED = (1, 11)
BESIDE = ROOT.parent / "shared" / "terraform" / "mirror"
CACHE = ROOT / ".venv" / "terraform"


def selection():
    """The variables that choose the provider."""
    chosen = os.environ.get("TF_CLI_CONFIG_FILE")
    if chosen and pathlib.Path(chosen).exists():
        return {"TF_CLI_CONFIG_FILE": chosen}
    named = os.environ.get("DAGFORGE_TERRAFORM_MIRROR")
    script = (pathlib.Path(named) if named else BESIDE) / "use-mirror.sh"
    if named or script.exists():
        return _exported(script)
    CACHE.mkdir(parents=True, exist_ok=True)
    # Each working folder would fetch the provider again; none of them has a lock file that the cache could break.
    return {"TF_PLUGIN_CACHE_DIR": str(CACHE), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}


def _exported(script):
    """What the script's one line, `export NAME=VALUE …`, would set."""
    # Its file goes where no other user's and no other run's does.
    rc = pathlib.Path(tempfile.mkdtemp(prefix="dagforge-terraform-")) / "terraformrc"
    line = run("sh", script, env={**os.environ, "REPLAY_TERRAFORMRC": str(rc)}).stdout
    return dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)


def environment(base):
    """`base` with a provider; the choice is made once and handed to every worker in DAGFORGE_TERRAFORM."""
    kept = {key: value for key, value in base.items() if not key.startswith("TF_")}
    chosen = json.loads(os.environ["DAGFORGE_TERRAFORM"])
    # Every command reads the provider's schema, and what Go collects meanwhile is a sixth of its time.
    quick = {"GOGC": "400", "CHECKPOINT_DISABLE": "1"}
    return {**kept, **quick, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", **chosen}


def choose():
    """Makes the choice for this process and those it starts; returns what is missing, or an empty text."""
    if not shutil.which("terraform"):
        return _lacking("it is not installed")
    version = json.loads(run("terraform", "version", "-json", env=_quiet()).stdout)["terraform_version"]
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < NEEDED:
        return _lacking(f"version {version} is too old")
    try:
        os.environ["DAGFORGE_TERRAFORM"] = json.dumps(selection())
    except (Failed, OSError) as error:
        return _lacking(f"its mirror cannot be used ({_last_line(error)})")
    with tempfile.TemporaryDirectory() as empty:
        versions = sorted(OUTPUT.glob("*/tf/versions.tf"))[0]
        shutil.copy(versions, empty)
        try:
            run("terraform", "init", "-no-color", cwd=empty, env=environment(os.environ))
        except Failed as error:
            return _lacking(f"the provider hashicorp/aws cannot be had ({_last_line(error)})")
    return ""


def _quiet():
    return {**{key: value for key, value in os.environ.items() if not key.startswith("TF_")}, "CHECKPOINT_DISABLE": "1"}


def _last_line(error):
    told = [line.strip(" │") for line in str(error).splitlines() if line.strip(" │╷╵")]
    return next((line for line in told if line.startswith("Error")), told[-1])


def _lacking(why):
    needed = ".".join(map(str, NEEDED))
    return (
        f"terraform: {why}: install Terraform {needed} or newer where it reaches its registry, "
        "or point DAGFORGE_TERRAFORM_MIRROR or TF_CLI_CONFIG_FILE at a mirror of hashicorp/aws"
    )


class Module:
    """A copy of a rendered deployment, in which Terraform works."""

    def __init__(self, deployment, folder, base):
        """`base` is the environment that leads to the server."""
        self.deployment = deployment
        self.root = folder / deployment.name
        # The whole folder: the module reads ../config.
        shutil.copytree(deployment.folder, self.root)
        self.folder = self.root / "tf"
        self.dump = folder / "dump.jsonl"
        self.env = environment({**base, "REPLAY_DUMP": str(self.dump)})
        if any(re.search(r"^\s*backend \"", path.read_text(), re.M) for path in deployment.modules):
            (self.folder / "judge_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        # By the last `apply`.
        self.said = ""
        self.given = [] if deployment.gitrev else ["-var", "gitrev=rev1"]

    def terraform(self, command, *arguments, **more):
        return run("terraform", command, *arguments, cwd=self.folder, env=self.env, **more)

    def init(self):
        self.terraform("init", "-no-color")

    def plan(self, *arguments, **more):
        return self.terraform("plan", "-no-color", *self.given, *arguments, **more)

    def apply(self, *arguments):
        self.said = self.terraform("apply", "-no-color", "-auto-approve", *self.given, *arguments).stdout

    def destroy(self, **more):
        return self.terraform("destroy", "-no-color", "-auto-approve", *self.given, **more)

    def resources(self):
        """The state: type and values of every managed resource, by address.

        Asked for as it is kept, because Terraform would load the provider to show it.
        """
        kept = self.terraform("state", "pull").stdout
        found = {}
        for each in json.loads(kept)["resources"] if kept else []:
            for instance in each["instances"] if each["mode"] == "managed" else []:
                index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
                address = f"{each['type']}.{each['name']}{index}"
                found[address] = {"type": each["type"], "values": instance["attributes"]}
        return found

    def dumped(self, phase):
        """What the stand-in provider was asked to do in one phase, `plan` or `apply`; nothing with the real one."""
        if not self.dump.exists():
            return []
        return [line for line in map(json.loads, self.dump.read_text().splitlines()) if line["phase"] == phase]
