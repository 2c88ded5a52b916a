"""No role may do more than it must: no wildcard but those that AWS leaves no choice about.

Both targets print the same statements of the plan, so reading the templates is enough; `test_same_deployment` holds the
roles that Terraform makes against them.
"""

from statements import listed, permissions

# Actions that know no resource, by AWS's own table of actions
# (https://docs.aws.amazon.com/service-authorization/latest/reference/).
WITHOUT_RESOURCE = {
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "ecs:DeregisterTaskDefinition",
    "ecs:DescribeTaskDefinition",
    "ecs:ListServices",
    "ecs:ListTaskDefinitions",
    "ecs:RegisterTaskDefinition",
    "logs:DescribeLogGroups",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}

# The table has a container instance as its resource, of which Fargate has none: the tasks of a cluster are listed on `*`,
# and the cluster is a condition.
LISTED_BY_CLUSTER = {"ecs:ListTasks"}


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
        if "*" in listed(it["Resource"]) and action not in WITHOUT_RESOURCE | LISTED_BY_CLUSTER
    }
    assert wild == set()


def test_tasks_are_listed_in_the_cluster_alone(deployment):
    for where, it in every(deployment):
        if LISTED_BY_CLUSTER & set(listed(it["Action"])):
            assert listed(it["Action"]) == ["ecs:ListTasks"] and "ecs:cluster" in it["Condition"]["ArnEquals"], where


def test_people_restart_services_as_they_are(deployment):
    """Whoever may update a service of a policy for people may not give it another task definition."""
    for where, it in every(deployment):
        if "ecs:UpdateService" in listed(it["Action"]) and "Policy" in where:
            assert it["Condition"] == {"Null": {"ecs:task-definition": "true"}}, where


def test_people_enter_tasks_by_the_tag_of_their_service(deployment):
    """The cluster is a resource of the same request, and is no way in by itself."""
    for where, it in every(deployment):
        tasks = [resource for resource in listed(it["Resource"]) if ":task/" in resource]
        if {"ecs:ExecuteCommand", "ssm:StartSession"} & set(listed(it["Action"])) and tasks:
            assert it["Condition"]["StringEquals"]["aws:ResourceTag/dagforge:service"], where


def test_roles_are_passed_to_one_service(deployment):
    for where, it in every(deployment):
        if "iam:PassRole" in listed(it["Action"]):
            assert listed(it["Action"]) == ["iam:PassRole"], where
            passed = it["Condition"]["StringEquals"]["iam:PassedToService"]
            # Whoever updates a schedule passes the schedule's role.
            schedules = all(resource.endswith("-schedule") for resource in listed(it["Resource"]))
            assert passed == ("scheduler.amazonaws.com" if schedules else "ecs-tasks.amazonaws.com"), where
            root = f":role{deployment.plan['deployment']['role_root']}"
            assert all(root in resource for resource in listed(it["Resource"])), where


def test_tasks_are_started_and_tagged_in_the_cluster_alone(deployment):
    for where, it in every(deployment):
        actions = set(listed(it["Action"]))
        if "ecs:RunTask" in actions:
            assert "ecs:cluster" in it["Condition"]["ArnEquals"], where
        if "ecs:TagResource" in actions:
            tasks = all(":task/" in resource for resource in listed(it["Resource"]))
            made = "RunTask" if tasks else "RegisterTaskDefinition"
            assert it["Condition"]["StringEquals"]["ecs:CreateAction"] == made, where


def test_definitions_are_registered_under_the_deployments_tag(deployment):
    for where, it in every(deployment):
        if "ecs:RegisterTaskDefinition" in listed(it["Action"]):
            assert listed(it["Action"]) == ["ecs:RegisterTaskDefinition"], where
            tag = it["Condition"]["StringEquals"]["aws:RequestTag/dagforge:deployment"]
            assert tag == deployment.name, where


def test_tasks_of_others_are_not_stopped(deployment):
    """The resource names the cluster; in one that is shared the tag tells the deployment's own tasks from others."""
    shared = deployment.plan["platform"]["cluster"]["created"] is None
    own = {"aws:ResourceTag/dagforge:deployment": deployment.name}
    for where, it in every(deployment):
        if "ecs:StopTask" in listed(it["Action"]):
            condition = it["Condition"]
            assert condition == {"StringEquals": own} if shared else "ecs:cluster" in condition["ArnEquals"], where
        elif "ecs:DescribeTasks" in listed(it["Action"]) and shared and "Enter" not in it["Sid"]:
            assert it["Condition"] == {"StringEqualsIfExists": own}, where


def test_keys_are_used_through_what_they_encrypt(deployment):
    """A session of ECS Exec alone has a key that no service uses on its behalf."""
    for where, it in every(deployment):
        if any(action.startswith("kms:") for action in listed(it["Action"])) and "Session" not in it["Sid"]:
            assert it["Condition"]["StringEquals"]["kms:ViaService"].split(".")[0] in ("s3", "secretsmanager"), where
