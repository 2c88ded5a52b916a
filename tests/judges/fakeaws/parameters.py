"""Parameter values for a stack: defaults, overrides, previous values, and lookups in Parameter Store.

A value of type `AWS::SSM::Parameter::Value<…>` is a path; CloudFormation fetches it anew on every create and update.
AWS-specific types must name something that exists.
"""

import re

from botocore.exceptions import ClientError

from fakeaws.errors import Invalid

SSM_VALUE = re.compile(r"^AWS::SSM::Parameter::Value<(.+)>$")
LIST = re.compile(r"^List<(.+)>$")
EXISTS = {
    "AWS::EC2::VPC::Id": ("ec2", "describe_vpcs", "VpcIds"),
    "AWS::EC2::Subnet::Id": ("ec2", "describe_subnets", "SubnetIds"),
    "AWS::EC2::SecurityGroup::Id": ("ec2", "describe_security_groups", "GroupIds"),
    "AWS::EC2::AvailabilityZone::Name": ("ec2", "describe_availability_zones", "ZoneNames"),
}
UNCHECKED = {"String", "AWS::SSM::Parameter::Name"}


def given(declared, passed, previous):
    """The raw value of every declared parameter: passed, kept from `previous`, or the default."""
    if unknown := {item["ParameterKey"] for item in passed} - set(declared):
        raise Invalid(f"Parameters: [{', '.join(sorted(unknown))}] do not exist in the template")
    raw = {name: str(body["Default"]) for name, body in declared.items() if "Default" in body}
    for item in passed:
        name = item["ParameterKey"]
        if item.get("UsePreviousValue"):
            if name not in previous:
                raise Invalid(f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a new one")
            raw[name] = previous[name]
        else:
            raw[name] = item["ParameterValue"]
    if missing := set(declared) - set(raw):
        raise Invalid(f"Parameters: [{', '.join(sorted(missing))}] must have values")
    for name, text in raw.items():
        _constrain(name, text, declared[name])
    return raw


def _constrain(name, text, body):
    why = body.get("ConstraintDescription")
    if "AllowedPattern" in body and not re.fullmatch(body["AllowedPattern"], text):
        raise Invalid(f"Parameter '{name}' {why or 'must match pattern ' + body['AllowedPattern']}")
    if "AllowedValues" in body and text not in map(str, body["AllowedValues"]):
        raise Invalid(f"Parameter '{name}' must be one of AllowedValues")
    if not int(body.get("MinLength", 0)) <= len(text) <= int(body.get("MaxLength", 4096)):
        raise Invalid(f"Parameter '{name}' has a length outside its limits")
    if body["Type"] == "Number" and not float(body.get("MinValue", "-inf")) <= float(text) <= float(body.get("MaxValue", "inf")):
        raise Invalid(f"Parameter '{name}' is outside MinValue and MaxValue")


def resolve(declared, raw, aws):
    """What each parameter stands for in the template."""
    return {name: _typed(name, body["Type"], raw[name], aws) for name, body in declared.items()}


def _typed(name, kind, text, aws):
    if ssm := SSM_VALUE.match(kind):
        kind = ssm.group(1)
        text = _stored(name, text, kind, aws)
    if kind == "Number":
        return text
    many = LIST.match(kind)
    if many or kind == "CommaDelimitedList":
        items = [item.strip() for item in text.split(",")]
        for item in items:
            _exists(name, many.group(1) if many else "String", item, aws)
        return items
    _exists(name, kind, text, aws)
    return text


def _stored(name, path, kind, aws):
    try:
        found = aws.client("ssm").get_parameter(Name=path)["Parameter"]
    except ClientError as error:
        raise Invalid(
            f"Unable to fetch parameters [{path}] from parameter store for this account. (parameter {name})"
        ) from error
    wanted = "StringList" if kind.startswith("List<") or kind == "CommaDelimitedList" else "String"
    if found["Type"] != wanted:
        raise Invalid(f"Parameter '{name}' of type {kind} reads {path}, which is a {found['Type']}")
    return found["Value"]


def _exists(name, kind, value, aws):
    if kind in UNCHECKED or kind == "Number":
        return
    if kind not in EXISTS:
        raise Invalid(f"Parameter '{name}' has the unknown type {kind}")
    service, operation, argument = EXISTS[kind]
    try:
        getattr(aws.client(service), operation)(**{argument: [value]})
    except ClientError as error:
        raise Invalid(f"Parameter '{name}': {value} does not exist as {kind}") from error
