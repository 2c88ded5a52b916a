"""Template text to plain data, and the order in which CloudFormation may create its resources.

Short tags become the long functions. YAML is read as CloudFormation reads it: dates stay strings, and a duplicate key is
an error. The order is the least lucky one that the template permits: types that fail on AWS when a `DependsOn` is
missing come as early as their references allow, so that a missing one is noticed here.
"""

import json
import re

import yaml

from fakeaws.errors import Invalid

EAGER = (
    "AWS::ECS::Service",
    "AWS::EC2::Route",
    "AWS::EC2::EIP",
    "AWS::EC2::NatGateway",
    "AWS::ApplicationAutoScaling::ScalableTarget",
)
SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")


class _Loader(yaml.SafeLoader):
    """SafeLoader without timestamps, with CloudFormation's tags."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise Invalid(f"Template format error: YAML not well-formed. (duplicate key {key.value!r})")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _tag(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tag)


def load(text):
    """The template as dictionaries and lists, checked against CloudFormation's quotas."""
    if len(text.encode()) > 51_200:
        raise Invalid(f"template body is {len(text.encode())} bytes, at most 51200 can be sent without a bucket")
    try:
        template = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (yaml.YAMLError, json.JSONDecodeError) as error:
        raise Invalid(f"Template format error: {error}") from error
    if not isinstance(template, dict) or not template.get("Resources"):
        raise Invalid("Template format error: At least one Resources member must be defined.")
    for section, most in (("Resources", 500), ("Parameters", 200), ("Outputs", 200), ("Mappings", 200)):
        if len(template.get(section, {})) > most:
            raise Invalid(f"Template format error: number of {section} exceeds {most}")
    known = {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Resources", "Outputs"}
    if unknown := set(template) - known:
        raise Invalid(f"template sections that dagforge does not write: {sorted(unknown)}")
    return template


def references(value):
    """The names that `value` refers to: by Ref, GetAtt or inside a Sub."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner[0])
        elif key == "Fn::Sub":
            text, local = inner if isinstance(inner, list) else (inner, {})
            names = {name.split(".")[0] for bang, name in SUBSTITUTION.findall(text) if not bang}
            found |= (names - set(local)) | references(local)
        else:
            found |= references(inner)
    return found


def needs(resource):
    """What must exist before `resource`: its references and its DependsOn."""
    depends = resource.get("DependsOn", [])
    return references(resource.get("Properties", {})) | set([depends] if isinstance(depends, str) else depends)


def creation_order(resources):
    """Logical ids, every one after what it needs."""
    for name, resource in resources.items():
        depends = resource.get("DependsOn", [])
        for other in [depends] if isinstance(depends, str) else depends:
            if other not in resources:
                raise Invalid(f"Template format error: Unresolved resource dependencies [{other}] of {name}")
    waiting = {name: needs(resource) & set(resources) for name, resource in resources.items()}
    order = []
    while waiting:
        ready = [name for name, needed in waiting.items() if not needed & set(waiting)]
        if not ready:
            raise Invalid(f"Circular dependency between resources: [{', '.join(sorted(waiting))}]")
        eager = [name for name in ready if resources[name]["Type"] in EAGER]
        for name in eager[:1] or ready:
            order.append(name)
            del waiting[name]
    return order
