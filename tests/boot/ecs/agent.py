"""The executor: looks at the server a few times a second, and gives every service and task what it needs.

`World` is also what tasks and services share: clients with a role's credentials, images, names, endpoints.
"""

import hashlib
import json
import os
import pathlib
import re
import threading
import time

import boto3
from botocore.config import Config

from boot.ecs.discovery import Names, Registry
from boot.ecs.endpoints import Endpoints
from boot.ecs.service import Service
from boot.ecs.shared import FileSystems
from boot.ecs.task import Task

LOOK = 0.4
# Tasks of services that may come up at the same time. On Fargate each has its own processors; here they would only make
# each other late, and health checks would take that for illness.
AT_ONCE = max(2, os.cpu_count() or 1)
ECR = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr\.[^/]+/(?P<repository>[^:]+):(?P<tag>.+)$")
# What pulling an image needs beside the calls that are made here.
PULL = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer")
QUICK = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, max_pool_connections=50)


class World:
    def __init__(self, scratch, backend, proxy, images, checks, region):
        """`checks` is the socket of the server of the same name."""
        self.scratch, self.backend, self.proxy, self.images, self.region = pathlib.Path(scratch), backend, proxy, images, region
        self.checks = checks
        self.hosts = self.scratch / "hosts"
        self.names = Names(self.hosts)
        self.endpoints = Endpoints()
        self.file_systems = FileSystems(self)
        self.tasks, self.services, self.broken = {}, {}, []
        # Access key to role, secret key and session token.
        self.issued = {}
        self.looks = 0
        self._clients, self._definitions, self._registries = {}, {}, {}
        self.coming_up = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.RLock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look_around, name="executor", daemon=True)

    def start(self):
        self._thread.start()

    # Clients

    def admin(self, service):
        """A client of the executor's own, past the recording proxy."""
        return self._client(service, self.backend, "admin", lambda: ("testing", "testing", None))

    def client(self, service, role):
        """A client with the credentials of a role, recorded."""

        def keys():
            found = self.credentials(role, "execution")
            return found["AccessKeyId"], found["SecretAccessKey"], found["Token"]

        return self._client(service, self.proxy.endpoint, role, keys)

    def _client(self, service, endpoint, who, keys):
        with self._lock:
            if (service, who) not in self._clients:
                key, secret, token = keys()
                self._clients[service, who] = boto3.Session().client(
                    service,
                    endpoint_url=endpoint,
                    region_name=self.region,
                    aws_access_key_id=key,
                    aws_secret_access_key=secret,
                    aws_session_token=token,
                    config=QUICK,
                )
            return self._clients[service, who]

    def credentials(self, role, session):
        """Temporary credentials as the task role's endpoint gives them."""
        given = self.admin("sts").assume_role(RoleArn=role, RoleSessionName=session[:64])["Credentials"]
        self.proxy.roles[given["AccessKeyId"]] = role
        self.issued[given["AccessKeyId"]] = (role, given["SecretAccessKey"], given["SessionToken"])
        return {
            "RoleArn": role,
            "AccessKeyId": given["AccessKeyId"],
            "SecretAccessKey": given["SecretAccessKey"],
            "Token": given["SessionToken"],
            "Expiration": given["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    # What tasks and services ask for

    def definition(self, arn):
        if arn not in self._definitions:
            self._definitions[arn] = self.admin("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        return self._definitions[arn]

    def cloud_map(self, arn):
        if arn not in self._registries:
            self._registries[arn] = Registry(self, arn)
        return self._registries[arn]

    def pull(self, reference, task):
        """The image, fetched by the execution role as the agent fetches it."""
        if found := ECR.match(reference):
            ecr = task.execution_client("ecr")
            ecr.get_authorization_token()
            image = {"repositoryName": found["repository"], "imageIds": [{"imageTag": found["tag"]}]}
            if not ecr.batch_get_image(**image)["images"]:
                raise LookupError(f"CannotPullContainerError: {reference}: not found")
            for operation in PULL:
                self.proxy.note(task.definition["executionRoleArn"], "ecr", operation, image)
        return self.images.pull(reference)

    def push(self, repository_uri, tag, **project):
        """What `docker push` does: an image in the registry, and its stand-in."""
        name = repository_uri.split("/", 1)[1]
        digest = hashlib.sha256(f"{name}:{tag}".encode()).hexdigest()
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": f"sha256:{digest}"},
            "layers": [],
        }
        self.admin("ecr").put_image(repositoryName=name, imageTag=tag, imageManifest=json.dumps(manifest))
        self.images.push(repository_uri, tag, **project)

    def report(self, task, status, reason, containers):
        cluster = task.document["clusterArn"]
        self.admin("ecs").submit_task_state_change(
            cluster=cluster, task=task.arn, status=status, reason=reason, containers=containers
        )

    # Looking around

    def _look_around(self):
        while not self._end.wait(LOOK):
            try:
                for cluster in self.admin("ecs").list_clusters()["clusterArns"]:
                    self._look_at_services(cluster)
                    self._look_at_tasks(cluster)
                self.looks += 1
            except Exception as error:
                self.broken.append(f"executor: {type(error).__name__}: {error}")
                time.sleep(LOOK)

    def _look_at_services(self, cluster):
        ecs = self.admin("ecs")
        arns = [arn for page in ecs.get_paginator("list_services").paginate(cluster=cluster) for arn in page["serviceArns"]]
        for first in range(0, len(arns), 10):
            for document in ecs.describe_services(cluster=cluster, services=arns[first : first + 10])["services"]:
                name = document["serviceName"]
                if name not in self.services:
                    self.services[name] = Service(self, document)
                self.services[name].reconcile(document)

    def _look_at_tasks(self, cluster):
        """Starts what RunTask asked for and stops what StopTask asked to stop."""
        ecs = self.admin("ecs")
        for arn in ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]:
            if arn not in self.tasks:
                self.tasks[arn] = Task(self, ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0])
                self.tasks[arn].start()
        for arn in ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]:
            task = self.tasks.get(arn)
            if task and task.status != "STOPPED" and not task.wanted.is_set():
                task.stop(ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]["stoppedReason"])

    def close(self):
        """Kills what still runs; nothing is left behind."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        for task in self.tasks.values():
            for container in task.containers.values():
                if container.running():
                    container.kill()
            if task.network:
                task.network.close()
        self.endpoints.close()
