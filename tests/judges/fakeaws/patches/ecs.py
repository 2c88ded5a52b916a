"""ECS: moto keeps a part of what CreateService and UpdateService take; this keeps the rest.

Deployments end at once, with every desired task counted as running, so that `aws ecs wait services-stable` returns.
A family's name alone means its newest active revision, where moto would answer with one that was deregistered.
"""

from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend as Backend
from moto.ecs.responses import EC2ContainerServiceResponse as Responses
from moto.moto_api._internal import mock_random

# Arguments that moto stores in a form of its own, or that identify the service.
ITS_OWN = {"cluster", "service", "service_name", "task_definition", "role", "client_token", "force_new_deployment"}


def _keep(service, arguments):
    for argument, value in arguments.items():
        name = camelcase_to_underscores(argument)
        if name not in ITS_OWN and value is not None:
            setattr(service, name, value)
    if arguments.get("capacityProviderStrategy"):
        service.launch_type = None
    service.running_count, service.pending_count = service.desired_count, 0
    if service.deployments:
        deployment = service.deployments[0]
        deployment.update(
            id=f"ecs-svc/{mock_random.randint(0, 10**19)}",
            taskDefinition=service.task_definition,
            desiredCount=service.desired_count,
            runningCount=service.desired_count,
            pendingCount=0,
            rolloutState="COMPLETED",
            networkConfiguration=service.network_configuration,
            launchType=service.launch_type,
            platformVersion=service.platform_version,
            platformFamily="Linux",
            updatedAt=utcnow(),
        )
        deployment["rolloutStateReason"] = f"ECS deployment {deployment['id']} completed."


def _newest_active(describe):
    # Named as in moto, which passes it by name.
    def describe_task_definition(self, task_definition_str):
        family = task_definition_str.split("/")[-1]
        active = [rev for rev, found in self.task_definitions.get(family, {}).items() if found.status == "ACTIVE"]
        return describe(self, f"{family}:{max(active)}" if active else task_definition_str)

    return describe_task_definition


def apply():
    create, update = Responses.create_service, Responses.update_service
    Backend.describe_task_definition = _newest_active(Backend.describe_task_definition)

    def create_service(self):
        arguments = dict(self._get_params())
        cluster = self.ecs_backend._get_cluster(arguments.get("cluster", "default"))
        known = self.ecs_backend.services.get(f"{cluster.name}:{arguments['serviceName']}")
        if known and known.status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        result = create(self)
        _keep(result.result["service"], arguments)
        return result

    def update_service(self):
        arguments = dict(self._get_params())
        result = update(self)
        _keep(result.result["service"], arguments)
        return result

    Responses.create_service, Responses.update_service = create_service, update_service
