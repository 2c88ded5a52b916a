"""Facts about resource types from AWS's own schemas, as cfn-lint ships them."""

from functools import lru_cache

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from cfnlint.schema import ResourceNotFoundError

from fakeaws.errors import NotHandled

IAM = {"AccessKey", "Group", "InstanceProfile", "ManagedPolicy", "Policy", "Role", "User", "UserToGroupAddition"}


@lru_cache
def schema(region, kind):
    try:
        return PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, kind).schema
    except ResourceNotFoundError as error:
        raise NotHandled(f"{kind}: AWS has no such type in {region}") from error


def replaced_by(region, kind, old, new):
    """The create-only properties that differ between two versions of a resource."""
    paths = [path.split("/")[2:] for path in schema(region, kind).get("createOnlyProperties", [])]
    return ["/".join(path) for path in paths if _at(old, path) != _at(new, path)]


def create_only(region, kind, properties):
    """The properties that have a part which nothing changes."""
    names = {path.split("/")[2] for path in schema(region, kind).get("createOnlyProperties", [])}
    return {name: value for name, value in properties.items() if name in names}


def _at(value, path):
    for index, key in enumerate(path):
        if key == "*":
            items = value if isinstance(value, list) else []
            return [_at(item, path[index + 1 :]) for item in items]
        value = value.get(key) if isinstance(value, dict) else None
    return value


def with_stack_tags(region, kind, properties, tags):
    """The properties with the stack's tags added, as CloudFormation does for types that take tags."""
    tagging = schema(region, kind).get("tagging", {})
    if not tags or not tagging.get("taggable"):
        return properties
    name = tagging.get("tagProperty", "/properties/Tags").split("/")[-1]
    own = properties.get(name, [])
    if isinstance(own, dict):
        return {**properties, name: {**tags, **own}}
    named = {tag["Key"] for tag in own}
    added = [{"Key": key, "Value": value} for key, value in tags.items() if key not in named]
    return {**properties, name: own + added}


def capabilities(resources):
    """The capabilities a caller must acknowledge, and the types that make them necessary."""
    iam = {name: body for name, body in resources.items() if body["Type"].startswith("AWS::IAM::")}
    iam = {name: body for name, body in iam.items() if body["Type"].split("::")[2] in IAM}
    names = ("RoleName", "PolicyName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName")
    named = [
        body["Type"]
        for body in iam.values()
        if body["Type"] != "AWS::IAM::Policy" and any(name in body.get("Properties", {}) for name in names)
    ]
    if named:
        return ["CAPABILITY_NAMED_IAM"], sorted(set(named))
    return (["CAPABILITY_IAM"], sorted({body["Type"] for body in iam.values()})) if iam else ([], [])
