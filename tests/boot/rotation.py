"""What RDS, Secrets Manager and EventBridge do when RDS rotates a password that it keeps.

RDS gives the user a new password and puts it into the secret; its staging label moves, which Secrets Manager tells
EventBridge; a rule whose pattern matches starts its target with its own role. The target is executed by `aws.machines`.
"""

import json
import secrets

from boot.ecs.clock import until

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
LABEL = "AWSCURRENT"


def rotate(stage):
    """A new password in the database and in its secret; returns the event that tells of it."""
    manager, arn = stage.world.admin("secretsmanager"), stage.secret()
    value = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    value["password"] = secrets.token_urlsafe(24)
    stage.postgres.sql(f"alter role {value['username']} password '{value['password']}'")
    put = manager.put_secret_value(SecretId=arn, SecretString=json.dumps(value))
    return {
        "version": "0",
        "id": put["VersionId"],
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": arn.split(":")[4],
        "time": "2026-02-06T16:43:48Z",
        "region": stage.deployment.region,
        "resources": [arn],
        "detail": {"name": put["Name"], "labelUpdated": LABEL, "versionId": put["VersionId"]},
    }


def matches(pattern, event):
    """EventBridge's patterns, as far as they list values: a member matches with any of its values."""
    for key, wanted in pattern.items():
        given = event.get(key)
        if isinstance(wanted, dict):
            if not isinstance(given, dict) or not matches(wanted, given):
                return False
            continue
        if not all(isinstance(each, str) for each in wanted):
            raise NotImplementedError(f"{key}: {wanted}")
        if not set(wanted) & set(given if isinstance(given, list) else [given]):
            return False
    return True


def deliver(stage, event):
    """Starts what the rules that match say; returns the executions."""
    events, started = stage.world.admin("events"), []
    for rule in events.list_rules()["Rules"]:
        if rule["State"] == "ENABLED" and "EventPattern" in rule and matches(json.loads(rule["EventPattern"]), event):
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                states = stage.world.client("stepfunctions", target["RoleArn"])
                execution = states.start_execution(stateMachineArn=target["Arn"], input=json.dumps(event))
                started.append(execution["executionArn"])
    return started


def ended(stage, execution):
    """What an execution came to, once it has."""
    states = stage.world.admin("stepfunctions")

    def over():
        found = states.describe_execution(executionArn=execution)
        return found if found["status"] != "RUNNING" else None

    return until(over, 120, f"{execution} goes on")
