"""ECS tasks: those of services exist, and one that was started by itself has ended when it is looked at.

moto starts none for a service, knows one container of each, and wants a memory limit on every container, which on
Fargate only the task has. How the containers of a single task end can be chosen: `DAGFORGE_EXIT_CODE` among the
overrides of its environment.
"""

from moto.ecs.models import Container, Task
from moto.ecs.models import EC2ContainerServiceBackend as Backend
from moto.moto_api._internal import mock_random

NO_REQUIREMENTS = {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}


class Definition:
    """A task definition as moto's Container reads it: it looks at the first container."""

    def __init__(self, whole, container):
        self.arn, self.container_definitions = whole.arn, [container]


def _containers(definition):
    found = [Container(Definition(definition, each)) for each in definition.container_definitions]
    for container in found:
        container.runtime_id = mock_random.get_random_hex(32)
        container.exit_code = None
    return found


def _exit_code(task):
    overrides = (task.overrides or {}).get("containerOverrides", [])
    chosen = [pair["value"] for each in overrides for pair in each.get("environment", []) if pair["name"] == "DAGFORGE_EXIT_CODE"]
    return int(chosen[0]) if chosen else 0


def _status(task):
    return "RUNNING" if task.group.startswith("service:") or not task.seen else "STOPPED"


def _of_service(backend, cluster, name):
    """As many tasks as the service wants, of its present task definition."""
    service = backend.services.get(f"{cluster.name}:{name.split('/')[-1]}")
    if service is None or service.status != "ACTIVE":
        return []
    mine = [
        task
        for task in backend.tasks.setdefault(cluster.name, {}).values()
        if task.group == f"service:{service.name}" and task.task_definition_arn == service.task_definition
    ]
    while len(mine) < service.desired_count:
        definition = backend.describe_task_definition(service.task_definition)
        more = {"group": f"service:{service.name}", "networking_configuration": service.network_configuration}
        task = Task(cluster, definition, None, NO_REQUIREMENTS, backend, **more)
        backend.tasks[cluster.name][task.task_arn] = task
        mine.append(task)
    return mine[: service.desired_count]


def apply():
    begin, list_tasks, describe_tasks = Task.__init__, Backend.list_tasks, Backend.describe_tasks

    def __init__(self, cluster, task_definition, *arguments, **more):
        begin(self, cluster, task_definition, *arguments, **more)
        self.containers, self.seen = _containers(task_definition), False

    def listed(self, cluster_str=None, *arguments, **more):
        name = arguments[3] if len(arguments) > 3 else more.get("service_name")
        if name:
            return _of_service(self, self._get_cluster(cluster_str), name)
        return list_tasks(self, cluster_str, *arguments, **more)

    def described(self, cluster_str, tasks):
        found = describe_tasks(self, cluster_str, tasks)
        for task in found:
            task.seen = True
            for container in task.containers:
                container.last_status = task.status
                container.exit_code = _exit_code(task) if task.status == "STOPPED" else None
        return found

    Task.__init__, Task.status = __init__, property(_status, lambda self, value: None)
    Backend.list_tasks, Backend.describe_tasks = listed, described
    Backend._calculate_task_resource_requirements = staticmethod(lambda definition: dict(NO_REQUIREMENTS))
