"""Log groups, metric filters, alarms."""

from fakeaws.errors import NotHandled
from fakeaws.resources.base import Handler, Table, diff, handles


@handles("AWS::Logs::LogGroup")
class LogGroup(Table):
    service, name = "logs", ("LogGroupName", 512)
    rename = {"LogGroupClass": "logGroupClass", "DeletionProtectionEnabled": "deletionProtectionEnabled"}
    apart = frozenset({"RetentionInDays"})
    create_call = "create_log_group"
    describe_call, delete_call, key = "describe_log_groups", "delete_log_group", "logGroupName"
    # The description's `arn` ends in `:*`, as GetAtt's does; tags want it without.
    reads, tag_arn = {"Arn": "arn"}, "logGroupArn"

    def exists(self, aws, name):
        groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return name in [group["logGroupName"] for group in groups]

    def create(self, aws, p):
        aws.call("logs", "create_log_group", self.arguments(p))
        self.also(aws, p["LogGroupName"], {}, p)
        return p["LogGroupName"]

    def change(self, aws, physical, changed, new):
        if changed - {"KmsKeyId"}:
            raise NotHandled(f"{self.kind}: a change of {sorted(changed)}")
        logs = aws.client("logs")
        if "KmsKeyId" in new:
            logs.associate_kms_key(logGroupName=physical, kmsKeyId=new["KmsKeyId"])
        else:
            logs.disassociate_kms_key(logGroupName=physical)

    def also(self, aws, physical, old, new):
        days = new.get("RetentionInDays")
        if days:
            aws.client("logs").put_retention_policy(logGroupName=physical, retentionInDays=int(days))
        elif old:
            aws.client("logs").delete_retention_policy(logGroupName=physical)

    def describe(self, aws, physical, p):
        groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=physical)["logGroups"]
        found = next(group for group in groups if group["logGroupName"] == physical)
        return {**found, "logGroupArn": found["arn"].removesuffix(":*")}

    def check_kept(self, aws, described, p):
        for name, shown in (("RetentionInDays", "retentionInDays"), ("KmsKeyId", "kmsKeyId")):
            if name in p and str(described.get(shown)) != str(p[name]):
                raise NotHandled(f"{self.kind}.{name}: the server shows {described.get(shown)}")


@handles("AWS::Logs::MetricFilter")
class MetricFilter(Handler):
    name = ("FilterName", 512)

    def create(self, aws, p):
        aws.call("logs", "put_metric_filter", p)
        return p["FilterName"]

    def update(self, aws, physical, old, new):
        self.create(aws, new)

    def delete(self, aws, physical, p):
        aws.client("logs").delete_metric_filter(logGroupName=p["LogGroupName"], filterName=physical)


@handles("AWS::CloudWatch::Alarm")
class Alarm(Handler):
    name = ("AlarmName", 255)

    def create(self, aws, p):
        aws.call("cloudwatch", "put_metric_alarm", p)
        return p["AlarmName"]

    def update(self, aws, physical, old, new):
        if "Tags" in diff(old, new):
            raise NotHandled("a change of an alarm's tags")
        self.create(aws, new)

    def delete(self, aws, physical, p):
        aws.client("cloudwatch").delete_alarms(AlarmNames=[physical])

    def attributes(self, aws, physical, p):
        return {"Arn": aws.arn("cloudwatch", f"alarm:{physical}")}


@handles("AWS::CloudWatch::Dashboard")
class Dashboard(Handler):
    name = ("DashboardName", 255)

    def create(self, aws, p):
        aws.call("cloudwatch", "put_dashboard", p)
        return p["DashboardName"]

    def update(self, aws, physical, old, new):
        self.create(aws, new)

    def delete(self, aws, physical, p):
        aws.client("cloudwatch").delete_dashboards(DashboardNames=[physical])
