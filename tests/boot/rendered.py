"""A rendered deployment as it lies in `output/`: its plan, its layers and what its templates say about containers.

Templates are read here without an AWS: an intrinsic function becomes a readable placeholder. Whoever needs the real
values deploys the templates and asks the server.
"""

import json
import os
import pathlib
import re

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = pathlib.Path(os.environ.get("DAGFORGE_OUTPUT", REPOSITORY / "output"))


class Template(yaml.SafeLoader):
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

    @property
    def layers(self):
        """The layers in deploy order, as plan.json lists them."""
        return self.plan["layers"]

    def template(self, layer):
        return yaml.load((self.folder / layer["template"]).read_text(), Template)

    def task_definitions(self):
        """Every rendered task definition by family, with placeholders for what is known only at deploy time."""
        found = {}
        for layer in self.layers:
            for body in self.template(layer)["Resources"].values():
                if body["Type"] == "AWS::ECS::TaskDefinition":
                    properties = placeholder(body["Properties"])
                    found[properties["Family"]] = properties
        return found


def deployments():
    """Every rendered deployment."""
    return [Deployment(plan.parent) for plan in sorted(OUTPUT.glob("*/plan.json"))]
