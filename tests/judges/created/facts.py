"""Facts: (kind, name) to what was created, with generated ids replaced by what they stand for."""

import json


class Facts:
    def __init__(self):
        self._found, self._symbols = {}, {}
        # Names of the managed policies that are created, by ARN.
        self.policies = {}

    def add(self, kind, name, /, **values):
        """Tells something about a thing; what several resources tell about one thing is put together.

        A thing without a name of its own is named by its id, for which `stands_for` has a word.
        """
        self._found.setdefault((kind, name), {}).update(values)

    def append(self, kind, name, key, value):
        """Adds to a list whose order means nothing."""
        self._found.setdefault((kind, name), {}).setdefault(key, Unordered()).append(value)

    def stands_for(self, symbol, *ids):
        """Each of these generated ids is written as `<symbol>` from now on."""
        for each in ids:
            if each:
                self._symbols[each] = f"<{symbol}>"

    def all(self):
        """Everything, by (kind, name)."""
        return {(kind, self._plain(name)): self._plain(values) for (kind, name), values in self._found.items()}

    def _plain(self, value):
        """Without ids, without what is empty, JSON documents parsed, unordered lists sorted."""
        if isinstance(value, dict):
            plain = {self._plain(key): self._plain(item) for key, item in value.items()}
            return {key: item for key, item in plain.items() if item not in (None, "", [], {})}
        if isinstance(value, Unordered):
            plain = (self._plain(item) for item in value)
            return Unordered(sorted(plain, key=lambda item: json.dumps(item, sort_keys=True)))
        if isinstance(value, (list, tuple)):
            return [self._plain(item) for item in value]
        if isinstance(value, str):
            # Longer ones first: an ARN holds the id that another resource has.
            for each in sorted(self._symbols, key=len, reverse=True):
                value = value.replace(each, self._symbols[each])
        return value


class Unordered(list):
    """A list whose order AWS does not keep."""


def policy(document):
    """An IAM policy with single values written as lists, as IAM reads it."""
    if isinstance(document, str):
        document = json.loads(document)
    statements = document["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return {**document, "Statement": [_statement(statement) for statement in statements]}


def _statement(statement):
    plain = dict(statement)
    for key in ("Action", "Resource", "NotAction", "NotResource"):
        if key in plain:
            plain[key] = _listed(plain[key])
    if isinstance(plain.get("Principal"), dict):
        plain["Principal"] = {kind: _listed(value) for kind, value in plain["Principal"].items()}
    conditions = plain.get("Condition", {})
    plain["Condition"] = {
        operator: {key: _listed(value) for key, value in tests.items()} for operator, tests in conditions.items()
    }
    return plain


def _listed(value):
    return value if isinstance(value, list) else [value]


def container(definition):
    """A container definition: pairs as mappings, without what the API adds to every one of them."""
    plain = dict(definition)
    plain["environment"] = {pair["name"]: pair["value"] for pair in plain.get("environment") or []}
    plain["secrets"] = {pair["name"]: pair["valueFrom"] for pair in plain.get("secrets") or []}
    if not plain.get("cpu"):
        plain.pop("cpu", None)
    for key in ("DAGSTER_CONTAINER_CONTEXT",):
        if key in plain["environment"]:
            plain["environment"][key] = json.loads(plain["environment"][key])
    return plain


def rule(direction, protocol, ports, peer, description):
    """One security-group rule."""
    first, last = ports
    span = "all" if first in (None, -1) else f"{first}-{last}"
    return f"{direction} {protocol} {span} {peer}: {description}"


def listener_rule_of(conditions, actions):
    """A listener's rule as CloudFormation writes it, without the client's secret, which nobody shows."""
    ordered = sorted(actions, key=lambda each: int(each["Order"]))
    return {
        "hosts": Unordered(_values(conditions, "HostHeaderConfig")),
        "paths": Unordered(_values(conditions, "PathPatternConfig")),
        "actions": [_rule_action(each) for each in ordered],
    }


def _values(conditions, config):
    return [value for each in conditions for value in each.get(config, {}).get("Values", [])]


def _rule_action(told):
    login = told.get("AuthenticateOidcConfig") or told.get("AuthenticateCognitoConfig") or {}
    hidden = ("ClientSecret", "UseExistingClientSecret", "AuthenticationRequestExtraParams")
    return {
        "type": told["Type"],
        "target": told.get("TargetGroupArn"),
        "login": {key: str(value) for key, value in login.items() if key not in hidden},
    }
