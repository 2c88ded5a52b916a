"""Evaluates IAM policies for the statements that a deployment's roles are made of.

No library on the Python registry evaluates identity policies with conditions and is kept up, so this does, bounded: the
elements Effect, Action, Resource and Condition (no Not… forms, no policy variables), the operators in `OPERATORS`, each
with the suffix IfExists. Anything else is an error and never a silent "allowed". Service control, session and resource
policies are not looked at; a permissions boundary is.
"""

import re
from dataclasses import dataclass, field

ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition"}


class NotEvaluated(Exception):
    """The policy uses something that is not evaluated here."""


@dataclass
class Request:
    """One thing that a call needs: an action on a resource, with the condition keys that AWS fills for it."""

    action: str
    resource: str
    context: dict = field(default_factory=dict)

    def __str__(self):
        return f"{self.action} on {self.resource} {self.context or ''}".strip()


def matches(pattern, value, case=True):
    """IAM's wildcards: `*` any characters, `?` one; nothing else is special."""
    expression = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in re.split(r"([*?])", pattern))
    return re.fullmatch(expression, value, 0 if case else re.IGNORECASE) is not None


def arn_matches(pattern, value):
    """ArnLike and ArnEquals: part by part, so that a wildcard does not reach over a colon before the resource."""
    wanted, given = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(given) and all(matches(*pair) for pair in zip(wanted, given))


OPERATORS = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringLike": matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
}


def texts(value):
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def holds(condition, context):
    """Whether every operator and key of a condition holds; a key that the request lacks does not."""
    keys = {key.lower(): texts(value) for key, value in context.items()}
    for operator, tests in condition.items():
        name = operator.removesuffix("IfExists")
        if name not in OPERATORS:
            raise NotEvaluated(f"condition operator {operator}")
        for key, wanted in tests.items():
            given = keys.get(key.lower())
            if given is None:
                if name == operator:
                    return False
            elif not any(OPERATORS[name](each, value) for each in texts(wanted) for value in given):
                return False
    return True


@dataclass(frozen=True)
class Permission:
    """One action on one resource pattern of one statement: the unit of the report on what is never used."""

    role: str
    sid: str
    action: str
    resource: str


class Role:
    """A role's identity policies, and its permissions boundary if it has one."""

    def __init__(self, name, documents, boundary=None):
        self.name, self.boundary = name, boundary
        self.statements = [statement for document in documents for statement in listed(document["Statement"])]
        for statement in [*self.statements, *(listed(boundary["Statement"]) if boundary else [])]:
            if unknown := set(statement) - ELEMENTS:
                raise NotEvaluated(f"{name}: {sorted(unknown)}")
            if "${" in str(statement):
                raise NotEvaluated(f"{name}: policy variables in {statement}")

    def permissions(self):
        """Every permission that it grants."""
        return {
            Permission(self.name, statement.get("Sid", ""), action, resource)
            for statement in self.statements
            if statement["Effect"] == "Allow"
            for action in texts(statement["Action"])
            for resource in texts(statement["Resource"])
        }

    def grants(self, request):
        """The permissions that allow a request; empty when it is denied."""
        if _effects(self.statements, request, "Deny"):
            return set()
        if self.boundary:
            limits = listed(self.boundary["Statement"])
            if _effects(limits, request, "Deny") or not _effects(limits, request, "Allow"):
                return set()
        return {
            Permission(self.name, statement.get("Sid", ""), action, resource)
            for statement, action, resource in _effects(self.statements, request, "Allow")
        }


def listed(value):
    return value if isinstance(value, list) else [value]


def _effects(statements, request, effect):
    """(statement, action, resource) of every statement with that effect that applies."""
    return [
        (statement, action, resource)
        for statement in statements
        if statement["Effect"] == effect and holds(statement.get("Condition", {}), request.context)
        for action in texts(statement["Action"])
        if matches(action, request.action, case=False)
        for resource in texts(statement["Resource"])
        if matches(resource, request.resource)
    ]
