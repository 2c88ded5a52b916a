"""The ways in which a template or a resource can be refused."""


class Invalid(Exception):
    """CloudFormation's ValidationError: the request is refused before anything is created."""

    code = "ValidationError"


class MissingCapability(Invalid):
    """The template creates IAM resources that the caller did not acknowledge."""

    code = "InsufficientCapabilitiesException"


class NotHandled(Exception):
    """A resource type, property or function that this package does not know: never passed over."""


class MustReplace(Exception):
    """Raised by a handler whose resource cannot take the change in place."""
