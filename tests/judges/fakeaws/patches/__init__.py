"""Changes to moto itself, applied once before the server starts."""

from fakeaws.patches import accounts, cloudformation, ec2, ecs, efs


def apply():
    for module in (accounts, cloudformation, ec2, ecs, efs):
        module.apply()
