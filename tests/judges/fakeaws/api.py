"""The CloudFormation API in front of `stacks`, for the AWS CLI and boto3.

Routed in place of moto's own; answers are dictionaries in the API's own spelling, which moto serialises.
"""

import uuid

from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.exceptions import CloudFormationError
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from fakeaws import policy, schemas, template
from fakeaws.clients import Aws
from fakeaws.errors import Invalid, NotHandled
from fakeaws.stacks import Change, Stack, now

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


class Region:
    """The stacks and change sets of one account and region."""

    def __init__(self, account, region):
        self.aws = Aws(account, region)
        self.stacks, self.gone, self.changes = {}, {}, {}

    def stack(self, name_or_id):
        for stack in [*self.stacks.values(), *self.gone.values()]:
            if name_or_id == stack.id or (name_or_id == stack.name and stack.name in self.stacks):
                return stack
        raise Invalid(f"Stack with id {name_or_id} does not exist")

    def change(self, name_or_id, stack_name=None):
        for entry in reversed(self.changes.values()):
            if name_or_id == entry["ChangeSetId"]:
                return entry
            if name_or_id == entry["ChangeSetName"] and stack_name in (entry["StackName"], entry["StackId"]):
                return entry
        raise CloudFormationError("ChangeSetNotFound", f"ChangeSet [{name_or_id}] does not exist")


def _answers(method):
    """Turns what the engine refuses into the API's errors."""

    def answer(self):
        try:
            result = method(self)
        except Invalid as error:
            raise CloudFormationError(error.code, str(error)) from error
        except NotHandled as error:
            raise CloudFormationError("ValidationError", f"fakeaws: {error}") from error
        return ActionResult(result) if result is not None else EmptyResult()

    return answer


class Api(BaseResponse):
    """One method per API action."""

    def __init__(self):
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    @property
    def place(self):
        # On moto's backend object, so that moto's own reset forgets the stacks too.
        backend = cloudformation_backends[self.current_account][self.region]
        if not hasattr(backend, "fakeaws"):
            backend.fakeaws = Region(self.current_account, self.region)
        return backend.fakeaws

    def template_text(self):
        if self._get_param("TemplateURL"):
            raise NotHandled("templates from S3: every rendered template fits into the request")
        return self._get_param("TemplateBody")

    def stack_tags(self):
        return {tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])}

    def change_from_request(self, stack):
        text = stack.text if self._get_bool_param("UsePreviousTemplate", False) else self.template_text()
        tags = self.stack_tags() or stack.tags
        change = Change.checked(stack, text, self._get_param("Parameters", []), tags, self._get_param("Capabilities", []))
        change.imports = self._get_bool_param("ImportExistingResources", False)
        change.reverts = self._get_param("DeploymentMode") == "REVERT_DRIFT"
        return change

    @_answers
    def validate_template(self):
        summary = _summary(self.template_text())
        keys = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
        summary["Parameters"] = [{key: item[key] for key in keys if key in item} for item in summary["Parameters"]]
        del summary["ResourceTypes"]
        return summary

    @_answers
    def get_template_summary(self):
        name = self._get_param("StackName")
        return _summary(self.place.stack(name).text if name else self.template_text())

    @_answers
    def create_stack(self):
        name = self._get_param("StackName")
        if name in self.place.stacks:
            raise CloudFormationError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack = Stack(self.place.aws, name)
        change = self.change_from_request(stack)
        self.place.stacks[name] = stack
        stack.create(change)
        return {"StackId": stack.id}

    @_answers
    def update_stack(self):
        stack = self.place.stack(self._get_param("StackName"))
        _updatable(stack)
        change = self.change_from_request(stack)
        if change.empty():
            raise Invalid("No updates are to be performed.")
        stack.update(change)
        return {"StackId": stack.id}

    @_answers
    def delete_stack(self):
        if self._get_param("RetainResources"):
            raise NotHandled("RetainResources")
        try:
            stack = self.place.stack(self._get_param("StackName"))
        except Invalid:
            return None
        if stack.name in self.place.stacks:
            stack.delete()
            if stack.deleted:
                self.place.gone[stack.id] = self.place.stacks.pop(stack.name)
        return None

    @_answers
    def set_stack_policy(self):
        if self._get_param("StackPolicyURL"):
            raise NotHandled("stack policies from S3")
        stack, body = self.place.stack(self._get_param("StackName")), self._get_param("StackPolicyBody")
        stack.policy, stack.policy_text = policy.parse(body), body
        return None

    @_answers
    def get_stack_policy(self):
        stack = self.place.stack(self._get_param("StackName"))
        return {"StackPolicyBody": stack.policy_text} if stack.policy is not None else {}

    @_answers
    def create_change_set(self):
        name, kind = self._get_param("StackName"), self._get_param("ChangeSetType", "UPDATE")
        stack = self.place.stacks.get(name) or (self.place.stack(name) if kind == "UPDATE" else Stack(self.place.aws, name))
        if kind == "CREATE" and stack.status != "REVIEW_IN_PROGRESS":
            raise Invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet [{name}].")
        if kind == "UPDATE":
            _updatable(stack)
        change = self.change_from_request(stack)
        self.place.stacks[name] = stack
        empty = kind == "UPDATE" and change.empty()
        entry = {
            "ChangeSetName": self._get_param("ChangeSetName"),
            "StackName": name,
            "StackId": stack.id,
            "Description": self._get_param("Description"),
            "Parameters": _pairs(change.raw),
            "Capabilities": change.capabilities,
            "CreationTime": now(),
            "Status": "FAILED" if empty else "CREATE_COMPLETE",
            "ExecutionStatus": "UNAVAILABLE" if empty else "AVAILABLE",
            "StatusReason": NO_CHANGES if empty else None,
            "Changes": [_change(*action, stack) for action in change.actions()],
        }
        entry["ChangeSetId"] = stack.aws.arn("cloudformation", f"changeSet/{entry['ChangeSetName']}/{uuid.uuid4()}")
        self.place.changes[entry["ChangeSetId"]] = {**entry, "_change": change, "_kind": kind}
        return {"Id": entry["ChangeSetId"], "StackId": stack.id}

    def _entry(self):
        return self.place.change(self._get_param("ChangeSetName"), self._get_param("StackName"))

    @_answers
    def describe_change_set(self):
        return {key: value for key, value in self._entry().items() if not key.startswith("_") and value is not None}

    @_answers
    def execute_change_set(self):
        entry = self._entry()
        if entry["ExecutionStatus"] != "AVAILABLE":
            raise CloudFormationError("InvalidChangeSetStatus", f"ChangeSet is {entry['ExecutionStatus']}")
        stack = self.place.stack(entry["StackId"])
        (stack.create if entry["_kind"] == "CREATE" else stack.update)(entry["_change"])
        entry["ExecutionStatus"] = "EXECUTE_COMPLETE"
        return {}

    @_answers
    def delete_change_set(self):
        del self.place.changes[self._entry()["ChangeSetId"]]
        return {}

    @_answers
    def list_change_sets(self):
        stack = self.place.stack(self._get_param("StackName"))
        keys = ("StackId", "StackName", "ChangeSetId", "ChangeSetName", "ExecutionStatus", "Status", "CreationTime")
        entries = [entry for entry in self.place.changes.values() if entry["StackId"] == stack.id]
        return {"Summaries": [{key: entry[key] for key in keys} for entry in entries]}

    @_answers
    def describe_stacks(self):
        name = self._get_param("StackName")
        stacks = [self.place.stack(name)] if name else list(self.place.stacks.values())
        return {"Stacks": [_described(stack) for stack in stacks]}

    @_answers
    def list_stacks(self):
        wanted = self._get_param("StackStatusFilter", [])
        stacks = [*self.place.stacks.values(), *self.place.gone.values()]
        keys = ("StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus")
        listed = [_described(stack) for stack in stacks if not wanted or stack.status in wanted]
        return {"StackSummaries": [{key: stack[key] for key in keys if key in stack} for stack in listed]}

    @_answers
    def describe_stack_resources(self):
        stack = self.place.stack(self._get_param("StackName"))
        wanted = self._get_param("LogicalResourceId")
        found = [resource for resource in stack.resources.values() if wanted in (None, resource.logical)]
        return {"StackResources": [_resource(stack, resource, "Timestamp") for resource in found]}

    @_answers
    def describe_stack_resource(self):
        stack, name = self.place.stack(self._get_param("StackName")), self._get_param("LogicalResourceId")
        if name not in stack.resources:
            raise Invalid(f"Resource {name} does not exist for stack {stack.name}")
        return {"StackResourceDetail": _resource(stack, stack.resources[name], "LastUpdatedTimestamp")}

    @_answers
    def list_stack_resources(self):
        stack = self.place.stack(self._get_param("StackName"))
        entries = [_resource(stack, resource, "LastUpdatedTimestamp") for resource in stack.resources.values()]
        return {"StackResourceSummaries": entries}

    @_answers
    def describe_stack_events(self):
        events = self.place.stack(self._get_param("StackName")).events
        return {"StackEvents": [{k: v for k, v in event.items() if v is not None} for event in reversed(events)]}

    @_answers
    def get_template(self):
        return {"TemplateBody": self.place.stack(self._get_param("StackName")).text}


def _updatable(stack):
    if stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"):
        raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def _pairs(values):
    return [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in values.items()]


def _summary(text):
    parsed = template.load(text)
    needed, why = schemas.capabilities(parsed["Resources"])
    result = {
        "Description": parsed.get("Description", ""),
        "Parameters": [_parameter(name, body) for name, body in parsed.get("Parameters", {}).items()],
        "ResourceTypes": sorted({body["Type"] for body in parsed["Resources"].values()}),
    }
    if needed:
        reason = f"The following resource(s) require capabilities: [{', '.join(why)}]"
        result |= {"Capabilities": needed, "CapabilitiesReason": reason}
    return result


def _parameter(name, body):
    parameter = {"ParameterKey": name, "ParameterType": body["Type"], "NoEcho": body.get("NoEcho", False)}
    if "Default" in body:
        parameter["DefaultValue"] = str(body["Default"])
    if "Description" in body:
        parameter["Description"] = body["Description"]
    return parameter


def _change(action, logical, kind, replacement, stack):
    change = {"Action": action, "LogicalResourceId": logical, "ResourceType": kind}
    if replacement:
        change |= {"Replacement": replacement, "PhysicalResourceId": stack.resources[logical].physical}
    return {"Type": "Resource", "ResourceChange": change}


def _described(stack):
    described = {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.parsed.get("Description"),
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": False,
        "Capabilities": stack.capabilities,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        "Parameters": [_shown(stack, name, value) for name, value in stack.raw.items()],
        "Outputs": [
            {"OutputKey": name, "OutputValue": str(value)} for name, value in stack.outputs.items()
        ],
    }
    return {key: value for key, value in described.items() if value is not None}


def _shown(stack, name, value):
    declared = stack.parsed["Parameters"][name]
    shown = {"ParameterKey": name, "ParameterValue": "****" if declared.get("NoEcho") else value}
    if declared["Type"].startswith("AWS::SSM::Parameter::Value"):
        resolved = stack.resolved[name]
        shown["ResolvedValue"] = ",".join(resolved) if isinstance(resolved, list) else resolved
    return shown


def _resource(stack, resource, time_key):
    return {
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": resource.logical,
        "PhysicalResourceId": resource.physical,
        "ResourceType": resource.kind,
        "ResourceStatus": resource.status,
        time_key: resource.changed,
    }
