"""Secrets of a task definition: `valueFrom` in each of the forms that ECS takes."""

import json

SECRET_PARTS = 7


def resolve(value_from, client):
    """The value behind a `valueFrom`; `client(service)` gives a client with the execution role's credentials.

    Secrets Manager: the ARN, optionally followed by `:json-key:version-stage:version-id`, each of which may be empty.
    Parameter Store: an ARN, or a name in the task's own region.
    """
    if ":secretsmanager:" not in value_from:
        name = value_from.split(":parameter", 1)[-1]
        if value_from.startswith("arn:") and name.count("/") == 1:
            name = name[1:]
        found = client("ssm").get_parameters(Names=[name], WithDecryption=True)
        if found["InvalidParameters"]:
            raise LookupError(f"invalid ssm parameters: {name}")
        return found["Parameters"][0]["Value"]
    parts = value_from.split(":")
    arn, (key, stage, version) = ":".join(parts[:SECRET_PARTS]), (parts[SECRET_PARTS:] + ["", "", ""])[:3]
    chosen = {"VersionStage": stage, "VersionId": version}
    chosen = {name: value for name, value in chosen.items() if value}
    text = client("secretsmanager").get_secret_value(SecretId=arn, **chosen)["SecretString"]
    if not key:
        return text
    value = json.loads(text)[key]
    return value if isinstance(value, str) else json.dumps(value)
