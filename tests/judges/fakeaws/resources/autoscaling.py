"""Application Auto Scaling of ECS services."""

from fakeaws.errors import Invalid
from fakeaws.resources.base import Handler, handles


@handles("AWS::ApplicationAutoScaling::ScalableTarget")
class ScalableTarget(Handler):
    def create(self, aws, p):
        if p["ServiceNamespace"] == "ecs":
            _, cluster, service = p["ResourceId"].split("/")
            found = aws.client("ecs").describe_services(cluster=cluster, services=[service])["services"]
            if not found:
                raise Invalid(f"ECS service doesn't exist: {p['ResourceId']}")
        aws.call("application-autoscaling", "register_scalable_target", p)
        return f"{p['ResourceId']}|{p['ScalableDimension']}|{p['ServiceNamespace']}"

    def update(self, aws, physical, old, new):
        self.create(aws, new)

    def delete(self, aws, physical, p):
        who = {key: p[key] for key in ("ResourceId", "ScalableDimension", "ServiceNamespace")}
        aws.client("application-autoscaling").deregister_scalable_target(**who)

    def attributes(self, aws, physical, p):
        return {"Id": physical}


@handles("AWS::ApplicationAutoScaling::ScalingPolicy")
class ScalingPolicy(Handler):
    name = ("PolicyName", 255)

    def _arguments(self, p):
        plain = {key: value for key, value in p.items() if key != "ScalingTargetId"}
        if "ScalingTargetId" in p:
            plain["ResourceId"], plain["ScalableDimension"], plain["ServiceNamespace"] = p["ScalingTargetId"].split("|")
        return plain

    def create(self, aws, p):
        return aws.call("application-autoscaling", "put_scaling_policy", self._arguments(p))["PolicyARN"]

    def update(self, aws, physical, old, new):
        self.create(aws, new)

    def delete(self, aws, physical, p):
        full = self._arguments(p)
        who = {key: full[key] for key in ("PolicyName", "ResourceId", "ScalableDimension", "ServiceNamespace")}
        aws.client("application-autoscaling").delete_scaling_policy(**who)

    def attributes(self, aws, physical, p):
        return {"Arn": physical}
