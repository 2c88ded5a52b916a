"""The rendered Terraform brought to a stage, whose infrastructure CloudFormation has made.

Terraform applies with whatever provider the judges choose (`tests/judges/terraform.py`), to a server of its own. What it
applied is read from its state: task definitions, services, config objects and the policies of roles then replace those
of the stage. Ids that AWS generates differ between the two and are translated: each published value has the same name in
both targets, as an SSM parameter in one and a local in the other. That everything else is the same is what
`tests/judges/test_same_deployment.py` says; network, target groups and names of services stay the stage's.
"""

import json
import re
import sys

from boot.aws import JUDGES

sys.path.insert(0, str(JUDGES))

import deployments  # noqa: E402
import fakeaws  # noqa: E402
import terraform  # noqa: E402

# What `terraform.Module` applies.
REVISION = "rev1"
lacking = terraform.choose


def _local(name, owner):
    return f"{name}_{owner.replace('-', '_')}" if owner else name


class Applied:
    """What Terraform made of one deployment."""

    def __init__(self, name, folder):
        self.deployment = deployments.deployment(name)
        with fakeaws.running() as endpoint:
            self.module = terraform.Module(self.deployment, folder, fakeaws.environment(endpoint, self.deployment.region))
            self.module.init()
            self.module.apply()
            self.resources = list(self.module.resources().values())
            self.published = self._published()

    def of(self, kind):
        return [each["values"] for each in self.resources if each["type"] == kind]

    def _published(self):
        """SSM path of a published value to the local's value."""
        names = {
            value["path"]: _local(name, layer["owner"])
            for layer in self.deployment.plan["layers"]
            for name, value in layer["publishes"].items()
        }
        fields = ", ".join(f"{local} = local.{local}" for local in sorted(set(names.values())))
        told = self.module.terraform("console", *self.module.given, input=f"jsonencode({{{fields}}})\n").stdout
        found = json.loads(json.loads(told))
        return {path: found[local] for path, local in names.items()}


class Switch:
    """Moves a stage to what Terraform applied."""

    def __init__(self, stage, applied):
        self.stage, self.applied = stage, applied
        found = {made: stage.deployer.parameter(path) for path, made in applied.published.items()}
        # An ARN that ends in the stage's value is the same thing, named in full.
        self.ids = {made: here for made, here in found.items() if made.split("/")[-1] != here}

    def all(self):
        for owner in [layer.owner for layer in self.applied.deployment.layers if layer.name == "registry"]:
            self.stage.push(owner, REVISION)
        self._config()
        self._policies()
        self._definitions()
        self._services()
        self.stage.note("switched to Terraform")

    def translated(self, text):
        """All generated ids in one pass, so that no translation is translated again; longer ones first."""
        pattern = "|".join(re.escape(each) for each in sorted(self.ids, key=len, reverse=True))
        return re.sub(pattern, lambda found: self.ids[found[0]], text)

    def _config(self):
        s3 = self.stage.world.admin("s3")
        for each in self.applied.of("aws_s3_object"):
            body = (self.applied.module.folder / each["source"]).read_bytes()
            put = s3.put_object(Bucket=self.translated(each["bucket"]), Key=each["key"], Body=body)
            self.ids[each["version_id"]] = put["VersionId"]

    def _policies(self):
        iam = self.stage.world.admin("iam")
        for each in self.applied.of("aws_iam_role_policy"):
            document = self.translated(each["policy"])
            iam.put_role_policy(RoleName=each["role"], PolicyName=each["name"], PolicyDocument=document)

    def _definitions(self):
        """Those of runs first: a server's definition names theirs, in the revision that they get here."""
        ecs = self.stage.world.admin("ecs")
        for each in sorted(self.applied.of("aws_ecs_task_definition"), key=lambda each: "_server_" in each["family"]):
            (platform,) = each["runtime_platform"]
            made = ecs.register_task_definition(
                family=each["family"],
                containerDefinitions=json.loads(self.translated(each["container_definitions"])),
                cpu=each["cpu"],
                memory=each["memory"],
                networkMode=each["network_mode"],
                requiresCompatibilities=each["requires_compatibilities"],
                executionRoleArn=each["execution_role_arn"],
                taskRoleArn=each["task_role_arn"],
                volumes=[{"name": volume["name"]} for volume in each["volume"]],
                runtimePlatform={
                    "cpuArchitecture": platform["cpu_architecture"],
                    "operatingSystemFamily": platform["operating_system_family"],
                },
            )
            self.ids[each["arn"]] = made["taskDefinition"]["taskDefinitionArn"]

    def _services(self):
        ecs = self.stage.world.admin("ecs")
        for each in self.applied.of("aws_ecs_service"):
            ecs.update_service(
                cluster=each["cluster"],
                service=each["name"],
                taskDefinition=self.ids[each["task_definition"]],
                desiredCount=each["desired_count"],
                deploymentConfiguration={
                    "minimumHealthyPercent": each["deployment_minimum_healthy_percent"],
                    "maximumPercent": each["deployment_maximum_percent"],
                },
                healthCheckGracePeriodSeconds=each["health_check_grace_period_seconds"] or 0,
                enableExecuteCommand=each["enable_execute_command"],
            )
