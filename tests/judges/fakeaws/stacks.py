"""Stacks: what a deployment of a template creates, changes, replaces, keeps and removes.

One operation runs to its end before the request that started it is answered. Failing creations and updates roll back
and leave an event with the reason, as on AWS.
"""

import uuid
from datetime import datetime, timezone

from fakeaws import parameters, policy, schemas, template
from fakeaws.errors import Invalid, MissingCapability, MustReplace, NotHandled
from fakeaws.resources import handler_of
from fakeaws.values import Scope, resolve_dynamic

RESOURCE_KEYS = {"Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"}
KEEPING = ("Retain", "RetainExceptOnCreate")


def now():
    return datetime.now(timezone.utc)


class Resource:
    """One resource that exists: its evaluated properties, its id and its attributes."""

    def __init__(self, logical, kind, body):
        self.logical, self.kind, self.body = logical, kind, body
        self.properties, self.physical, self.status, self.changed = {}, None, None, now()
        # Imported, and not yet what the template says: an import records and changes nothing.
        self.drifted = False
        self._attributes = {}

    def attribute(self, name):
        if name not in self._attributes:
            raise NotHandled(f"{self.kind} has no attribute {name} here")
        return self._attributes[name]

    def refresh(self, aws):
        handler = handler_of(self.kind)
        known = {handler.name[0]: self.physical} if self.drifted else self.properties
        self._attributes = handler.attributes(aws, self.physical, known)
        self.changed = now()


class Stack:
    """One stack; everything it knows survives between operations."""

    def __init__(self, aws, name):
        self.aws, self.name = aws, name
        self.id = aws.arn("cloudformation", f"stack/{name}/{uuid.uuid4()}")
        self.text, self.parsed, self.raw, self.tags, self.capabilities = "", {"Resources": {}}, {}, {}, []
        self.resolved, self.resources, self.outputs, self.events = {}, {}, {}, []
        self.created, self.updated, self.deleted = now(), None, None
        self.status, self.reason = "REVIEW_IN_PROGRESS", None
        # The statements of the stack policy; none allows everything.
        self.policy = None

    def note(self, status, reason=None, resource=None):
        if resource is None:
            self.status, self.reason = status, reason
        else:
            resource.status = status
        self.events.append(
            {
                "StackId": self.id,
                "EventId": str(uuid.uuid4()),
                "StackName": self.name,
                "LogicalResourceId": resource.logical if resource else self.name,
                "PhysicalResourceId": (resource.physical or "") if resource else self.id,
                "ResourceType": resource.kind if resource else "AWS::CloudFormation::Stack",
                "Timestamp": now(),
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }
        )

    def scope(self, parsed, resolved, resources):
        pseudo = {
            "AWS::AccountId": self.aws.account,
            "AWS::Region": self.aws.region,
            "AWS::Partition": self.aws.partition,
            "AWS::URLSuffix": self.aws.suffix,
            "AWS::StackName": self.name,
            "AWS::StackId": self.id,
        }
        return Scope({**pseudo, **resolved}, resources, parsed.get("Mappings", {}), self._zones)

    def _zones(self, region):
        zones = self.aws.client("ec2").describe_availability_zones()["AvailabilityZones"]
        return sorted(zone["ZoneName"] for zone in zones if zone["RegionName"] == region)

    def create(self, change):
        self.note("CREATE_IN_PROGRESS", "User Initiated")
        try:
            self._apply(change, "CREATE")
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the stack's failure, told in its events.
            self.note("ROLLBACK_IN_PROGRESS", _why(error))
            try:
                self._remove(list(self.resources.values()), "DeletionPolicy", creating=True)
            except Exception as second:  # noqa: BLE001
                self.note("ROLLBACK_FAILED", _why(second))
                return
            self.note("ROLLBACK_COMPLETE")
            return
        self.note("CREATE_COMPLETE")

    def update(self, change):
        before = Change(self, self.text, self.parsed, self.raw, self.tags, self.capabilities)
        before.resolved = self.resolved
        self.note("UPDATE_IN_PROGRESS", "User Initiated")
        try:
            if self.policy is not None:
                policy.refuse(self.policy, change.actions())
            self._apply(change, "UPDATE")
        except Exception as error:  # noqa: BLE001 - see create.
            self.note("UPDATE_ROLLBACK_IN_PROGRESS", _why(error))
            try:
                self._apply(before, "UPDATE")
            except Exception as second:  # noqa: BLE001
                self.note("UPDATE_ROLLBACK_FAILED", _why(second))
                return
            self.note("UPDATE_ROLLBACK_COMPLETE")
            return
        self.updated = now()
        self.note("UPDATE_COMPLETE")

    def delete(self):
        self.note("DELETE_IN_PROGRESS", "User Initiated")
        try:
            self._remove(list(self.resources.values()), "DeletionPolicy")
        except Exception as error:  # noqa: BLE001 - see create.
            self.note("DELETE_FAILED", _why(error))
            return
        self.deleted = now()
        self.note("DELETE_COMPLETE")

    def _apply(self, change, verb):
        parsed, wanted = change.parsed, change.parsed["Resources"]
        scope = self.scope(parsed, change.resolved, self.resources)
        replaced = []
        for logical in template.creation_order(wanted):
            resource = Resource(logical, wanted[logical]["Type"], wanted[logical])
            try:
                self._settle(change, scope, self.resources.get(logical), resource, replaced)
            except Exception as error:
                self.note(f"{verb}_FAILED", _why(error), resource)
                self._restore(replaced)
                raise
        gone = [self.resources.pop(name) for name in list(self.resources) if name not in wanted]
        self._remove(replaced, "UpdateReplacePolicy")
        self._remove(gone, "DeletionPolicy")
        self.outputs = {name: scope.evaluate(body["Value"]) for name, body in parsed.get("Outputs", {}).items()}
        self.text, self.parsed, self.raw, self.resolved = change.text, parsed, change.raw, change.resolved
        self.tags, self.capabilities = change.tags, change.capabilities

    def _settle(self, change, scope, old, resource, replaced):
        """Creates, changes or leaves one resource."""
        handler = handler_of(resource.kind)
        resource.properties = change.properties(scope, resource)
        if old and old.kind == resource.kind:
            keep_made_up_name(handler, old, resource.properties)
            resource.physical, resource.drifted = old.physical, old.drifted
            if resource.drifted and change.reverts:
                fixed = schemas.create_only(self.aws.region, resource.kind, resource.properties)
                handler.update(self.aws, old.physical, fixed, resource.properties)
                resource.drifted = False
                self._keep(resource, "UPDATE_COMPLETE")
                return
            if old.properties == resource.properties:
                resource._attributes, resource.status = old._attributes, old.status
                self._place(resource)
                return
            if not schemas.replaced_by(self.aws.region, resource.kind, old.properties, resource.properties):
                try:
                    plain = [resolve_dynamic(each.properties, self.aws) for each in (old, resource)]
                    handler.update(self.aws, old.physical, *plain)
                    self._keep(resource, "UPDATE_COMPLETE")
                    return
                except MustReplace:
                    pass
        if not old and change.imported(resource.logical):
            resource.physical, resource.drifted = resource.properties[handler.name[0]], True
            self._keep(resource, "IMPORT_COMPLETE")
            return
        resource.physical = None
        resource.properties = handler.named(self.name, resource.logical, change.properties(scope, resource))
        resource.physical = handler.create(self.aws, resolve_dynamic(resource.properties, self.aws))
        if old:
            replaced.append(old)
        self._keep(resource, "CREATE_COMPLETE")

    def _restore(self, replaced):
        """After a failed update: what was to be replaced is the resource again, and its successor goes."""
        successors = []
        for old in replaced:
            successors.append(self.resources[old.logical])
            self.resources[old.logical] = old
        self._remove(successors, "")

    def _keep(self, resource, status):
        # Registered before its attributes are read: a failure there must still delete it.
        self._place(resource)
        resource.refresh(self.aws)
        self.note(status, resource=resource)

    def _place(self, resource):
        """Resources stay in the order in which they may be created: removal goes backwards."""
        self.resources.pop(resource.logical, None)
        self.resources[resource.logical] = resource

    def _remove(self, resources, policy, creating=False):
        for resource in reversed(resources):
            rule = resource.body.get(policy, "Delete")
            handler = handler_of(resource.kind)
            if rule in KEEPING and not (creating and rule == "RetainExceptOnCreate"):
                self.note("DELETE_SKIPPED", resource=resource)
            elif rule == "Snapshot" and not creating:
                handler.snapshot(self.aws, resource.physical, resource.properties)
                self.note("DELETE_COMPLETE", "A snapshot was kept", resource)
            else:
                handler.delete(self.aws, resource.physical, resource.properties)
                self.note("DELETE_COMPLETE", resource=resource)
            if self.resources.get(resource.logical) is resource:
                del self.resources[resource.logical]


class Change:
    """A template with its parameters, checked, and what it would do to a stack."""

    def __init__(self, stack, text, parsed, raw, tags, capabilities):
        self.stack, self.text, self.parsed, self.raw = stack, text, parsed, raw
        self.tags, self.capabilities, self.resolved = tags, capabilities, {}
        self.imports, self.reverts = False, False

    @classmethod
    def checked(cls, stack, text, passed, tags, capabilities):
        """Everything AWS refuses before a change set exists."""
        parsed = template.load(text)
        declared = parsed.get("Parameters", {})
        change = cls(stack, text, parsed, parameters.given(declared, passed, stack.raw), tags, capabilities)
        change.resolved = parameters.resolve(declared, change.raw, stack.aws)
        names = set(declared) | set(parsed["Resources"])
        for logical, body in parsed["Resources"].items():
            if unknown := set(body) - RESOURCE_KEYS:
                raise Invalid(f"resource {logical} has keys that are not handled: {sorted(unknown)}")
            missing = {name for name in template.references(body.get("Properties", {})) - names if not name.startswith("AWS::")}
            if missing:
                raise Invalid(f"Template format error: Unresolved resource dependencies {sorted(missing)} in {logical}")
        template.creation_order(parsed["Resources"])
        needed, why = schemas.capabilities(parsed["Resources"])
        enough = {"CAPABILITY_NAMED_IAM", *needed}
        if needed and not enough & set(capabilities):
            raise MissingCapability(f"Requires capabilities : {needed} (because of {', '.join(why)})")
        return change

    def properties(self, scope, resource):
        evaluated = scope.evaluate(resource.body.get("Properties", {}))
        return schemas.with_stack_tags(self.stack.aws.region, resource.kind, evaluated, self.tags)

    def imported(self, logical):
        """What is there under a fixed name, and kept when the stack goes, is imported where that is asked for."""
        body = self.parsed["Resources"][logical]
        handler = handler_of(body["Type"])
        name = body.get("Properties", {}).get(handler.name[0]) if handler.name else None
        fixed = isinstance(name, str) and body.get("DeletionPolicy") in KEEPING
        return self.imports and fixed and handler.exists(self.stack.aws, name)

    def actions(self):
        """(action, logical id, type, replacement) for every resource that would not stay as it is."""
        stack, wanted, result, shifting = self.stack, self.parsed["Resources"], [], set()
        scope = stack.scope(self.parsed, self.resolved, stack.resources)
        for logical in template.creation_order(wanted):
            kind, old = wanted[logical]["Type"], stack.resources.get(logical)
            if old is None:
                result.append(("Import" if self.imported(logical) else "Add", logical, kind, None))
                continue
            if self.reverts and old.drifted:
                result.append(("Modify", logical, kind, "False"))
                continue
            if template.needs(wanted[logical]) & (shifting | (set(wanted) - set(stack.resources))):
                result.append(("Modify", logical, kind, "Conditional"))
                continue
            new = self.properties(scope, Resource(logical, kind, wanted[logical]))
            keep_made_up_name(handler_of(kind), old, new)
            if kind == old.kind and new == old.properties:
                continue
            replaced = kind != old.kind or schemas.replaced_by(stack.aws.region, kind, old.properties, new)
            if replaced:
                shifting.add(logical)
            result.append(("Modify", logical, kind, "True" if replaced else "False"))
        gone = [name for name in stack.resources if name not in wanted]
        return result + [("Remove", name, stack.resources[name].kind, None) for name in gone]

    def empty(self):
        """Whether executing it would change nothing at all."""
        outputs = self.parsed.get("Outputs", {})
        same_outputs = outputs == self.stack.parsed.get("Outputs", {})
        return not self.actions() and same_outputs and self.tags == self.stack.tags


def keep_made_up_name(handler, old, properties):
    """A name that CloudFormation made up stays for the resource's life."""
    if handler.name and handler.name[0] not in properties and handler.name[0] not in old.body.get("Properties", {}):
        properties[handler.name[0]] = old.properties[handler.name[0]]


def _why(error):
    return f"{type(error).__name__}: {error}" if not isinstance(error, Invalid) else str(error)
