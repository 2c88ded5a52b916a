"""Stack policies: which updates of a stack's resources are refused.

Reads what a rendered stack policy says, and no more: anything else in one is an error.
"""

import json

from fakeaws.errors import Invalid, NotHandled

ACTIONS = {"Modify": "Update:Modify", "Replace": "Update:Replace", "Remove": "Update:Delete"}
STATEMENT_KEYS = {"Effect", "Principal", "Action", "Resource", "Condition"}


def parse(text):
    """The statements of a policy document."""
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"Error validating stack policy: Invalid stack policy ({error})") from error
    for statement in statements:
        if set(statement) - STATEMENT_KEYS or statement["Principal"] != "*" or statement["Resource"] != "*":
            raise NotHandled(f"the stack policy's statement {statement}")
        if set(statement.get("Condition", {})) - {"StringEquals"}:
            raise NotHandled(f"the stack policy's condition {statement['Condition']}")
    return statements


def refuse(statements, actions):
    """Raises for the first change that the policy denies. A change whose kind is known only later counts as the worst."""
    for action, logical, kind, replacement in actions:
        if action == "Add":
            continue
        wanted = ACTIONS["Replace" if replacement == "True" else action]
        if not _allowed(statements, wanted, kind):
            raise Invalid(f"Action denied by stack policy: no statement allows [{wanted}] for resource [{logical}]")


def _allowed(statements, action, kind):
    effects = {each["Effect"] for each in statements if _concerns(each, action, kind)}
    return "Allow" in effects and "Deny" not in effects


def _concerns(statement, action, kind):
    named = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    kinds = statement.get("Condition", {}).get("StringEquals", {}).get("ResourceType")
    return bool({action, "Update:*"} & set(named)) and (kinds is None or kind in kinds)
