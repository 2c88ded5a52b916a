"""What a task finds at 169.254.170.2: the credentials of its role, and its metadata (version 4)."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from boot.world import METADATA


class Endpoints:
    """Serves documents by path; a document is a function, asked at each request."""

    def __init__(self):
        self.documents = {}
        documents = self.documents

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = documents.get(self.path)
                body = json.dumps(found() if found else {"message": "not found"}, default=str).encode()
                self.send_response(200 if found else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((METADATA, 80), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, path, document):
        self.documents[path] = document
        return path

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def describe_container(container):
    document = container.task.document
    return {
        "DockerId": f"{container.task.id}-{container.name}",
        "Name": container.name,
        "Image": container.definition["image"],
        "Labels": {
            "com.amazonaws.ecs.cluster": document["clusterArn"],
            "com.amazonaws.ecs.container-name": container.name,
            "com.amazonaws.ecs.task-arn": document["taskArn"],
        },
        "KnownStatus": "RUNNING" if container.running() else "STOPPED" if container.started else "PENDING",
        "Networks": [{"NetworkMode": "awsvpc", "IPv4Addresses": [container.task.address]}],
        "ContainerARN": next(each["containerArn"] for each in document["containers"] if each["name"] == container.name),
    }


def describe_task(task):
    document = task.document
    family, revision = document["taskDefinitionArn"].split("/")[-1].split(":")
    return {
        "Cluster": document["clusterArn"],
        "TaskARN": document["taskArn"],
        "Family": family,
        "Revision": revision,
        "DesiredStatus": document["desiredStatus"],
        "KnownStatus": task.status,
        "LaunchType": "FARGATE",
        "Containers": [describe_container(container) for container in task.containers.values()],
    }
