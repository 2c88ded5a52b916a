"""EventBridge rules and schedules, state machines, SNS topics."""

import json

from fakeaws.resources.base import Handler, Table, handles


@handles("AWS::Events::Rule")
class Rule(Handler):
    name = ("Name", 64)

    def create(self, aws, p):
        plain = {key: value for key, value in p.items() if key != "Targets"}
        aws.call("events", "put_rule", plain)
        if p.get("Targets"):
            aws.call("events", "put_targets", {"Targets": p["Targets"]}, Rule=p["Name"])
        return p["Name"]

    def update(self, aws, physical, old, new):
        gone = {target["Id"] for target in old.get("Targets", [])} - {target["Id"] for target in new.get("Targets", [])}
        if gone:
            aws.client("events").remove_targets(Rule=physical, Ids=sorted(gone))
        self.create(aws, {key: value for key, value in new.items() if key != "Tags"})

    def delete(self, aws, physical, p):
        events = aws.client("events")
        ids = [target["Id"] for target in p.get("Targets", [])]
        if ids:
            events.remove_targets(Rule=physical, Ids=ids)
        events.delete_rule(Name=physical)

    def attributes(self, aws, physical, p):
        return {"Arn": aws.client("events").describe_rule(Name=physical)["Arn"]}


@handles("AWS::Scheduler::ScheduleGroup")
class ScheduleGroup(Table):
    service, name, create_call, delete_call = "scheduler", ("Name", 64), "create_schedule_group", "delete_schedule_group"
    describe_call, tag_arn, reads = "get_schedule_group", "Arn", {"Arn": "Arn"}

    def create(self, aws, p):
        aws.call("scheduler", "create_schedule_group", p)
        return p["Name"]


@handles("AWS::Scheduler::Schedule")
class Schedule(Table):
    service, name = "scheduler", ("Name", 64)
    create_call, update_call, delete_call, describe_call = "create_schedule", "update_schedule", "delete_schedule", "get_schedule"
    extra, reads = {"GroupName": "GroupName"}, {"Arn": "Arn"}

    def create(self, aws, p):
        aws.call("scheduler", "create_schedule", p)
        return p["Name"]


@handles("AWS::SNS::Topic")
class Topic(Table):
    service, name = "sns", ("TopicName", 256)
    attributes_of_topic = ("DisplayName", "KmsMasterKeyId", "DataProtectionPolicy", "FifoTopic", "TracingConfig")
    key, delete_call, describe_call, tag_arn = "TopicArn", "delete_topic", "get_topic_attributes", "@"
    reads, apart = {"TopicArn": "@"}, frozenset({"Subscription"})

    def create(self, aws, p):
        settings = {key: str(p[key]) for key in self.attributes_of_topic if key in p}
        rest = {key: value for key, value in p.items() if key not in (*settings, "TopicName", "Subscription")}
        made = aws.call("sns", "create_topic", rest, Name=p["TopicName"], Attributes=settings)
        self.also(aws, made["TopicArn"], {}, p)
        return made["TopicArn"]

    def change(self, aws, physical, changed, new):
        for name in changed:
            value = str(new.get(name, ""))
            aws.client("sns").set_topic_attributes(TopicArn=physical, AttributeName=name, AttributeValue=value)

    def also(self, aws, physical, old, new):
        for subscription in new.get("Subscription", []):
            if subscription not in old.get("Subscription", []):
                aws.call("sns", "subscribe", subscription, TopicArn=physical)

    def check_kept(self, aws, described, p):
        """Settings are attributes, which have no shape to compare with."""

    def attributes(self, aws, physical, p):
        return {**super().attributes(aws, physical, p), "TopicName": p["TopicName"]}


@handles("AWS::SNS::TopicPolicy")
class TopicPolicy(Handler):
    def create(self, aws, p):
        for topic in p["Topics"]:
            document = json.dumps(p["PolicyDocument"])
            aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)
        return p["Topics"][0]

    def update(self, aws, physical, old, new):
        self.create(aws, new)

    def delete(self, aws, physical, p):
        """The policy goes with its topic."""


@handles("AWS::SNS::Subscription")
class Subscription(Handler):
    def create(self, aws, p):
        return aws.call("sns", "subscribe", p)["SubscriptionArn"]

    def delete(self, aws, physical, p):
        aws.client("sns").unsubscribe(SubscriptionArn=physical)


@handles("AWS::StepFunctions::StateMachine")
class StateMachine(Handler):
    name = ("StateMachineName", 80)

    def create(self, aws, p):
        plain = {"name": p["StateMachineName"], "roleArn": p["RoleArn"], "definition": json.dumps(p["Definition"])}
        aws.client("iam").get_role(RoleName=p["RoleArn"].split("/")[-1])
        made = aws.call("stepfunctions", "create_state_machine", {**plain, "tags": p.get("Tags", [])})
        return made["stateMachineArn"]

    def update(self, aws, physical, old, new):
        states = aws.client("stepfunctions")
        states.update_state_machine(
            stateMachineArn=physical, definition=json.dumps(new["Definition"]), roleArn=new["RoleArn"]
        )

    def delete(self, aws, physical, p):
        aws.client("stepfunctions").delete_state_machine(stateMachineArn=physical)

    def attributes(self, aws, physical, p):
        return {"Arn": physical, "Name": p["StateMachineName"]}
