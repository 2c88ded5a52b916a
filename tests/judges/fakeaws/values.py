"""Evaluates intrinsic functions and dynamic references.

A `Scope` knows parameters, pseudo parameters and the resources that exist so far. Evaluation never guesses: a reference
to something unknown, a function this package does not have, or an attribute that the resource lacks is an error.
"""

import base64
import ipaddress
import json
import re

from fakeaws.errors import Invalid, NotHandled
from fakeaws.template import SUBSTITUTION

NO_VALUE = object()
DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):([^}]+)\}\}")


class Scope:
    """What names stand for while one stack operation runs."""

    def __init__(self, names, resources, mappings, zones):
        self.names = names  # Parameters and pseudo parameters.
        self.resources = resources  # Logical id to an object with `.physical` and `.attribute(name)`.
        self.mappings = mappings
        self.zones = zones  # Called with a region, returns its availability zones.

    def ref(self, name):
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.names:
            return self.names[name]
        if name in self.resources:
            return self.resources[name].physical
        raise Invalid(f"Template format error: Unresolved resource dependencies [{name}]")

    def attribute(self, name, attribute):
        if name not in self.resources:
            raise Invalid(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
        return self.resources[name].attribute(attribute)

    def evaluate(self, value):
        """`value` with every function replaced by its result; members that are `AWS::NoValue` disappear."""
        if isinstance(value, list):
            return [item for item in map(self.evaluate, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == "Ref":
                return self.ref(inner)
            if key.startswith("Fn::"):
                if key not in FUNCTIONS:
                    raise NotHandled(f"the function {key}")
                return FUNCTIONS[key](self, inner)
        pairs = ((key, self.evaluate(inner)) for key, inner in value.items())
        return {key: inner for key, inner in pairs if inner is not NO_VALUE}


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        raise Invalid(f"Template error: expected a string, found {value!r}")
    return str(value)


def _sub(scope, argument):
    text, local = argument if isinstance(argument, list) else (argument, {})
    local = scope.evaluate(local)

    def replace(match):
        bang, name = match.groups()
        if bang:
            return "${" + name + "}"
        if name in local:
            return _text(local[name])
        return _text(scope.attribute(*name.split(".", 1)) if "." in name else scope.ref(name))

    return SUBSTITUTION.sub(replace, text)


def _get_att(scope, argument):
    name, attribute = argument
    return scope.attribute(name, scope.evaluate(attribute))


def _join(scope, argument):
    separator, items = argument
    return separator.join(map(_text, scope.evaluate(items)))


def _select(scope, argument):
    index, items = scope.evaluate(argument)
    return items[int(index)]


def _split(scope, argument):
    separator, text = argument
    return scope.evaluate(text).split(separator)


def _zones(scope, argument):
    return scope.zones(scope.evaluate(argument) or scope.ref("AWS::Region"))


def _cidr(scope, argument):
    block, count, bits = scope.evaluate(argument)
    blocks = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits))
    return [str(next(blocks)) for _ in range(int(count))]


def _find_in_map(scope, argument):
    found = scope.mappings
    for key in scope.evaluate(argument):
        found = found[key]
    return found


FUNCTIONS = {
    "Fn::Sub": _sub,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::GetAZs": _zones,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": lambda scope, argument: base64.b64encode(_text(scope.evaluate(argument)).encode()).decode(),
    "Fn::ToJsonString": lambda scope, argument: json.dumps(scope.evaluate(argument), separators=(",", ":")),
}


def resolve_dynamic(value, aws):
    """Replaces `{{resolve:…}}` in `value`: done last, so that a stored property never holds the secret."""
    if isinstance(value, list):
        return [resolve_dynamic(item, aws) for item in value]
    if isinstance(value, dict):
        return {key: resolve_dynamic(item, aws) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    return DYNAMIC.sub(lambda match: _resolve(match.group(1), match.group(2), aws), value)


def _resolve(service, reference, aws):
    if service in ("ssm", "ssm-secure"):
        found = aws.client("ssm").get_parameter(Name=reference, WithDecryption=service == "ssm-secure")
        return found["Parameter"]["Value"]
    if service != "secretsmanager":
        raise NotHandled(f"dynamic references to {service}")
    # An ARN has colons of its own: the name is everything before `:SecretString`.
    name, _, rest = reference.partition(":SecretString")
    key, stage, version, *_ = [*rest.removeprefix(":").split(":"), "", "", ""]
    which = {"VersionStage": stage} if stage else {}
    which |= {"VersionId": version} if version else {}
    text = aws.client("secretsmanager").get_secret_value(SecretId=name, **which)["SecretString"]
    return json.loads(text)[key] if key else text
