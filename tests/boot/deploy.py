"""Deploys a rendering's CloudFormation layers with the real AWS CLI, in the order and with the words of its plan, and calls
the rendered `ops.sh`."""

import os
import subprocess

import boto3

TIMEOUT = 1200


class Deployer:
    def __init__(self, deployment, endpoint):
        self.deployment = deployment
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        self.environment = kept | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": deployment.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
        }
        self.ssm = boto3.client(
            "ssm",
            endpoint_url=endpoint,
            region_name=deployment.region,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def aws(self, *words):
        done = subprocess.run(
            ["aws", *words], env=self.environment, capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise RuntimeError(f"aws {' '.join(words)}: {done.stderr}{done.stdout}")
        return done.stdout

    def ops(self, *words):
        """The rendered script, which finds the same AWS CLI; returns what it says."""
        done = subprocess.run(
            [self.deployment.folder / "ops" / "ops.sh", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise RuntimeError(f"ops.sh {' '.join(words)}: {done.stderr}{done.stdout}")
        return done.stderr + done.stdout

    def parameter(self, path):
        """A published value; a look, so not worth a process of the CLI."""
        return self.ssm.get_parameter(Name=path)["Parameter"]["Value"]

    def layer(self, layer, **values):
        """One stack; `values` are the parameters that the plan says a deployer passes."""
        command = ["cloudformation", "deploy", "--stack-name", layer["stack"], "--no-fail-on-empty-changeset"]
        command += ["--template-file", str(self.deployment.folder / layer["template"])]
        if layer["capabilities"]:
            command += ["--capabilities", *layer["capabilities"]]
        if layer["parameters"]:
            command += ["--parameter-overrides", *[f"{name}={values[name]}" for name in layer["parameters"]]]
        try:
            return self.aws(*command)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self._failures(layer['stack'])}") from None

    def _failures(self, stack):
        query = "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]"
        return self.aws("cloudformation", "describe-stack-events", "--stack-name", stack, "--query", query)

    def upload_config(self):
        """Both files under the digest's key, as `ops.sh config` does between the data and the platform layer."""
        bucket = self.parameter(f"/dagforge/{self.deployment.name}/data/config_bucket")
        for file in self.deployment.plan["config"]["files"].values():
            source = str(self.deployment.folder / "config" / file["name"])
            self.aws("s3api", "put-object", "--bucket", bucket, "--key", file["digest_key"], "--body", source)
        return bucket
