"""The IAM statements of rendered templates, whichever resource they stand in."""

import yaml


class Tagged(yaml.SafeLoader):
    """Keeps what `!Sub` and its like are given: for statements the text is enough."""


def _plain(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Tagged.add_multi_constructor("!", _plain)


def resources(path):
    """Logical id and resource of every resource in a template."""
    return yaml.load(path.read_text(), Tagged)["Resources"].items()


def permissions(path):
    """(where, statement) of every identity policy in a template."""
    for name, resource in resources(path):
        properties = resource.get("Properties", {})
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", []) if isinstance(policy, dict)]
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            documents.append(properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield f"{path.name} {name} {statement.get('Sid')}", statement


def listed(value):
    """IAM allows one thing for a list of one."""
    return value if isinstance(value, list) else [value]
