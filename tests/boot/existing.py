"""What a deployment expects to find in the account: networks, zones and secrets that its spec names.

Networks and zones are fakeaws's to make (it knows them by their ids in the templates). Secrets that no template creates
are made here, with a value for each key that a container asks for.
"""

import json
import urllib.request

from boot.rendered import placeholder

EXISTING = "/moto-api/fakeaws/existing"


def texts(deployment):
    return "\n".join((deployment.folder / layer["template"]).read_text() for layer in deployment.layers)


def networks(endpoint, deployment, account):
    body = json.dumps({"region": deployment.region, "account": account, "text": texts(deployment)}).encode()
    request = urllib.request.Request(endpoint + EXISTING, data=body, headers={"content-type": "application/json"})
    urllib.request.urlopen(request).read()


def references(deployment):
    """`valueFrom` of every container that names something in its own text, and not another stack's output."""
    found = set()
    for definition in deployment.task_definitions().values():
        for container in definition["ContainerDefinitions"]:
            found |= {item["ValueFrom"] for item in container.get("Secrets", [])}
    return sorted(each for each in found if not each.startswith("ref-"))


def text_of(keys):
    """A secret that is one text, or one with keys."""
    return keys[""] if list(keys) == [""] else json.dumps(keys)


def fill(world, deployment):
    """What people do with the empty secrets that a deployment makes: gives them what containers ask for."""
    manager, wanted = world.admin("secretsmanager"), {}
    for layer in deployment.layers:
        template = deployment.template(layer)
        for resource in template["Resources"].values():
            for container in placeholder(resource.get("Properties", {})).get("ContainerDefinitions", []):
                for item in container.get("Secrets", []):
                    name, key, *_ = [*item["ValueFrom"].removeprefix("ref-").split(":"), ""]
                    path = template.get("Parameters", {}).get(name, {}).get("Default", "")
                    if "/registry/" in path:
                        wanted.setdefault(path, {})[key] = f"value of {key or item['Name']}"
    for path, values in wanted.items():
        arn = world.admin("ssm").get_parameter(Name=path)["Parameter"]["Value"]
        manager.put_secret_value(SecretId=arn, SecretString=text_of(values))


def secrets(world, deployment):
    manager, values = world.admin("secretsmanager"), {}
    for reference in references(deployment):
        if ":secretsmanager:" in reference:
            name, key, *_ = [*reference.split(":secret:")[1].split(":"), ""]
            values.setdefault(name, {})[key] = f"value of {name} {key}".strip()
        else:
            name = reference.split(":parameter", 1)[-1]
            world.admin("ssm").put_parameter(Name=name, Value=f"value of {name}", Type="SecureString", Overwrite=True)
    known = [secret["Name"] for secret in manager.list_secrets()["SecretList"]]
    for name, keys in values.items():
        if name not in known:
            manager.create_secret(Name=name, SecretString=text_of(keys))
