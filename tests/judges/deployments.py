"""Rendered deployments: those of `output/`, and copies of the examples that a test renders with a change."""

import json
import os
import pathlib
import re
import shutil

import yaml

from shell import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "output"
EXAMPLES = ROOT / "examples"
# Deployments of `output/` whose whole life is tried, in both targets: the least one, one with tasks, twelve code locations, and
# the one that asks for most. What changes for one of the others is the same.
LIVE = ("acme", "analytics", "fleet", "ledger")
DAGFORGE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug" / "dagforge"


class Layer:
    """One entry of `plan.json`'s layers."""

    def __init__(self, folder, entry):
        self.name, self.owner, self.stack = entry["name"], entry["owner"], entry["stack"]
        self.capabilities, self.parameters, self.adopts = entry["capabilities"], entry["parameters"], entry["adopts"]
        self.path = folder / entry["template"]

    @property
    def text(self):
        return self.path.read_text()

    def __repr__(self):
        return self.stack


class Deployment:
    """A rendered folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.plan = json.loads((self.folder / "plan.json").read_text())
        about = self.plan["deployment"]
        self.name, self.region, self.gitrev = about["name"], about["region"], about["gitrev"]
        self.layers = [Layer(self.folder, entry) for entry in self.plan["layers"]]
        self.templates = sorted((self.folder / "cfn").glob("*.yaml"))
        self.modules = sorted((self.folder / "tf").glob("*.tf"))

    def config_prefix(self, account):
        """Where the task definitions look for the config, as an S3 address."""
        bucket = self.plan["runbook"]["config_bucket"].replace("$ACCOUNT", account)
        config = self.plan["config"]
        return f"s3://{bucket}/{config['prefix']}/{config['digest']}/"

    def distinct_templates(self):
        """One of those that are the same but for the key of their code location or task."""
        found = {layer.text.replace(str(layer.owner), "KEY") if layer.owner else layer.text: layer.path for layer in self.layers}
        return sorted(found.values())

    def text(self):
        """All templates at once."""
        return "\n".join(path.read_text() for path in self.templates)

    def files(self):
        """Every rendered file: path within the folder to content."""
        found = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def __repr__(self):
        return self.name


class Loader(yaml.SafeLoader):
    """YAML 1.2's two booleans: `on` is a key of ours, not true."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load_spec(path):
    return yaml.load(path.read_text(), Loader)


def names():
    """The deployments of `output/`."""
    return sorted(path.parent.name for path in OUTPUT.glob("*/plan.json"))


def deployment(name):
    return Deployment(OUTPUT / name)


def spec_of(name):
    """The example that a deployment of `output/` was rendered from, and the environment to pick, or None."""
    for path in sorted(EXAMPLES.glob("*.yaml")):
        spec = load_spec(path)
        if name == spec["name"] and not spec.get("environments"):
            return path, None
        for environment in spec.get("environments") or []:
            if name == f"{spec['name']}-{environment}":
                return path, environment
    raise LookupError(f"no example renders {name}")


def render(text, out, environment=None):
    """Renders a spec into the folder `out` and returns its deployment."""
    out.mkdir(parents=True, exist_ok=True)
    spec = out / "dagforge.yaml"
    spec.write_text(text)
    # Files that an example names are beside it.
    shutil.copytree(EXAMPLES / "extra", out / "extra", dirs_exist_ok=True)
    chosen = ["--env", environment] if environment else []
    run(DAGFORGE, "render", "all", spec, "--out", out / "output", *chosen)
    (folder,) = (path.parent for path in (out / "output").glob("*/plan.json"))
    return Deployment(folder)


def render_all(spec, out):
    """Renders the spec at a path, and returns its deployments."""
    run(DAGFORGE, "render", "all", spec, "--out", out)
    return [Deployment(path.parent) for path in sorted(out.glob("*/plan.json"))]


def changed(name, out, change):
    """Renders the example of a deployment again, after `change` edited the parsed spec in place."""
    path, environment = spec_of(name)
    spec = load_spec(path)
    change(spec)
    return render(json.dumps(spec), out, environment)


def unprotect(spec):
    """Lets a deployment be torn down. Then it takes nothing over: a bucket's name is taken by whoever has it, in any account."""
    spec.pop("adopt", None)
    spec["protect"] = False


def unprotected(name, out):
    """A copy of a deployment that may be torn down."""

    return changed(name, out, unprotect)
