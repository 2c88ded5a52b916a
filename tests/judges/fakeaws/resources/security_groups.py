"""Security groups and their rules."""

from fakeaws import tags
from fakeaws.errors import MustReplace
from fakeaws.resources.base import Handler, diff, handles
from fakeaws.resources.vpc import Ec2

OPEN = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def permission(p):
    """One rule property as the API's permission."""
    rule = {"IpProtocol": str(p["IpProtocol"])}
    for name in ("FromPort", "ToPort"):
        if name in p:
            rule[name] = int(p[name])
    words = {"Description": p["Description"]} if "Description" in p else {}
    if "CidrIp" in p:
        rule["IpRanges"] = [{"CidrIp": p["CidrIp"], **words}]
    if "CidrIpv6" in p:
        rule["Ipv6Ranges"] = [{"CidrIpv6": p["CidrIpv6"], **words}]
    group = p.get("SourceSecurityGroupId") or p.get("DestinationSecurityGroupId")
    if group:
        rule["UserIdGroupPairs"] = [{"GroupId": group, **words}]
    prefix = p.get("SourcePrefixListId") or p.get("DestinationPrefixListId")
    if prefix:
        rule["PrefixListIds"] = [{"PrefixListId": prefix, **words}]
    return rule


@handles("AWS::EC2::SecurityGroup")
class SecurityGroup(Ec2):
    name = ("GroupName", 255)
    resource, create_call = "security-group", "create_security_group"
    rename = {"GroupDescription": "Description"}
    apart = frozenset({"SecurityGroupIngress", "SecurityGroupEgress"})
    describe_call, key, keys = "describe_security_groups", "GroupId", {"describe": "GroupIds"}
    plural, shown, delete_call = True, "SecurityGroups[0]", "delete_security_group"
    reads = {"GroupId": "@", "Id": "@", "VpcId": "VpcId"}

    def find(self, result):
        return result["GroupId"]

    def also(self, aws, physical, old, new):
        ec2 = aws.client("ec2")
        for name, way in (("SecurityGroupIngress", "ingress"), ("SecurityGroupEgress", "egress")):
            # A group starts with one open egress rule; naming any egress rule removes it.
            before = [permission(rule) for rule in old.get(name, [])]
            after = [permission(rule) for rule in new.get(name, [])]
            if way == "egress" and not before and after:
                before = OPEN
            gone = [rule for rule in before if rule not in after]
            added = [rule for rule in after if rule not in before]
            if gone:
                getattr(ec2, f"revoke_security_group_{way}")(GroupId=physical, IpPermissions=gone)
            if added:
                getattr(ec2, f"authorize_security_group_{way}")(GroupId=physical, IpPermissions=added)


class Rule(Handler):
    way = ""

    def create(self, aws, p):
        authorize = getattr(aws.client("ec2"), f"authorize_security_group_{self.way}")
        made = authorize(GroupId=p["GroupId"], IpPermissions=[permission(p)])
        return made["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def update(self, aws, physical, old, new):
        if diff(old, new) - {"Description"}:
            raise MustReplace(self.kind)
        change = getattr(aws.client("ec2"), f"update_security_group_rule_descriptions_{self.way}")
        change(GroupId=new["GroupId"], IpPermissions=[permission(new)])

    def delete(self, aws, physical, p):
        revoke = getattr(aws.client("ec2"), f"revoke_security_group_{self.way}")
        revoke(GroupId=p["GroupId"], SecurityGroupRuleIds=[physical])

    def attributes(self, aws, physical, p):
        return {"Id": physical}


@handles("AWS::EC2::SecurityGroupIngress")
class Ingress(Rule):
    way = "ingress"


@handles("AWS::EC2::SecurityGroupEgress")
class Egress(Rule):
    way = "egress"
