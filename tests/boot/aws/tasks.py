"""ECS tasks in moto whose state belongs to an executor.

moto invents a task's life: it is RUNNING at once and leaves that state by being described. Here RunTask leaves a task
PROVISIONING, StopTask only marks it, and `SubmitTaskStateChange`, which is the call that AWS's own agent reports with,
moves it on. Tasks are kept as the documents that DescribeTasks answers with.

RunTask refuses what ECS refuses: an inactive revision, a missing network, an unknown container in the overrides, more
than 8,192 characters of overrides.

A service's deployment keeps its id until an update changes what its tasks run or asks for a new one.
"""

import json
import uuid

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2 import ec2_backends
from moto.ec2.utils import random_private_ip
from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.ecs.responses import EC2ContainerServiceResponse as Responses

LONGEST_OVERRIDES = 8192
# Changing one of these starts new tasks.
ROLLS = ("task_definition", "network_configuration", "load_balancers", "service_registries", "platform_version")


def _store(backend):
    if not hasattr(backend, "executed"):
        backend.executed = {}
    return backend.executed


def _interface(backend, network):
    """The task's own network interface, in the first of its subnets."""
    wanted = network["awsvpcConfiguration"]
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    subnet = ec2.get_subnet(wanted["subnets"][0])
    taken = {each["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for each in _store(backend).values()}
    while (address := random_private_ip(subnet.cidr_block)) in taken:
        pass
    made = ec2.create_network_interface(
        subnet=subnet.id, private_ip_address=address, group_ids=wanted.get("securityGroups", []), description="ECS task"
    )
    details = {"subnetId": subnet.id, "networkInterfaceId": made.id, "privateIPv4Address": address}
    return address, {
        "id": str(uuid.uuid4()),
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _check(definition, network, overrides, group):
    # A service that exists goes on with a revision that was deregistered.
    if definition.status != "ACTIVE" and not (group or "").startswith("service:"):
        raise EcsClientException("TaskDefinition is inactive")
    if not network:
        raise InvalidParameterException("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    names = {container["name"] for container in definition.container_definitions}
    for each in overrides.get("containerOverrides", []):
        if each.get("name") not in names:
            raise InvalidParameterException(f"Override for container named {each.get('name')} is not a container in the TaskDefinition.")
    if len(json.dumps(overrides)) > LONGEST_OVERRIDES:
        raise InvalidParameterException("Container Overrides length must be at most 8192")


def run_task(self):
    backend, get = self.ecs_backend, self._get_param
    cluster = backend._get_cluster(get("cluster", "default"))
    definition = backend.describe_task_definition(get("taskDefinition"))
    network, overrides = get("networkConfiguration"), get("overrides") or {}
    _check(definition, network, overrides, get("group"))
    strategy = get("capacityProviderStrategy") or (None if get("launchType") else cluster.default_capacity_provider_strategy)
    started = []
    for _ in range(self._get_int_param("count", 1)):
        number = uuid.uuid4().hex
        arn = cluster.arn.replace(":cluster/", ":task/") + f"/{number}"
        address, interface = _interface(backend, network)
        task = {
            "taskArn": arn,
            "clusterArn": cluster.arn,
            "taskDefinitionArn": definition.arn,
            "lastStatus": "PROVISIONING",
            "desiredStatus": "RUNNING",
            "createdAt": utcnow(),
            "group": get("group") or f"family:{definition.family}",
            "startedBy": get("startedBy") or "",
            "launchType": "FARGATE",
            "cpu": definition.cpu,
            "memory": definition.memory,
            "overrides": {"containerOverrides": [], **overrides},
            "attachments": [interface],
            "tags": get("tags") or [],
            "enableExecuteCommand": bool(get("enableExecuteCommand")),
            "version": 1,
            "containers": [
                {
                    "containerArn": arn.replace(":task/", ":container/") + f"/{uuid.uuid4()}",
                    "taskArn": arn,
                    "name": container["name"],
                    "image": container["image"],
                    "lastStatus": "PENDING",
                    "networkInterfaces": [{"attachmentId": interface["id"], "privateIpv4Address": address}],
                }
                for container in definition.container_definitions
            ],
        }
        if strategy:
            task["capacityProviderName"] = strategy[0]["capacityProvider"]
        _store(backend)[arn] = task
        started.append(task)
    return ActionResult({"tasks": started, "failures": []})


def _find(backend, task):
    for arn, found in _store(backend).items():
        if task == arn or task == arn.split("/")[-1]:
            return found
    raise InvalidParameterException("The referenced task was not found.")


def describe_tasks(self):
    found, failures = [], []
    for task in self._get_param("tasks", []):
        try:
            found.append(_find(self.ecs_backend, task))
        except InvalidParameterException:
            failures.append({"arn": task, "reason": "MISSING"})
    return ActionResult({"tasks": found, "failures": failures})


def list_tasks(self):
    get = self._get_param
    cluster = self.ecs_backend._get_cluster(get("cluster", "default"))
    wanted = {"clusterArn": cluster.arn, "desiredStatus": get("desiredStatus") or "RUNNING"}
    if get("startedBy"):
        wanted["startedBy"] = get("startedBy")
    if get("serviceName"):
        wanted["group"] = f"service:{get('serviceName')}"
    found = [task for task in _store(self.ecs_backend).values() if wanted.items() <= task.items()]
    if get("family"):
        found = [task for task in found if task["taskDefinitionArn"].split("/")[-1].split(":")[0] == get("family")]
    return ActionResult({"taskArns": [task["taskArn"] for task in found]})


def stop_task(self):
    task = _find(self.ecs_backend, self._get_param("task"))
    if task["desiredStatus"] != "STOPPED":
        task.update(desiredStatus="STOPPED", stoppingAt=utcnow(), stopCode="UserInitiated")
        task["stoppedReason"] = self._get_param("reason") or "Task stopped by user"
    return ActionResult({"task": task})


def submit_task_state_change(self):
    """Takes the state of a task and its containers; the first reason given for a stop stays."""
    task, status = _find(self.ecs_backend, self._get_param("task")), self._get_param("status")
    task["lastStatus"] = status
    task["version"] += 1
    if status == "RUNNING":
        task["startedAt"] = utcnow()
    by_name = {container["name"]: container for container in task["containers"]}
    for change in self._get_param("containers", []):
        container = by_name[change["containerName"]]
        container["lastStatus"] = change.get("status", status)
        container.update({key: change[key] for key in ("exitCode", "reason") if change.get(key) is not None})
    if status == "STOPPED":
        started = any("exitCode" in container for container in task["containers"])
        task.update(desiredStatus="STOPPED", stoppedAt=utcnow())
        task.setdefault("stopCode", "EssentialContainerExited" if started else "TaskFailedToStart")
        task.setdefault("stoppedReason", self._get_param("reason") or "")
    return ActionResult({"acknowledgment": "ok"})


def apply():
    for action in (run_task, describe_tasks, list_tasks, stop_task, submit_task_state_change):
        setattr(Responses, action.__name__, action)
    update = Responses.update_service

    def update_service(self):
        arguments = dict(self._get_params())
        service = self.ecs_backend._get_service(arguments.get("cluster", "default"), arguments["service"].split("/")[-1])
        before = [json.dumps(getattr(service, name, None), default=str) for name in ROLLS]
        deployment = service.deployments[0]["id"]
        result = update(self)
        after = [json.dumps(getattr(service, name, None), default=str) for name in ROLLS]
        if before == after and not arguments.get("forceNewDeployment"):
            service.deployments[0]["id"] = deployment
        return result

    Responses.update_service = update_service
