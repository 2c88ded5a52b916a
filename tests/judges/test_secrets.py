"""No secret stands in a rendered byte, and the one that AWS generates keeps its shape for ever."""

import math
import re

import pytest

from statements import resources

SHAPES = {
    "AWS access key": rb"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
    "private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "credentials in an address": rb"[a-z+]+://[^\s/:@\"']+:[^\s/:@\"'$]{3,}@",
    "GitHub token": rb"\bgh[pousr]_[A-Za-z0-9]{30,}",
    "Slack token": rb"\bxox[abprs]-[A-Za-z0-9-]{10,}",
}
# A digest of the config is as random as a secret, and meant to be seen.
WORD = re.compile(rb"[A-Za-z0-9+/=_]{24,}")


def entropy(word):
    counts = [word.count(bytes([byte])) for byte in set(word)]
    return -sum(count / len(word) * math.log2(count / len(word)) for count in counts)


def suspicious(text, known):
    """Long words that mix cases and digits the way generated passwords do."""
    for word in set(WORD.findall(text)):
        mixed = re.search(rb"[a-z]", word) and re.search(rb"[A-Z]", word) and re.search(rb"[0-9]", word)
        if mixed and entropy(word) > 4.2 and not any(word in name for name in known):
            yield word


def leaves(value, key=None):
    """Every single value and the key it stands under."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, key)
    else:
        yield key, value


def test_no_file_holds_a_secret(deployment):
    for path, content in deployment.files().items():
        for what, shape in SHAPES.items():
            assert not re.search(shape, content), f"{path}: {what}"


def test_no_word_looks_generated(deployment):
    # The id of a client is public: every browser that signs in shows it.
    known = [value.encode() for key, value in leaves(deployment.plan) if key == "client_id"]
    found = {(path, word) for path, content in deployment.files().items() for word in suspicious(content, known)}
    # Logical ids are long, mix cases and digits, and name what they are.
    ids = {name.encode() for path in deployment.templates for name, _ in resources(path)}
    assert {it for it in found if not any(it[1] in name or name in it[1] for name in ids)} == set()


@pytest.mark.parametrize("text", [b"k = hJ4nQ8sLx2VbT9wZc6RyPd3M", b"AKIAABCDEFGHIJKLMNOP", b"postgresql://dagster:hunter2@db/x"])
def test_secrets_would_be_seen(text):
    assert list(suspicious(text, known=[])) or any(re.search(shape, text) for shape in SHAPES.values())


def test_the_generated_password_is_frozen(deployment):
    """Any change to this block makes CloudFormation generate a new password, which the database never hears of.

    Do not bless a change here: a deployment that exists would lose its database.
    """
    (path,) = [layer.path for layer in deployment.layers if layer.name == "data"]
    secrets = {name: it for name, it in resources(path) if it["Type"] == "AWS::SecretsManager::Secret"}
    if not deployment.plan["data"]["database"]["created"]["secret"]:
        assert "DatabaseSecret" not in secrets
        return
    assert secrets["DatabaseSecret"]["Properties"]["GenerateSecretString"] == {
        "SecretStringTemplate": '{"username":"dagster"}',
        "GenerateStringKey": "password",
        "PasswordLength": 40,
        "ExcludeCharacters": "\"@/\\ '%:?#[]&=+`$",
    }


def test_containers_get_passwords_through_secrets_alone(deployment):
    text = deployment.text()
    # With tokens there is no password but the one that allows them.
    tokens = deployment.plan["instance"]["database_iam"]
    assert ("DAGSTER_POSTGRES_PASSWORD" in text) != tokens
    assert ("DAGFORGE_DATABASE_PASSWORD" in text) == bool(tokens and deployment.plan["data"]["database"]["created"])
    for path in deployment.templates:
        for name, resource in resources(path):
            for container in resource.get("Properties", {}).get("ContainerDefinitions", []):
                variables = container.get("Environment", [])
                values = [it["Value"] for it in variables]
                assert not any("{{resolve" in str(value) for value in values), f"{path.name} {name}"
                plain = {it["Name"] for it in variables}
                assert not {"DAGSTER_POSTGRES_PASSWORD", "DAGFORGE_DATABASE_PASSWORD"} & plain, f"{path.name} {name}"
