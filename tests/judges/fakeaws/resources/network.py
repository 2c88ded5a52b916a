"""VPC endpoints and flow logs."""

from fakeaws.errors import MustReplace
from fakeaws.resources.base import diff, handles
from fakeaws.resources.vpc import Ec2


@handles("AWS::EC2::VPCEndpoint")
class Endpoint(Ec2):
    resource, create_call, made = "vpc-endpoint", "create_vpc_endpoint", "VpcEndpoint.VpcEndpointId"
    describe_call, key, shown = "describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints[0]"
    delete_call, plural = "delete_vpc_endpoints", True
    reads = {"Id": "@", "CreationTimestamp": "CreationTimestamp"}

    def change(self, aws, physical, changed, new):
        lists = {"RouteTableIds": "RouteTableIds", "SubnetIds": "SubnetIds", "SecurityGroupIds": "SecurityGroupIds"}
        if changed - set(lists) - {"PolicyDocument", "PrivateDnsEnabled"}:
            raise MustReplace(self.kind)
        found = self.describe(aws, physical, new)
        sent = {key: new[key] for key in changed & {"PolicyDocument", "PrivateDnsEnabled"}}
        for name in changed & set(lists):
            current = found.get(name) or [group["GroupId"] for group in found.get("Groups", [])]
            sent[f"Add{name}"] = sorted(set(new.get(name, [])) - set(current))
            sent[f"Remove{name}"] = sorted(set(current) - set(new.get(name, [])))
        aws.call("ec2", "modify_vpc_endpoint", sent, VpcEndpointId=physical)

    def delete(self, aws, physical, p):
        aws.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[physical])


@handles("AWS::EC2::FlowLog")
class FlowLog(Ec2):
    resource, create_call = "vpc-flow-log", "create_flow_logs"
    describe_call, shown, plural, key = "describe_flow_logs", "FlowLogs[0]", True, "FlowLogIds"
    reads = {"Id": "@"}

    def arguments(self, p):
        plain = {key: value for key, value in p.items() if key != "ResourceId"}
        return {**plain, "ResourceIds": [p["ResourceId"]]}

    def find(self, result):
        return result["FlowLogIds"][0]

    def update(self, aws, physical, old, new):
        if diff(old, new) - {"Tags"}:
            raise MustReplace(self.kind)
        super().update(aws, physical, old, new)

    def delete(self, aws, physical, p):
        aws.client("ec2").delete_flow_logs(FlowLogIds=[physical])
