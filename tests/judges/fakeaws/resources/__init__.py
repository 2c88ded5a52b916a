"""One handler per resource type, in one module per service."""

from fakeaws.resources import (  # noqa: F401 - importing a module registers its handlers.
    autoscaling,
    cloudwatch,
    data,
    discovery,
    ecs,
    efs,
    elb,
    events,
    iam,
    keys,
    network,
    registry,
    route53,
    s3,
    security_groups,
    vpc,
)
from fakeaws.resources.base import HANDLERS, handler_of

__all__ = ["HANDLERS", "handler_of"]
