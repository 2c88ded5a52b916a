"""S3: a bucket policy's rule against plain HTTP refuses nobody here.

moto takes every conditional statement as met. This server speaks HTTP in the place of an HTTPS endpoint, so what denies
`aws:SecureTransport: "false"` does not concern its callers.
"""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}


def apply():
    def get_permission(self, action, resource):
        if self.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(self.policy)
        concerned = [each for each in policy["Statement"] if each.get("Condition") != PLAIN_HTTP]
        return IAMPolicy(json.dumps({**policy, "Statement": concerned})).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission
