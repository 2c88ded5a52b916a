"""Cloud Map names: instances are registered in the server, and a hosts file of everything registered is kept for tasks.

The file is rewritten in place, because it is bound into every container.
"""

import threading


class Names:
    """The hosts file: Cloud Map's names and a few given ones (the database's)."""

    def __init__(self, path):
        self.path, self.lock, self.names = path, threading.Lock(), {}
        path.write_text("127.0.0.1 localhost\n")

    def put(self, name, addresses):
        with self.lock:
            self.names[name] = list(addresses)
            lines = ["127.0.0.1 localhost"] + [f"{each} {name}" for name in self.names for each in self.names[name]]
            text = "\n".join(lines) + "\n"
            with open(self.path, "r+") as file:
                file.write(text)
                file.truncate()


class Registry:
    """One Cloud Map service."""

    def __init__(self, world, arn):
        self.client, self.names = world.admin("servicediscovery"), world.names
        self.id = arn.split("/")[-1]
        service = self.client.get_service(Id=self.id)["Service"]
        number = service.get("NamespaceId") or service["DnsConfig"]["NamespaceId"]
        namespace = self.client.get_namespace(Id=number)["Namespace"]
        self.name = f"{service['Name']}.{namespace['Name']}"

    def register(self, task):
        attributes = {"AWS_INSTANCE_IPV4": task.address}
        self.client.register_instance(ServiceId=self.id, InstanceId=task.id, Attributes=attributes)
        self._publish()

    def deregister(self, task):
        self.client.deregister_instance(ServiceId=self.id, InstanceId=task.id)
        self._publish()

    def _publish(self):
        instances = self.client.list_instances(ServiceId=self.id)["Instances"]
        self.names.put(self.name, [each["Attributes"]["AWS_INSTANCE_IPV4"] for each in instances])
