"""Cloud Map: a private namespace and its services."""

from fakeaws.resources.base import Table, handles


def _target(aws, operation, kind):
    return aws.client("servicediscovery").get_operation(OperationId=operation)["Operation"]["Targets"][kind]


@handles("AWS::ServiceDiscovery::PrivateDnsNamespace")
class Namespace(Table):
    service = "servicediscovery"
    create_call, made = "create_private_dns_namespace", "OperationId"
    update_call, delete_call = "update_private_dns_namespace", "delete_namespace"
    describe_call, key, shown = "get_namespace", "Id", "Namespace"
    reads = {"Id": "@", "Arn": "Arn", "HostedZoneId": "Properties.DnsProperties.HostedZoneId"}
    tag_arn = "Arn"

    def create(self, aws, p):
        return _target(aws, super().create(aws, p), "NAMESPACE")


@handles("AWS::ServiceDiscovery::Service")
class Service(Table):
    service = "servicediscovery"
    create_call, made = "create_service", "Service.Id"
    delete_call, describe_call, key, shown = "delete_service", "get_service", "Id", "Service"
    reads, tag_arn = {"Id": "@", "Arn": "Arn", "Name": "Name"}, "Arn"

    def change(self, aws, physical, changed, new):
        keep = ("Description", "DnsConfig", "HealthCheckConfig")
        aws.call("servicediscovery", "update_service", {"Service": {k: new[k] for k in keep if k in new}}, Id=physical)
