"""What a recorded call asks of IAM: its action, the ARN it is checked against, and the condition keys AWS fills.

Written from the Service Authorization Reference for the calls that Dagster, the AWS CLI and the ECS agent make here. A
call that is not in the table is an error: whoever adds one looks up what it is checked against.

Notes: RunTask with tags is checked for `ecs:TagResource` too, and for `iam:PassRole` on both roles of the definition. The
log calls are checked against the stream's ARN. A secret named by a partial ARN is checked under its full one, which ends
in six random characters.
"""

from boot.policy import Request, holds, listed, texts


class Unknown(Exception):
    """A call whose needs nobody has written down."""


class Needs:
    """Translates calls; asks the server for what a call only refers to."""

    def __init__(self, world, account, partition="aws"):
        self.world, self.account, self.partition, self._known = world, account, partition, {}

    def arn(self, service, resource, region=True):
        place = f"{self.world.region}:{self.account}" if region else ":"
        return f"arn:{self.partition}:{service}:{place}:{resource}"

    def of(self, call):
        """The requests of one call."""
        name = f"{call.service}_{call.operation}" if call.service != "s3" else "s3"
        translate = getattr(self, f"_{name.replace('-', '_')}", None)
        if translate is None:
            raise Unknown(f"{call.service} {call.operation} {call.method} {call.path} by {call.role}")
        return translate(call)

    def _described(self, service, operation, argument, value):
        """The server's answer, asked for once."""
        key = (operation, value)
        if key not in self._known:
            self._known[key] = getattr(self.world.admin(service), operation)(**{argument: value})
        return self._known[key]

    # ECS

    def _cluster(self, given):
        return given if given.startswith("arn:") else self.arn("ecs", f"cluster/{given}")

    def _ecs_RunTask(self, call):
        asked = call.arguments
        cluster = self._cluster(asked.get("cluster", "default"))
        definition = self._described("ecs", "describe_task_definition", "taskDefinition", asked["taskDefinition"])["taskDefinition"]
        context = {"ecs:cluster": cluster, "ecs:enable-execute-command": str(asked.get("enableExecuteCommand", False)).lower()}
        tags = {f"aws:RequestTag/{tag['key']}": tag["value"] for tag in asked.get("tags", [])}
        if tags:
            tags["aws:TagKeys"] = [tag["key"] for tag in asked["tags"]]
        needs = [Request("ecs:RunTask", definition["taskDefinitionArn"], context | tags)]
        if tags:
            task = self.arn("ecs", f"task/{cluster.split('/')[-1]}/*")
            needs.append(Request("ecs:TagResource", task, {"ecs:CreateAction": "RunTask", **tags}))
        for role in ("taskRoleArn", "executionRoleArn"):
            if definition.get(role):
                needs.append(Request("iam:PassRole", definition[role], {"iam:PassedToService": "ecs-tasks.amazonaws.com"}))
        return needs

    def _on_tasks(self, call, tasks):
        cluster = self._cluster(call.arguments.get("cluster", "default"))
        full = [task if task.startswith("arn:") else self.arn("ecs", f"task/{cluster.split('/')[-1]}/{task}") for task in tasks]
        return [Request(f"ecs:{call.operation}", task, {"ecs:cluster": cluster}) for task in full]

    def _ecs_DescribeTasks(self, call):
        return self._on_tasks(call, call.arguments["tasks"])

    def _ecs_StopTask(self, call):
        return self._on_tasks(call, [call.arguments["task"]])

    def _ecs_DescribeTaskDefinition(self, call):
        return [Request("ecs:DescribeTaskDefinition", "*")]

    def _ecs_ListServices(self, call):
        return [Request("ecs:ListServices", "*", {"ecs:cluster": self._cluster(call.arguments["cluster"])})]

    def _ecs_UpdateService(self, call):
        cluster, service = self._cluster(call.arguments["cluster"]), call.arguments["service"]
        full = service if service.startswith("arn:") else self.arn("ecs", f"service/{cluster.split('/')[-1]}/{service}")
        return [Request("ecs:UpdateService", full, {"ecs:cluster": cluster})]

    # The database, whose right to connect `tokens` names

    def _rds_db_connect(self, call):
        return [Request("rds-db:connect", call.arguments["resource"])]

    # File systems, mounted for a task

    def _mount(self, call):
        context = {"elasticfilesystem:AccessPointArn": call.arguments["accessPoint"]}
        return [Request(f"elasticfilesystem:{call.operation}", call.arguments["fileSystem"], context)]

    _elasticfilesystem_ClientMount = _elasticfilesystem_ClientWrite = _mount

    # State machines

    def _states_StartExecution(self, call):
        return [Request("states:StartExecution", call.arguments["stateMachineArn"])]

    # Logs

    def _stream(self, call):
        asked = call.arguments
        stream = f"log-group:{asked['logGroupName']}:log-stream:{asked['logStreamName']}"
        return [Request(f"logs:{call.operation}", self.arn("logs", stream))]

    _logs_CreateLogStream = _logs_PutLogEvents = _logs_GetLogEvents = _stream

    # Secrets

    def _secretsmanager_GetSecretValue(self, call):
        found = self._described("secretsmanager", "describe_secret", "SecretId", call.arguments["SecretId"])
        return [Request("secretsmanager:GetSecretValue", found["ARN"])]

    def _ssm_GetParameters(self, call):
        names = [name.lstrip("/") for name in call.arguments["Names"]]
        return [Request("ssm:GetParameters", self.arn("ssm", f"parameter/{name}")) for name in names]

    # Images

    def _ecr_GetAuthorizationToken(self, call):
        return [Request("ecr:GetAuthorizationToken", "*")]

    def _image(self, call):
        repository = self.arn("ecr", f"repository/{call.arguments['repositoryName']}")
        return [Request(f"ecr:{call.operation}", repository)]

    _ecr_BatchGetImage = _ecr_BatchCheckLayerAvailability = _ecr_GetDownloadUrlForLayer = _image

    # S3, whose requests have no operation name

    def _s3(self, call):
        bucket, _, key = call.path.lstrip("/").partition("/")
        if not key:
            if call.method not in ("GET", "HEAD") or set(call.query) & {"policy", "acl", "versioning", "versions"}:
                raise Unknown(f"s3 {call.method} {call.path} {call.query}")
            context = {"s3:prefix": call.query["prefix"]} if "prefix" in call.query else {}
            return [Request("s3:ListBucket", self.arn("s3", bucket, region=False), context)]
        action = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "POST": "PutObject", "DELETE": "DeleteObject"}
        if call.method in ("GET", "HEAD") and "versionId" in call.query:
            return [Request("s3:GetObjectVersion", self.arn("s3", f"{bucket}/{key}", region=False))]
        return [Request(f"s3:{action[call.method]}", self.arn("s3", f"{bucket}/{key}", region=False))]


def role_of(world, arn):
    """A role's policies as the server has them: (documents, boundary or None)."""
    iam, name = world.admin("iam"), arn.split("/")[-1]
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        documents.append(_managed(iam, attached["PolicyArn"]))
    boundary = iam.get_role(RoleName=name)["Role"].get("PermissionsBoundary")
    return documents, _managed(iam, boundary["PermissionsBoundaryArn"]) if boundary else None


def trusts(world, arn, service, source):
    """Whether a role lets a service act for `source`, an ARN of this account."""
    document = world.admin("iam").get_role(RoleName=arn.split("/")[-1])["Role"]["AssumeRolePolicyDocument"]
    context = {"aws:SourceArn": source, "aws:SourceAccount": source.split(":")[4]}
    return any(
        each["Effect"] == "Allow"
        and service in texts(each["Principal"]["Service"])
        and "sts:AssumeRole" in texts(each["Action"])
        and holds(each.get("Condition", {}), context)
        for each in listed(document["Statement"])
    )


def _managed(iam, arn):
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
