"""VPC, subnets, routes and the way out.

`AWS::EC2::Route` and `AWS::EC2::EIP` fail on AWS while the internet gateway is not attached; moto would not mind.
"""

from fakeaws import tags
from fakeaws.errors import Invalid, MustReplace
from fakeaws.resources.base import Handler, Table, diff, handles


def true(value):
    return str(value).lower() == "true"


class Ec2(Table):
    """EC2 types take their tags as a specification when they are created."""

    service, resource, tag_arn = "ec2", "", "@"

    def create(self, aws, p):
        given = tags.as_map(p.get("Tags"))
        plain = {key: value for key, value in self.arguments(p).items() if key != "Tags"}
        extra = {"TagSpecifications": [{"ResourceType": self.resource, "Tags": given}]} if given else {}
        result = aws.call("ec2", self.create_call, {**plain, **extra})
        physical = self.find(result)
        self.also(aws, physical, {}, p)
        return physical

    def find(self, result):
        group, member = self.made.split(".")
        return result[group][member]

    def check_kept(self, aws, described, p):
        super().check_kept(aws, described, {key: value for key, value in p.items() if key != "Tags"})


@handles("AWS::EC2::VPC")
class Vpc(Ec2):
    resource, create_call, made, delete_call = "vpc", "create_vpc", "Vpc.VpcId", "delete_vpc"
    describe_call, key, keys, plural, shown = "describe_vpcs", "VpcId", {"describe": "VpcIds"}, True, "Vpcs[0]"
    apart = frozenset({"EnableDnsSupport", "EnableDnsHostnames"})
    reads = {"VpcId": "@", "CidrBlock": "CidrBlock"}

    def also(self, aws, physical, old, new):
        for name in self.apart & set(new):
            aws.client("ec2").modify_vpc_attribute(VpcId=physical, **{name: {"Value": true(new[name])}})

    def attributes(self, aws, physical, p):
        only = [{"Name": "vpc-id", "Values": [physical]}, {"Name": "group-name", "Values": ["default"]}]
        groups = aws.client("ec2").describe_security_groups(Filters=only)["SecurityGroups"]
        return {**super().attributes(aws, physical, p), "DefaultSecurityGroup": groups[0]["GroupId"]}


@handles("AWS::EC2::Subnet")
class Subnet(Ec2):
    resource, create_call, made, delete_call = "subnet", "create_subnet", "Subnet.SubnetId", "delete_subnet"
    describe_call, key, keys, plural, shown = "describe_subnets", "SubnetId", {"describe": "SubnetIds"}, True, "Subnets[0]"
    apart = frozenset({"MapPublicIpOnLaunch"})
    reads = {"SubnetId": "@", "AvailabilityZone": "AvailabilityZone", "VpcId": "VpcId", "CidrBlock": "CidrBlock"}

    def also(self, aws, physical, old, new):
        public = {"Value": true(new.get("MapPublicIpOnLaunch", False))}
        aws.client("ec2").modify_subnet_attribute(SubnetId=physical, MapPublicIpOnLaunch=public)


@handles("AWS::EC2::InternetGateway")
class InternetGateway(Ec2):
    resource, create_call, made = "internet-gateway", "create_internet_gateway", "InternetGateway.InternetGatewayId"
    delete_call, key, reads = "delete_internet_gateway", "InternetGatewayId", {"InternetGatewayId": "@"}


@handles("AWS::EC2::VPCGatewayAttachment")
class Attachment(Handler):
    def create(self, aws, p):
        aws.call("ec2", "attach_internet_gateway", p)
        return f"IGW|{p['VpcId']}"

    def delete(self, aws, physical, p):
        aws.call("ec2", "detach_internet_gateway", p)


@handles("AWS::EC2::RouteTable")
class RouteTable(Ec2):
    resource, create_call, made = "route-table", "create_route_table", "RouteTable.RouteTableId"
    delete_call, key, reads = "delete_route_table", "RouteTableId", {"RouteTableId": "@"}


@handles("AWS::EC2::Route")
class Route(Handler):
    def create(self, aws, p):
        ec2 = aws.client("ec2")
        if "GatewayId" in p:
            gateway = ec2.describe_internet_gateways(InternetGatewayIds=[p["GatewayId"]])["InternetGateways"][0]
            table = ec2.describe_route_tables(RouteTableIds=[p["RouteTableId"]])["RouteTables"][0]
            if table["VpcId"] not in [attached["VpcId"] for attached in gateway["Attachments"]]:
                raise Invalid(f"route table {p['RouteTableId']} and network gateway {p['GatewayId']} belong to different networks")
        aws.call("ec2", "create_route", p)
        return f"{p['RouteTableId']}|{p['DestinationCidrBlock']}"

    def update(self, aws, physical, old, new):
        aws.call("ec2", "replace_route", new)

    def delete(self, aws, physical, p):
        where = {key: p[key] for key in ("RouteTableId", "DestinationCidrBlock")}
        aws.client("ec2").delete_route(**where)


@handles("AWS::EC2::SubnetRouteTableAssociation")
class Association(Handler):
    def create(self, aws, p):
        return aws.call("ec2", "associate_route_table", p)["AssociationId"]

    def delete(self, aws, physical, p):
        aws.client("ec2").disassociate_route_table(AssociationId=physical)

    def attributes(self, aws, physical, p):
        return {"Id": physical}


@handles("AWS::EC2::EIP")
class Address(Ec2):
    resource, create_call, apart = "elastic-ip", "allocate_address", frozenset()

    def create(self, aws, p):
        gateways = aws.client("ec2").describe_internet_gateways()["InternetGateways"]
        if not any(gateway["Attachments"] for gateway in gateways):
            raise Invalid("an Elastic IP needs an attached internet gateway: add DependsOn the VPCGatewayAttachment")
        return super().create(aws, p)

    def find(self, result):
        return result["PublicIp"]

    def update(self, aws, physical, old, new):
        if diff(old, new) - {"Tags"}:
            raise MustReplace(self.kind)
        tags.sync(aws, "ec2", self._found(aws, physical)["AllocationId"], old.get("Tags"), new.get("Tags"))

    def _found(self, aws, physical):
        return aws.client("ec2").describe_addresses(PublicIps=[physical])["Addresses"][0]

    def delete(self, aws, physical, p):
        aws.client("ec2").release_address(AllocationId=self._found(aws, physical)["AllocationId"])

    def attributes(self, aws, physical, p):
        return {"AllocationId": self._found(aws, physical)["AllocationId"], "PublicIp": physical}


@handles("AWS::EC2::NatGateway")
class NatGateway(Ec2):
    resource, create_call, made = "natgateway", "create_nat_gateway", "NatGateway.NatGatewayId"
    delete_call, key, reads = "delete_nat_gateway", "NatGatewayId", {"NatGatewayId": "@"}
