"""No role may do more than it must: no wildcard but those that AWS leaves no choice about.

Both targets print the same statements of the plan, so reading the templates is enough; `test_same_deployment` holds the
roles that Terraform makes against them.
"""

from statements import listed, permissions

# Actions that know no resource, by AWS's own table of actions
# (https://docs.aws.amazon.com/service-authorization/latest/reference/).
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "ecs:ListServices",
    "logs:DescribeLogGroups",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}


def every(deployment):
    return [found for path in deployment.templates for found in permissions(path)]


def test_there_are_statements(deployment):
    assert len(every(deployment)) > 10


def test_actions_are_named(deployment):
    wild = [(where, action) for where, it in every(deployment) for action in listed(it["Action"]) if "*" in action]
    assert wild == []
    assert all(it["Effect"] == "Allow" for _, it in every(deployment))


def test_resources_are_named(deployment):
    wild = {
        (where, action)
        for where, it in every(deployment)
        for action in listed(it["Action"])
        if "*" in listed(it["Resource"]) and action not in WITHOUT_RESOURCE
    }
    assert wild == set()


def test_roles_are_passed_to_one_service(deployment):
    for where, it in every(deployment):
        if "iam:PassRole" in listed(it["Action"]):
            assert listed(it["Action"]) == ["iam:PassRole"], where
            passed = it["Condition"]["StringEquals"]["iam:PassedToService"]
            assert passed == "ecs-tasks.amazonaws.com", where
            root = f":role{deployment.plan['deployment']['role_root']}"
            assert all(root in resource for resource in listed(it["Resource"])), where


def test_tasks_are_started_and_tagged_in_the_cluster_alone(deployment):
    for where, it in every(deployment):
        actions = set(listed(it["Action"]))
        if actions & {"ecs:RunTask", "ecs:StopTask"}:
            assert "ecs:cluster" in it["Condition"]["ArnEquals"], where
        if "ecs:TagResource" in actions:
            assert it["Condition"]["StringEquals"]["ecs:CreateAction"] == "RunTask", where
