"""ECS: clusters, task definitions, services.

A service is checked as ECS checks it when it is created: its roles exist, its target groups hang on a load balancer, its
containers and ports are those of the task definition, its capacity providers belong to the cluster.
"""

from fakeaws.errors import Invalid
from fakeaws.resources.base import Handler, Table, handles


@handles("AWS::ECS::Cluster")
class Cluster(Table):
    service, name = "ecs", ("ClusterName", 255)
    rename = {"ClusterName": "clusterName", "ClusterSettings": "settings"}
    create_call, made = "create_cluster", "cluster.clusterName"
    update_call, delete_call, describe_call = "update_cluster", "delete_cluster", "describe_clusters"
    keys = {"update": "cluster", "delete": "cluster", "describe": "clusters"}
    plural, shown = True, "clusters[0]"
    reads, tag_arn = {"Arn": "clusterArn"}, "clusterArn"

    def describe(self, aws, physical, p):
        include = ["CONFIGURATIONS", "SETTINGS"]
        return aws.client("ecs").describe_clusters(clusters=[physical], include=include)["clusters"][0]


@handles("AWS::ECS::ClusterCapacityProviderAssociations")
class CapacityProviders(Handler):
    def create(self, aws, p):
        aws.call("ecs", "put_cluster_capacity_providers", p)
        return p["Cluster"]

    def update(self, aws, physical, old, new):
        aws.call("ecs", "put_cluster_capacity_providers", new)

    def delete(self, aws, physical, p):
        none = {"Cluster": physical, "CapacityProviders": [], "DefaultCapacityProviderStrategy": []}
        aws.call("ecs", "put_cluster_capacity_providers", none)


@handles("AWS::ECS::TaskDefinition")
class TaskDefinition(Table):
    service, name = "ecs", ("Family", 255)
    create_call, made = "register_task_definition", "taskDefinition.taskDefinitionArn"
    describe_call, key, shown = "describe_task_definition", "taskDefinition", "taskDefinition"
    delete_call = "deregister_task_definition"
    reads, tag_arn = {"TaskDefinitionArn": "@"}, "taskDefinitionArn"


@handles("AWS::ECS::Service")
class Service(Table):
    service, name = "ecs", ("ServiceName", 255)
    create_call, made = "create_service", "service.serviceArn"
    update_call, describe_call, delete_call = "update_service", "describe_services", "delete_service"
    keys = {"update": "service", "delete": "service", "describe": "services"}
    extra, plural, shown = {"cluster": "Cluster"}, True, "services[0]"
    reads, tag_arn = {"Name": "serviceName", "ServiceArn": "@"}, "serviceArn"

    def create(self, aws, p):
        check_service(aws, p)
        return super().create(aws, p)

    def change(self, aws, physical, changed, new):
        check_service(aws, new)
        super().change(aws, physical, changed, new)

    def delete(self, aws, physical, p):
        aws.client("ecs").delete_service(cluster=p.get("Cluster", "default"), service=physical, force=True)

    def check_kept(self, aws, described, p):
        # The API answers with the ARN of what the template may name otherwise.
        super().check_kept(aws, described, {key: value for key, value in p.items() if key not in ("Cluster", "Role")})


def check_service(aws, p):
    """Refuses what ECS refuses, where moto would not."""
    ecs = aws.client("ecs")
    found = ecs.describe_task_definition(taskDefinition=p["TaskDefinition"])["taskDefinition"]
    for member in ("taskRoleArn", "executionRoleArn"):
        if member in found:
            aws.client("iam").get_role(RoleName=found[member].split("/")[-1])
    ports = {
        (container["name"], mapping["containerPort"])
        for container in found["containerDefinitions"]
        for mapping in container.get("portMappings", [])
    }
    for target in p.get("LoadBalancers", []):
        groups = aws.client("elbv2").describe_target_groups(TargetGroupArns=[target["TargetGroupArn"]])["TargetGroups"]
        if not groups[0]["LoadBalancerArns"]:
            raise Invalid(f"The target group {target['TargetGroupArn']} does not have an associated load balancer.")
        if (target["ContainerName"], int(target["ContainerPort"])) not in ports:
            raise Invalid(f"The container {target['ContainerName']} does not expose port {target['ContainerPort']}.")
    rollout = p.get("DeploymentConfiguration", {})
    if p.get("AvailabilityZoneRebalancing") == "ENABLED" and int(rollout.get("MaximumPercent", 200)) <= 100:
        raise Invalid("AvailabilityZoneRebalancing requires a maximumPercent above 100")
    cluster = ecs.describe_clusters(clusters=[p.get("Cluster", "default")])["clusters"][0]
    for item in p.get("CapacityProviderStrategy", []):
        if item["CapacityProvider"] not in (cluster.get("capacityProviders") or []):
            raise Invalid(f"The capacity provider {item['CapacityProvider']} is not associated with the cluster.")
