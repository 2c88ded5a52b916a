"""Deploys rendered templates with the real AWS CLI, and tells what changed."""

import functools

import boto3

import fakeaws
from fakeaws import existing
from shell import run

DEFAULT_ACCOUNT = "123456789012"


class World:
    """One account of a server and the region of one deployment."""

    def __init__(self, endpoint, region, account=DEFAULT_ACCOUNT):
        self.endpoint, self.region, self.account = endpoint, region, account
        self.env = fakeaws.environment(endpoint, region, account)

    def aws(self, *arguments, **more):
        """The real AWS CLI."""
        return run("aws", *arguments, env=self.env, **more)

    @functools.cache
    def client(self, service):
        keys = {"aws_access_key_id": fakeaws.access_key(self.account), "aws_secret_access_key": "testing"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=self.region, **keys)

    def prepare(self, deployment):
        """Creates what the deployment expects to find."""
        existing.post(self.endpoint, self.region, deployment.text(), self.account)

    def deploy(self, deployment, gitrev, only=None):
        """Deploys every layer in order, the config in between, and returns what happened to each stack.

        The result maps stacks to {logical id: last event}; a stack that had nothing to change is not in it.
        `only` names the stacks to deploy instead of all.
        """
        happened = {}
        for layer in deployment.layers:
            if only is not None and layer.stack not in only:
                continue
            if layer.name == "platform":
                self.upload_config(deployment)
            changes = self.deploy_layer(layer, gitrev)
            if changes:
                happened[layer.stack] = changes
        return happened

    def deploy_layer(self, layer, gitrev):
        before = self.events(layer.stack)
        if layer.adopts and not before:
            self.take_over(layer, gitrev)
        command = ["cloudformation", "deploy", "--stack-name", layer.stack, "--template-file", layer.path]
        command += ["--no-fail-on-empty-changeset"]
        if layer.capabilities:
            command += ["--capabilities", *layer.capabilities]
        if layer.parameters:
            given = {"GitRev": gitrev}
            command += ["--parameter-overrides", *(f"{name}={given[name]}" for name in layer.parameters)]
        done = self.aws(*command, expect=None)
        events = self.events(layer.stack)[len(before) :]
        reasons = [event["ResourceStatusReason"] for event in events if "FAILED" in event["ResourceStatus"]]
        assert done.returncode == 0, f"{layer.stack}: {done.stderr.strip()}\n{reasons}"
        return {event["LogicalResourceId"]: event for event in events if event["LogicalResourceId"] != layer.stack}

    def take_over(self, layer, gitrev):
        """As the runbook says: a change set imports what exists and makes the rest."""
        cloudformation, name = self.client("cloudformation"), {"StackName": layer.stack, "ChangeSetName": "adopt"}
        cloudformation.create_change_set(
            **name, ChangeSetType="CREATE", ImportExistingResources=True, TemplateBody=layer.text, Capabilities=layer.capabilities,
            Parameters=[{"ParameterKey": each, "ParameterValue": gitrev} for each in layer.parameters],
        )
        cloudformation.execute_change_set(**name)

    def upload_config(self, deployment):
        """As the runbook says: under the digest that the task definitions name, unless they have the files themselves."""
        if deployment.plan["config"]["bucket"] is None:
            return
        self.aws("s3", "cp", deployment.folder / "config", deployment.config_prefix(self.account), "--recursive")

    def events(self, stack):
        """Oldest first; none for a stack that is not there."""
        if stack not in self.statuses():
            return []
        pages = self.client("cloudformation").describe_stack_events(StackName=stack)
        return pages["StackEvents"][::-1]

    def statuses(self):
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in stacks}
