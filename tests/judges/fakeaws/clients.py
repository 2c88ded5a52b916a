"""boto3 clients for the server that this process serves, and calls whose arguments come from a template.

`call` turns CloudFormation's spelling of properties into the API's by walking the operation's input shape: names match
without regard to case, `"256"` becomes 256 where the API wants a number, a JSON document becomes text where it wants
text, and tags change between list and map. A property without a place in the API is an error.
"""

import json
import threading

import boto3
from botocore.config import Config

from fakeaws.errors import NotHandled
from fakeaws.process import access_key

_endpoint = None
_lock = threading.Lock()
_clients = {}


def serve_at(endpoint):
    """Tells handlers where the server of this process listens."""
    global _endpoint
    _endpoint = endpoint


class Aws:
    """One account and region, as a handler sees it."""

    def __init__(self, account, region):
        self.account, self.region = account, region
        self.partition = boto3.Session().get_partition_for_region(region)
        self.suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def client(self, service):
        with _lock:
            key = (self.account, self.region, service)
            if key not in _clients:
                _clients[key] = boto3.client(
                    service,
                    endpoint_url=_endpoint,
                    region_name=self.region,
                    # moto reads a twelve-digit key id as the account.
                    aws_access_key_id=access_key(self.account),
                    aws_secret_access_key="testing",
                    config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, max_pool_connections=40),
                )
            return _clients[key]

    def arn(self, service, resource, region=True, account=True):
        return f"arn:{self.partition}:{service}:{self.region if region else ''}:{self.account if account else ''}:{resource}"

    def shape(self, service, operation):
        client = self.client(service)
        name = client.meta.method_to_api_mapping[operation]
        return client.meta.service_model.operation_model(name).input_shape

    def accepts(self, service, operation):
        """The lower-case names of an operation's arguments."""
        return {name.lower() for name in self.shape(service, operation).members}

    def described_members(self, service, operation, path):
        """The members that a describe call shows under `path`: lower case to their own spelling."""
        client = self.client(service)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        shape = model.output_shape
        for step in filter(None, path.replace("[0]", ".[0]").split(".")):
            shape = shape.member if step == "[0]" else shape.members[step]
        return {name.lower(): name for name in shape.members}

    def call(self, service, operation, properties, /, **exact):
        """Calls `operation` with translated `properties` and literal `exact` arguments."""
        arguments = convert(properties, self.shape(service, operation), operation)
        return getattr(self.client(service), operation)(**arguments, **exact)


def convert(value, shape, path):
    """`value` from a template in the form that `shape` of the API wants."""
    return _FORMS.get(shape.type_name, _scalar)(value, shape, path)


def _structure(value, shape, path):
    if not isinstance(value, dict):
        raise NotHandled(f"{path}: expected an object, found {value!r}")
    members = {name.lower(): name for name in shape.members}
    result = {}
    for key, inner in value.items():
        name = members.get(key.lower())
        if name is None:
            raise NotHandled(f"{path}.{key}: the API has no such argument")
        result[name] = convert(inner, shape.members[name], f"{path}.{key}")
    return result


def _list(value, shape, path):
    if isinstance(value, dict) and shape.member.type_name == "structure":
        value = [{"Key": key, "Value": inner} for key, inner in value.items()]
    if not isinstance(value, list):
        raise NotHandled(f"{path}: expected a list, found {value!r}")
    return [convert(inner, shape.member, f"{path}[{index}]") for index, inner in enumerate(value)]


def _map(value, shape, path):
    if isinstance(value, list):
        value = {item["Key"]: item["Value"] for item in value}
    return {key: convert(inner, shape.value, f"{path}.{key}") for key, inner in value.items()}


def _string(value, shape, path):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return str(value)


def _boolean(value, shape, path):
    return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]


def _scalar(value, shape, path):
    return value


_FORMS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": lambda value, shape, path: int(value),
    "long": lambda value, shape, path: int(value),
    "float": lambda value, shape, path: float(value),
    "double": lambda value, shape, path: float(value),
}
