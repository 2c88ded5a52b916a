"""Changes to moto itself, applied once before the server starts."""

from fakeaws.patches import accounts, cloudformation, ec2, ecs, efs, existing, rds


def apply():
    for module in (accounts, cloudformation, ec2, ecs, efs, existing, rds):
        module.apply()
