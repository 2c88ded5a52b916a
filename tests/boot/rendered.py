"""A rendered deployment as it lies in `output/`: its plan, its layers and what its templates say about containers.

Templates are read here without an AWS: an intrinsic function becomes a readable placeholder. Whoever needs the real
values deploys the templates and asks the server.
"""

import json
import os
import pathlib
import re
import subprocess

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("DAGFORGE", REPOSITORY / "target" / "debug" / "dagforge")
OUTPUT = pathlib.Path(os.environ.get("DAGFORGE_OUTPUT", REPOSITORY / "output"))


class Template(yaml.CSafeLoader):
    """CloudFormation's YAML: `!Ref X` and the like are short for a function."""


def _function(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


Template.add_multi_constructor("!", _function)


def placeholder(value):
    """A value with every function replaced by a text that names it."""
    if isinstance(value, list):
        return [placeholder(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), *_ = value.items()
        if key == "Ref":
            return f"ref-{inner}".replace("::", "-")
        if key == "Fn::Sub" and isinstance(inner, str):
            return re.sub(r"\$\{([^!}]+)\}", lambda found: f"ref-{found[1]}".replace("::", "-"), inner).replace("${!", "${")
        if key.startswith("Fn::"):
            return f"{key[4:]}-{inner if isinstance(inner, str) else '-'.join(map(str, inner))}"
    return {key: placeholder(inner) for key, inner in value.items()}


class Deployment:
    """One folder of `output/`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.plan = json.loads((self.folder / "plan.json").read_text())
        self.name = self.plan["deployment"]["name"]
        self.region = self.plan["deployment"]["region"]
        self._templates, self._resources = {}, {}

    @property
    def layers(self):
        """The layers in deploy order, as plan.json lists them."""
        return self.plan["layers"]

    def template(self, layer):
        path = layer["template"]
        if path not in self._templates:
            self._templates[path] = yaml.load((self.folder / path).read_text(), Template)
        return self._templates[path]

    def resources(self, kind):
        """Properties of every resource of a kind, with placeholders for what is known only at deploy time."""
        if kind not in self._resources:
            every = [body for layer in self.layers for body in self.template(layer)["Resources"].values()]
            self._resources[kind] = [placeholder(body["Properties"]) for body in every if body["Type"] == kind]
        return self._resources[kind]

    def task_definitions(self):
        """Every rendered task definition by family."""
        return {properties["Family"]: properties for properties in self.resources("AWS::ECS::TaskDefinition")}

    def services(self):
        """Names of the services that the templates ask for."""
        return {properties["ServiceName"] for properties in self.resources("AWS::ECS::Service")}


def deployments():
    """Every rendered deployment."""
    return [Deployment(plan.parent) for plan in sorted(OUTPUT.glob("*/plan.json"))]


def render(spec, folder):
    """The deployment that the real binary renders from a spec."""
    folder = pathlib.Path(folder)
    file = folder / "dagforge.yaml"
    file.write_text(yaml.safe_dump(spec, sort_keys=False))
    command = [BINARY, "render", "all", file, "--out", folder / "output"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Deployment(folder / "output" / spec["name"])
