"""Changes to moto itself, applied once before the server starts."""

from fakeaws.patches import accounts, cloudformation, ec2, ecs, efs, existing, rds, s3, ssm, tasks


def apply():
    for module in (accounts, cloudformation, ec2, ecs, efs, existing, rds, s3, ssm, tasks):
        module.apply()
