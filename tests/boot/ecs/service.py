"""One service: keeps its desired count and rolls its deployments.

Each look (`reconcile`) takes at most one decision of each kind:

* a task that is no longer wanted, or unhealthy, is stopped while the healthy rest is at least `minimumHealthyPercent`;
* a task of the current deployment is started while all that have not STOPPED are fewer than `maximumPercent` allows. A
  task counts until it has stopped: with 0/100 the old one is gone before the new one starts;
* a task that ended by itself is replaced, more slowly the oftener that happens;
* with the deployment circuit breaker, a deployment whose tasks keep failing before they were healthy goes back to the task
  definition that the service last ran. CloudFormation, which waits for the service and would fail, is not played here.

Around a task it does what ECS does: Cloud Map instance, load balancer target with its health check, and their removal
before the stop.
"""

import math
import time
import urllib.request

from boot.ecs.clock import allowed, shortened
from boot.ecs.task import Task

RETRY = 10
SLOWEST = 3
# Failed tasks of a deployment that the circuit breaker waits for, of a service with few
# (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html).
BREAKS_AFTER = 3


class Target:
    """A task's address in a target group, with the group's health check."""

    def __init__(self, world, group, task, port, grace):
        self.elb, self.group, self.task, self.port = world.admin("elbv2"), group, task, port
        self.id = {"Id": task.address, "Port": port}
        self.elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[self.id])
        self.good = self.bad = 0
        self.healthy = False
        self.began, self.grace = time.monotonic(), grace
        self.next = time.monotonic()

    def look(self):
        """One health check, when it is due."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + shortened(self.group["HealthCheckIntervalSeconds"])
        self.good, self.bad = (self.good + 1, 0) if self._answers() else (0, self.bad + 1)
        if self.good >= self.group["HealthyThresholdCount"]:
            self.healthy = True
        if self.bad >= self.group["UnhealthyThresholdCount"]:
            self.healthy = False

    def failing(self):
        return not self.healthy and self.bad >= self.group["UnhealthyThresholdCount"] and time.monotonic() > self.began + allowed(self.grace)

    def _answers(self):
        address = f"http://{self.task.address}:{self.port}{self.group['HealthCheckPath']}"
        try:
            with urllib.request.urlopen(address, timeout=allowed(self.group["HealthCheckTimeoutSeconds"])) as answer:
                return str(answer.status) in self.group["Matcher"]["HttpCode"].split(",")
        except OSError:
            return False

    def remove(self):
        """Takes it out and returns how long requests may still come."""
        self.elb.deregister_targets(TargetGroupArn=self.group["TargetGroupArn"], Targets=[self.id])
        found = self.elb.describe_target_group_attributes(TargetGroupArn=self.group["TargetGroupArn"])["Attributes"]
        return int(next(each["Value"] for each in found if each["Key"] == "deregistration_delay.timeout_seconds"))


class Service:
    def __init__(self, world, document):
        self.world, self.name, self.document = world, document["serviceName"], document
        self.tasks, self.targets, self.registered = [], {}, set()
        self.deployment = None
        self.failures, self.not_before = 0, 0
        # The task definition that last came up, and those that the circuit breaker took back.
        self.good, self.taken_back = None, []

    # Looking

    def live(self):
        return [task for task in self.tasks if task.status != "STOPPED"]

    def current(self, task):
        return task.document["startedBy"] == self.deployment

    def fit(self, task):
        target = self.targets.get(task)
        return task.healthy() and not task.wanted.is_set() and (target is None or target.healthy)

    def steady(self):
        """Exactly the desired tasks, all of the current deployment, all healthy."""
        live = self.live()
        return len(live) == self.document["desiredCount"] and all(self.current(task) and self.fit(task) for task in live)

    # Deciding

    def reconcile(self, document):
        self.document = document
        primary = document["deployments"][0]
        if primary["id"] != self.deployment:
            self.deployment, self.failures, self.not_before = primary["id"], 0, 0
        self._notice_ends()
        for task in self.live():
            self._attend(task)
        live, desired = self.live(), document["desiredCount"]
        rollout = document["deploymentConfiguration"]
        least = math.ceil(desired * rollout["minimumHealthyPercent"] / 100)
        most = math.floor(desired * rollout["maximumPercent"] / 100)
        if self.tasks and len(live) == desired and all(self.current(task) and self.fit(task) for task in live):
            self.failures, self.good = 0, document["taskDefinition"]
        if self.failures >= BREAKS_AFTER and self._goes_back(document):
            return
        self._stop_surplus(live, desired, least)
        fresh = [task for task in live if self.current(task) and not task.wanted.is_set()]
        if len(fresh) < desired and len(live) < most and time.monotonic() >= self.not_before:
            self._start()

    def _goes_back(self, document):
        """Whether the circuit breaker has an earlier deployment to go back to."""
        breaker = document["deploymentConfiguration"].get("deploymentCircuitBreaker") or {}
        if not (breaker.get("enable") and breaker.get("rollback")) or self.good in (None, document["taskDefinition"]):
            return False
        self.taken_back.append(document["taskDefinition"])
        ecs = self.world.admin("ecs")
        ecs.update_service(cluster=document["clusterArn"], service=self.name, taskDefinition=self.good)
        return True

    def _notice_ends(self):
        for task in [task for task in self.tasks if task.status == "STOPPED"]:
            self.tasks.remove(task)
            self._leave(task)
            if self.current(task) and not task.asked:
                self.failures += 1
                self.not_before = time.monotonic() + shortened(RETRY * min(self.failures, SLOWEST))

    def _stop_surplus(self, live, desired, least):
        fit = [task for task in live if self.fit(task)]
        for task in live:
            if task.wanted.is_set():
                continue
            unhealthy = task.unhealthy() or (task in self.targets and self.targets[task].failing())
            surplus = not self.current(task) or len([each for each in live if self.current(each)]) > desired
            if unhealthy:
                self._stop(task, "Task failed container health checks" if task.unhealthy() else "Task failed ELB health checks")
                task.asked = False
                return
            if surplus and len([each for each in fit if each is not task]) >= least:
                self._stop(task, f"Scaling activity initiated by (deployment {self.deployment})")
                return

    # Doing

    def _start(self):
        document = self.document
        started = self.world.admin("ecs").run_task(
            cluster=document["clusterArn"],
            taskDefinition=document["taskDefinition"],
            networkConfiguration=document["networkConfiguration"],
            group=f"service:{self.name}",
            startedBy=self.deployment,
            launchType="FARGATE",
            enableExecuteCommand=document.get("enableExecuteCommand", False),
        )["tasks"][0]
        task = Task(self.world, started)
        task.asked = False
        self.tasks.append(task)
        self.world.tasks[task.arn] = task
        task.start()

    def _attend(self, task):
        """Registers a task once it runs, and checks its target."""
        if task.status != "RUNNING" or task.wanted.is_set():
            return
        if task not in self.registered:
            self.registered.add(task)
            for registry in self.document.get("serviceRegistries", []):
                self.world.cloud_map(registry["registryArn"]).register(task)
            for balancer in self.document.get("loadBalancers", []):
                groups = self.world.admin("elbv2").describe_target_groups(TargetGroupArns=[balancer["targetGroupArn"]])
                grace = self.document.get("healthCheckGracePeriodSeconds", 0)
                self.targets[task] = Target(self.world, groups["TargetGroups"][0], task, balancer["containerPort"], grace)
        if task in self.targets:
            self.targets[task].look()

    def _leave(self, task):
        """Removes a task from where clients find it; returns how long requests may still come."""
        if task in self.registered:
            self.registered.remove(task)
            for registry in self.document.get("serviceRegistries", []):
                self.world.cloud_map(registry["registryArn"]).deregister(task)
        target = self.targets.pop(task, None)
        return target.remove() if target else 0

    def _stop(self, task, reason):
        task.asked = True
        task.stop(reason, self._leave(task))
