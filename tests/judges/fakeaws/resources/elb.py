"""Application load balancers."""

from fakeaws.errors import MustReplace
from fakeaws.resources.base import Handler, Table, diff, handles


class Attributed(Table):
    """Load balancers and target groups: one part of their settings are attributes, set by a second call."""

    service, attribute_property, attribute_call, attribute_key, tag_arn = "elbv2", "", "", "", "@"

    def also(self, aws, physical, old, new):
        rows = new.get(self.attribute_property)
        if rows:
            aws.call("elbv2", self.attribute_call, {"Attributes": rows}, **{self.attribute_key: physical})


@handles("AWS::ElasticLoadBalancingV2::LoadBalancer")
class LoadBalancer(Attributed):
    name, apart = ("Name", 32), frozenset({"LoadBalancerAttributes"})
    attribute_property, attribute_call = "LoadBalancerAttributes", "modify_load_balancer_attributes"
    attribute_key = key = "LoadBalancerArn"
    create_call, made, delete_call = "create_load_balancer", "LoadBalancers[0].LoadBalancerArn", "delete_load_balancer"
    describe_call, keys, plural = "describe_load_balancers", {"describe": "LoadBalancerArns"}, True
    shown = "LoadBalancers[0]"
    reads = {
        "LoadBalancerArn": "@",
        "DNSName": "DNSName",
        "CanonicalHostedZoneID": "CanonicalHostedZoneId",
        "LoadBalancerFullName": "split_name",
        "LoadBalancerName": "LoadBalancerName",
    }

    def change(self, aws, physical, changed, new):
        if changed - {"SecurityGroups", "Subnets"}:
            raise MustReplace(self.kind)
        for name in changed:
            call = "set_security_groups" if name == "SecurityGroups" else "set_subnets"
            aws.call("elbv2", call, {name: new[name]}, LoadBalancerArn=physical)

    def attributes(self, aws, physical, p):
        found = super().attributes(aws, physical, p)
        return {**found, "LoadBalancerFullName": physical.split("loadbalancer/", 1)[1]}

    def delete(self, aws, physical, p):
        rows = aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=physical)["Attributes"]
        if {"Key": "deletion_protection.enabled", "Value": "true"} in rows:
            raise RuntimeError(f"Load balancer '{physical}' cannot be deleted because deletion protection is enabled")
        super().delete(aws, physical, p)


@handles("AWS::ElasticLoadBalancingV2::TargetGroup")
class TargetGroup(Attributed):
    name, apart = ("Name", 32), frozenset({"TargetGroupAttributes"})
    attribute_property, attribute_call = "TargetGroupAttributes", "modify_target_group_attributes"
    attribute_key = key = "TargetGroupArn"
    create_call, made, delete_call = "create_target_group", "TargetGroups[0].TargetGroupArn", "delete_target_group"
    update_call = "modify_target_group"
    describe_call, keys, plural = "describe_target_groups", {"describe": "TargetGroupArns"}, True
    shown = "TargetGroups[0]"
    reads = {"TargetGroupArn": "@", "TargetGroupName": "TargetGroupName"}

    def attributes(self, aws, physical, p):
        return {**super().attributes(aws, physical, p), "TargetGroupFullName": physical.rsplit(":", 1)[1]}


@handles("AWS::ElasticLoadBalancingV2::Listener")
class Listener(Attributed):
    apart = frozenset({"ListenerAttributes"})
    attribute_property, attribute_call = "ListenerAttributes", "modify_listener_attributes"
    attribute_key = key = "ListenerArn"
    create_call, made, update_call, delete_call = "create_listener", "Listeners[0].ListenerArn", "modify_listener", "delete_listener"
    describe_call, keys, plural, shown = "describe_listeners", {"describe": "ListenerArns"}, True, "Listeners[0]"
    reads = {"ListenerArn": "@"}


@handles("AWS::ElasticLoadBalancingV2::ListenerRule")
class ListenerRule(Table):
    service, key, tag_arn = "elbv2", "RuleArn", "@"
    create_call, made, delete_call = "create_rule", "Rules[0].RuleArn", "delete_rule"
    describe_call, keys, plural, shown = "describe_rules", {"describe": "RuleArns"}, True, "Rules[0]"
    reads = {"RuleArn": "@"}

    def change(self, aws, physical, changed, new):
        if "Priority" in changed:
            aws.client("elbv2").set_rule_priorities(RulePriorities=[{"RuleArn": physical, "Priority": int(new["Priority"])}])
        body = {name: new[name] for name in ("Actions", "Conditions") if name in new}
        aws.call("elbv2", "modify_rule", body, RuleArn=physical)

    def check_kept(self, aws, described, p):
        # The description has the priority as text, and AWS never shows a client's secret.
        shown = {**p, "Actions": [_without_secret(action) for action in p["Actions"]]}
        super().check_kept(aws, described, {key: value for key, value in shown.items() if key != "Priority"})


def _without_secret(action):
    oidc = action.get("AuthenticateOidcConfig", {})
    visible = {key: value for key, value in oidc.items() if key != "ClientSecret"}
    return {**action, "AuthenticateOidcConfig": visible} if oidc else action


@handles("AWS::ElasticLoadBalancingV2::ListenerCertificate")
class ListenerCertificate(Handler):
    def create(self, aws, p):
        aws.call("elbv2", "add_listener_certificates", p)
        return p["ListenerArn"]

    def update(self, aws, physical, old, new):
        if diff(old, new) - {"Certificates"}:
            raise MustReplace(self.kind)
        self.delete(aws, physical, old)
        self.create(aws, new)

    def delete(self, aws, physical, p):
        aws.call("elbv2", "remove_listener_certificates", p)


@handles("AWS::WAFv2::WebACLAssociation")
class WebAclAssociation(Handler):
    def create(self, aws, p):
        aws.call("wafv2", "associate_web_acl", p)
        return f"{p['WebACLArn']}|{p['ResourceArn']}|APPLICATION_LOAD_BALANCER"

    def delete(self, aws, physical, p):
        aws.client("wafv2").disassociate_web_acl(ResourceArn=p["ResourceArn"])
