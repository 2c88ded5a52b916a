"""Bucket policies that deny plain HTTP, on a server that speaks nothing else.

moto takes a statement whose condition does not hold for a denial. Our requests stand for requests over TLS, so the
statements that deny `aws:SecureTransport: false` are left out before moto looks.
"""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket as Bucket


def _plain_http_only(statement):
    return statement["Effect"] == "Deny" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}


def get_permission(self, action, resource):
    policy = json.loads(self.policy) if self.policy else {"Statement": []}
    statements = [each for each in policy["Statement"] if not _plain_http_only(each)]
    if not statements:
        return PermissionResult.NEUTRAL
    return IAMPolicy({**policy, "Statement": statements}).is_action_permitted(action, resource)


def apply():
    Bucket.get_permission = get_permission
