"""The role that releases may do what a release does, and nothing else.

A release is `ops.sh images`, `config`, `deploy` of the platform, a code location or a task, and `rollback`. What these call
is read from the script; what CloudFormation calls on their behalf is in the schemas of the resource types that change with a
revision, as cfn-lint ships them.
"""

import fnmatch
import re

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

import deployments
from statements import listed, permissions, resources

# Calls of `ops.sh` in a release, and the actions that they are.
RELEASE = {
    "cloudformation deploy": {
        "cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        # The parameters of a template, and whether the ids in them name something.
        "ssm:GetParameters", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
    },
    # The script's hint after a failure.
    "cloudformation describe-stack-events": {"cloudformation:DescribeStackEvents"},
    "ecr batch-get-image": {"ecr:BatchGetImage"},
    "ecr get-login-password": {"ecr:GetAuthorizationToken"},
    "ecs describe-task-definition": {"ecs:DescribeTaskDefinition"},
    "ecs list-task-definitions": {"ecs:ListTaskDefinitions"},
    "s3 cp": {"s3:PutObject"},
    "sts get-caller-identity": set(),
}  # fmt: skip
# `docker push`, after <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html>.
PUSH = {
    "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload",
    "ecr:PutImage", "ecr:UploadLayerPart",
}  # fmt: skip
# Calls of `ops.sh` in other commands, which an operator or an administrator gives.
OTHER = {
    "cloudformation delete-stack": "destroy",
    "cloudformation describe-stacks": "status, and asking for the target, which the workflow says",
    "cloudformation set-stack-policy": "deploying network, registry and data",
    "cloudformation wait": "destroy",
    "ecs deregister-task-definition": "destroy",
    "ecs describe-services": "status and migrate",
    "ecs describe-tasks": "open and migrate",
    "ecs list-tasks": "open",
    "ecs run-task": "migrate",
    "ecs update-service": "restart",
    "ecs wait": "restart and migrate",
    "elbv2 describe-load-balancers": "open",
    "logs filter-log-events": "logs",
    "s3api delete-objects": "destroy",
    "s3api list-buckets": "destroy",
    "s3api list-object-versions": "destroy",
    "ssm start-session": "open",
}
# Layers that change with the spec alone.
ADMINISTRATORS = {"encryption", "network", "registry", "data", "access", "extra"}
# What changes with a revision, and what CloudFormation does to it.
CHANGED = {
    "AWS::ECS::TaskDefinition": ("create", "delete"),
    "AWS::ECS::Service": ("update",),
    "AWS::Scheduler::Schedule": ("update",),
}
# What the schemas have and a release has no use for.
UNUSED = {
    "ecs:StopServiceDeployment": "an update that is cancelled; the circuit breaker ends one that fails",
    "ecs:UntagResource": "tags come from the spec, and an administrator deploys those",
}


@pytest.fixture(params=[name for name in deployments.names() if deployments.deployment(name).plan.get("access")])
def released(request):
    deployment = deployments.deployment(request.param)
    if not deployment.plan["access"]["deploy_role"]:
        pytest.skip("it has no role that releases")
    return deployment


def statements(deployment):
    (path,) = (path for path in deployment.templates if path.name == "70-access.yaml")
    return [it for where, it in permissions(path) if " DeployRole " in where]


def actions(deployment):
    return {action for it in statements(deployment) for action in listed(it["Action"])}


def called(deployment):
    script = (deployment.folder / "ops" / "ops.sh").read_text()
    return {" ".join(found) for found in re.findall(r"\baws ([a-z0-9]+) ([a-z-]+)", script)}


def handled(deployment):
    """What CloudFormation calls to change what a revision changes."""
    stacks = [layer.path for layer in deployment.layers if layer.name not in ADMINISTRATORS]
    kinds = {resource["Type"] for path in stacks for _, resource in resources(path)}
    found = set()
    for kind in kinds & set(CHANGED):
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["handlers"]
        found |= {action for verb in CHANGED[kind] for action in handlers[verb]["permissions"]}
    return found


def test_every_call_of_the_script_is_a_releases_or_anothers(released):
    assert called(released) <= RELEASE.keys() | OTHER.keys()


def test_the_role_may_do_what_a_release_does_and_nothing_else(released):
    calls = set().union(PUSH, *(RELEASE[call] for call in called(released) & RELEASE.keys()))
    needed = calls | (handled(released) - UNUSED.keys())
    assert actions(released) == needed


def test_it_deploys_exactly_the_stacks_of_a_release(released):
    (deploys,) = (it for it in statements(released) if it["Sid"] == "DeployStacks")
    patterns = {re.search(r":stack/(.*)/\*$", resource)[1] for resource in deploys["Resource"]}
    for layer in released.layers:
        matching = [pattern for pattern in patterns if fnmatch.fnmatchcase(layer.stack, pattern)]
        assert len(matching) == (layer.name not in ADMINISTRATORS), layer
    assert all(fnmatch.filter([layer.stack for layer in released.layers], pattern) for pattern in patterns)


def test_its_trust_names_jobs_in_full(released):
    (path,) = (path for path in released.templates if path.name == "70-access.yaml")
    ((_, role),) = (each for each in resources(path) if each[0] == "DeployRole")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity" and trust["Condition"].keys() == {"StringEquals"}
    tested = trust["Condition"]["StringEquals"]
    assert tested["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    subjects = tested["token.actions.githubusercontent.com:sub"]
    assert subjects and all(re.fullmatch(r"repo:[^*?:]+/[^*?:]+:(environment|ref):[^*?]+", each) for each in subjects)


def test_the_workflow_takes_it_on(released):
    role = released.plan["access"]["deploy_role"]
    workflow = (released.folder / "github" / "deploy.yml").read_text()
    assert f'role-to-assume: "{role["arn"]}"' in workflow
    environment = released.plan["github"]["environment"]
    assert any(subject.endswith(f":environment:{environment}") for subject in role["subjects"])
