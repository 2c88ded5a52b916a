"""The real AWS CLI deploys every rendered deployment, updates it, and takes an unprotected one down again."""

import json

import pytest

import deployments
from worlds import World

COMPLETE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
SPARE_ACCOUNT = "222222222222"


def kinds(changes):
    """The resource types that a deployment of one stack touched."""
    return {event["ResourceType"] for event in changes.values()}


def services(world, deployment):
    """Every service of the deployment, by name."""
    ecs = world.client("ecs")
    cluster = deployment.plan["platform"]["cluster"]["name"]
    arns = [arn for page in ecs.get_paginator("list_services").paginate(cluster=cluster) for arn in page["serviceArns"]]
    # describe_services takes ten at a time.
    tens = [arns[start : start + 10] for start in range(0, len(arns), 10)]
    found = [each for ten in tens for each in ecs.describe_services(cluster=cluster, services=ten)["services"]]
    # A deleted one stays in moto's list.
    return {service["serviceName"]: service for service in found if service["status"] == "ACTIVE"}


def definition(world, name):
    return world.client("ecs").describe_task_definition(taskDefinition=name)["taskDefinition"]


def expected_services(deployment):
    servers = [each["server"] for each in deployment.plan["locations"] if each["server"]]
    core = {f"{deployment.name}_core_webserver", f"{deployment.name}_core_daemon"}
    if deployment.plan["ui"]["read_only_copy"]:
        core.add(f"{deployment.name}_core_read_only_copy")
    return core | {server["service"]["name"] for server in servers}


def current(world, deployment):
    """The revision that the webserver's image ends in now."""
    containers = definition(world, f"{deployment.name}_core_webserver")["containerDefinitions"]
    (web,) = (each for each in containers if each["name"] == "webserver")
    return web["image"].rsplit(":", 1)[1]


def test_templates_are_valid(deployment, deployed):
    world = deployed(deployment).world
    for path in deployment.distinct_templates():
        world.aws("cloudformation", "validate-template", "--template-body", f"file://{path}")


def test_every_stack_is_complete(deployment, deployed):
    first = deployed(deployment)
    world, happened = first.world, first.happened
    assert set(happened) == {layer.stack for layer in deployment.layers}
    mine = {name: status for name, status in world.statuses().items() if name in happened}
    assert set(mine.values()) <= COMPLETE, mine


def given_images(deployment):
    """Containers whose image has a version of its own: they fetch the config, or stand beside Dagster's."""
    definitions = [side for each in deployment.plan["locations"] if each["server"] for side in (each["run"], each["server"]["task"])]
    names = {container["name"] for definition in definitions for container in definition["containers"]}
    return {"config", *names} - {"run", "server"}


def test_services_run_what_was_rendered(deployment, deployed):
    world = deployed(deployment).world
    found = services(world, deployment)
    assert set(found) == expected_services(deployment)
    for name, service in found.items():
        running = definition(world, service["taskDefinition"])
        assert running["family"] == name and running["status"] == "ACTIVE"
        assert (running["networkMode"], running["requiresCompatibilities"]) == ("awsvpc", ["FARGATE"])
        assert running["taskRoleArn"] != running["executionRoleArn"]
        for container in running["containerDefinitions"]:
            if container["name"] not in given_images(deployment):
                assert container["image"].endswith(f":{current(world, deployment)}"), container["image"]


def test_code_servers_name_their_run_definitions(deployment, deployed):
    """The one thing a launched run depends on: the context names a definition and a container that exist."""
    world = deployed(deployment).world
    for location in deployment.plan["locations"]:
        containers = definition(world, location["server"]["task"]["family"])["containerDefinitions"]
        (server,) = (each for each in containers if each["name"] == "server")
        environment = {pair["name"]: pair["value"] for pair in server["environment"]}
        context = json.loads(environment["DAGSTER_CONTAINER_CONTEXT"])["ecs"]
        run = definition(world, context["task_definition_arn"])
        assert run["taskDefinitionArn"] == context["task_definition_arn"]
        assert run["family"] == location["run"]["family"]
        assert context["container_name"] in [each["name"] for each in run["containerDefinitions"]]
        assert environment["DAGSTER_CURRENT_IMAGE"] == server["image"]


def test_the_sidecar_finds_its_config(deployment, deployed):
    """What `aws s3 cp` uploaded is where the sidecar's command looks, or it has the files with it."""
    world = deployed(deployment).world
    s3 = world.client("s3")
    inline = deployment.plan["config"]["bucket"] is None
    for name in ("core_webserver", "core_daemon"):
        containers = definition(world, f"{deployment.name}_{name}")["containerDefinitions"]
        (sidecar,) = (each for each in containers if each["name"] == "config")
        environment = {pair["name"]: pair["value"] for pair in sidecar.get("environment", [])}
        command = " ".join(sidecar["command"])
        for path in sorted((deployment.folder / "config").iterdir()):
            if inline:
                carried = environment["DAGFORGE_" + path.name.replace(".", "_").upper()]
                assert carried + "\n" == path.read_text() and path.name in command
                continue
            prefix = deployment.config_prefix(world.account)
            bucket, key = prefix.removeprefix("s3://").split("/", 1)
            assert key + path.name in command
            assert bucket in command or bucket in environment.values()
            assert s3.get_object(Bucket=bucket, Key=key + path.name)["Body"].read() == path.read_bytes()


def test_deploying_again_changes_nothing(deployment, deployed):
    world = deployed(deployment).world
    core = [layer.stack for layer in deployment.layers if layer.name != "location" and not layer.owner]
    assert world.deploy(deployment, current(world, deployment), only=core) == {}


def test_a_new_revision_touches_tasks_and_services_only(deployment, deployed):
    world = deployed(deployment).world
    before = services(world, deployment)
    revised = [layer.stack for layer in deployment.layers if layer.parameters]
    tasks = {layer.stack for layer in deployment.layers if layer.name in ("task", "operations")}
    happened = world.deploy(deployment, "rev2", only=revised)
    assert set(happened) == set(revised)
    for stack, changes in happened.items():
        # A task has no service, nor has the migration; a schedule names the revision that it starts.
        runs = {"AWS::Scheduler::Schedule"} & kinds(changes) if stack in tasks else {"AWS::ECS::Service"}
        assert kinds(changes) == {"AWS::ECS::TaskDefinition"} | runs, stack
    for name, service in services(world, deployment).items():
        assert service["taskDefinition"] != before[name]["taskDefinition"]
        assert service["serviceArn"] == before[name]["serviceArn"], "updated, not replaced"
        images = [each["image"] for each in definition(world, service["taskDefinition"])["containerDefinitions"]]
        assert any(image.endswith(":rev2") for image in images)
    for location in deployment.plan["locations"]:
        kept = world.client("ecs").list_task_definitions(familyPrefix=location["run"]["family"])
        assert len(kept["taskDefinitionArns"]) >= 2, "a queued run still finds the revision it was created with"


def differing(old, new):
    """Paths whose content differs, or that only one of two folders has."""
    before, after = old.files(), new.files()
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def readers_of_the_config(deployment):
    """Platform and UI, and the operations where they hold a migration."""
    migrates = bool((deployment.plan["operations"] or {}).get("migration"))
    return {"cfn/40-platform.yaml", "cfn/42-ui.yaml"} | ({"cfn/45-operations.yaml"} if migrates else set())


@pytest.mark.only(*deployments.LIVE)
def test_a_new_config_touches_webserver_and_daemon_only(deployment, deployed, tmp_path):
    world = deployed(deployment).world

    def change(spec):
        spec.setdefault("runs", {})["max_concurrent"] = 7

    copy = deployments.changed(deployment.name, tmp_path, change)
    templates = {path for path in differing(deployment, copy) if path.startswith("cfn/")}
    assert templates == readers_of_the_config(deployment)
    core = [f"{deployment.name}-platform", f"{deployment.name}-ui"]
    happened = world.deploy(copy, current(world, deployment), only=core)
    for stack in core:
        assert kinds(happened[stack]) == {"AWS::ECS::TaskDefinition", "AWS::ECS::Service"}
        changed = {event["LogicalResourceId"] for event in happened[stack].values()}
        assert not any("Run" in name or "Server" in name for name in changed), changed
    # Back to what the other tests expect to find.
    assert set(world.deploy(deployment, current(world, deployment), only=core)) == set(core)


@pytest.mark.only(*deployments.LIVE)
def test_an_added_location_touches_webserver_and_daemon_only(deployment, deployed, tmp_path):
    world = deployed(deployment).world

    def change(spec):
        spec["code_locations"]["added"] = {"module": "added.definitions"}

    copy = deployments.changed(deployment.name, tmp_path, change)
    new = {"cfn/50-location-added.yaml"} | ({"cfn/20-registry-added.yaml"} if deployment.plan["registry"] else set())
    templates = {path for path in differing(deployment, copy) if path.startswith("cfn/")}
    assert templates == new | readers_of_the_config(deployment)
    stacks = [layer.stack for layer in copy.layers if f"cfn/{layer.path.name}" in templates]
    happened = world.deploy(copy, current(world, deployment), only=stacks)
    assert set(happened) == set(stacks)
    assert f"{deployment.name}_server_added" in services(world, deployment)
    # And it can go again: its stacks first, then those whose config no longer names it.
    for stack in reversed([stack for stack in stacks if stack.endswith("-added")]):
        world.aws("cloudformation", "delete-stack", "--stack-name", stack)
        world.aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", stack)
    readers = {layer.stack for layer in deployment.layers if f"cfn/{layer.path.name}" in readers_of_the_config(deployment)}
    world.deploy(deployment, current(world, deployment), only=readers)
    assert f"{deployment.name}_server_added" not in services(world, deployment)


def left(world):
    """What a deployment would leave behind, apart from run definitions, which are kept on purpose."""
    ecs = world.client("ecs")
    clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    found = {
        "stacks": world.statuses(),
        "repositories": world.client("ecr").describe_repositories()["repositories"],
        "buckets": world.client("s3").list_buckets()["Buckets"],
        "databases": world.client("rds").describe_db_instances()["DBInstances"],
        "snapshots": world.client("rds").describe_db_snapshots()["DBSnapshots"],
        "secrets": world.client("secretsmanager").list_secrets()["SecretList"],
        "clusters": [each["clusterName"] for each in clusters if each["status"] == "ACTIVE"],
        "roles": world.client("iam").list_roles(PathPrefix="/dagforge/")["Roles"],
        "load balancers": world.client("elbv2").describe_load_balancers()["LoadBalancers"],
        "namespaces": world.client("servicediscovery").list_namespaces()["Namespaces"],
        "parameters": world.client("ssm").describe_parameters()["Parameters"],
        "log groups": world.client("logs").describe_log_groups()["logGroups"],
        "gateways": world.client("ec2").describe_nat_gateways(Filter=[{"Name": "state", "Values": ["available"]}])["NatGateways"],
    }
    return {kind: things for kind, things in found.items() if things}


def test_an_unprotected_copy_can_be_taken_down(deployment, endpoint, tmp_path):
    """In an account of its own; through the API, because the CLI's own part was judged above."""

    def change(spec):
        deployments.unprotect(spec)
        if "account" in spec:
            # ARNs of what exists are in the account, too.
            spec.update(json.loads(json.dumps(spec).replace(spec["account"], SPARE_ACCOUNT)))

    copy = deployments.changed(deployment.name, tmp_path, change)
    world = World(endpoint, copy.region, SPARE_ACCOUNT)
    world.prepare(copy)
    before = left(world)
    cfn = world.client("cloudformation")
    for layer in copy.layers:
        given = [{"ParameterKey": name, "ParameterValue": "rev1"} for name in layer.parameters]
        cfn.create_stack(
            StackName=layer.stack, TemplateBody=layer.text, Parameters=given, Capabilities=layer.capabilities
        )
    assert set(world.statuses().values()) == {"CREATE_COMPLETE"}
    for layer in reversed(copy.layers):
        cfn.delete_stack(StackName=layer.stack)
    assert left(world) == before
