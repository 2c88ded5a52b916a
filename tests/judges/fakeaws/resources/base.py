"""What a resource handler is, and the table-driven one that most types need."""

import json
import secrets
import string

import jmespath

from fakeaws import tags
from fakeaws.clients import convert
from fakeaws.errors import MustReplace, NotHandled

HANDLERS = {}


def handles(kind):
    """Registers a handler class for a resource type."""

    def register(handler):
        handler.kind = kind
        HANDLERS[kind] = handler()
        return handler

    return register


def handler_of(kind):
    if kind not in HANDLERS:
        raise NotHandled(f"{kind}: fakeaws has no handler for this type")
    return HANDLERS[kind]


def generated_name(stack, logical, longest=255):
    """The name CloudFormation makes up when the template gives none."""
    suffix = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(12))
    return f"{stack}-{logical}"[: longest - 13].rstrip("-") + f"-{suffix}"


def contains(shown, sent):
    """Whether everything in `sent` is in `shown`, which may have more members and another order."""
    if isinstance(sent, dict):
        return isinstance(shown, dict) and all(contains(shown.get(key), value) for key, value in sent.items())
    if isinstance(sent, list):
        if not isinstance(shown, list) or len(shown) != len(sent):
            return False
        return all(any(contains(other, item) for other in shown) for item in sent)
    if isinstance(sent, str) and sent[:1] in "{[" and sent:
        return isinstance(shown, (str, dict)) and _document(shown) == _document(sent)
    return shown == sent


def _document(value):
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def diff(old, new):
    """The names of properties that differ."""
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


class Handler:
    """Creates, updates and deletes one type of resource. `p` are evaluated properties."""

    kind = ""
    name = None  # (property, longest): filled with a generated name when the template gives none.
    lower = False  # Whether the service keeps names in lower case.

    def named(self, stack, logical, p):
        if self.name and self.name[0] not in p:
            name = generated_name(stack, logical, self.name[1])
            return {**p, self.name[0]: name.lower() if self.lower else name}
        return p

    def exists(self, aws, name):
        """Whether something has this name already, for an import."""
        return False

    def create(self, aws, p):
        """Creates the resource and returns its physical id, which is what Ref gives."""
        raise NotImplementedError

    def update(self, aws, physical, old, new):
        """Changes it in place; `MustReplace` when that cannot be done."""
        raise MustReplace(self.kind)

    def delete(self, aws, physical, p):
        raise NotImplementedError

    def snapshot(self, aws, physical, p):
        """Deletes it and keeps its data, for the policy Snapshot."""
        raise NotHandled(f"{self.kind}: deletion policy Snapshot")

    def attributes(self, aws, physical, p):
        """Everything Fn::GetAtt can ask for."""
        return {}


class Table(Handler):
    """A type whose create, update and delete are one API call each.

    `key` is the identifying argument of update, delete and describe; a tuple of them reads further ones from properties
    as (argument, property). `made` and `found` are JMESPath expressions into the results.
    """

    service = ""
    rename = {}  # Property to API argument.
    apart = frozenset()  # Properties that `also` puts in place, and no argument of create.
    fixed = frozenset()  # Arguments of update that must not be repeated.
    create_call = made = update_call = delete_call = describe_call = ""
    key = "Name"
    keys = None  # The same argument where operations name it differently: {"update": …, "delete": …, "describe": …}.
    extra = {}  # Further identifying arguments: argument to property.
    plural = False  # The describe call takes a list of ids.
    shown = ""  # Path to the resource in the result of `describe_call`, such as `clusters[0]`.
    shown_as = {}  # API argument to the name it has in the description, where they differ.
    reads = {}  # GetAtt name to a JMESPath expression into that resource; `@` is the physical id.
    tag_arn = ""  # The same for what the tagging API wants. Without it tags go through update.

    def arguments(self, p):
        return {self.rename.get(key, key): value for key, value in p.items() if key not in self.apart}

    def who(self, what, physical, p):
        key = (self.keys or {}).get(what, self.key)
        who = {key: [physical] if what == "describe" and self.plural else physical}
        return who | {argument: p[name] for argument, name in self.extra.items() if name in p}

    def create(self, aws, p):
        result = aws.call(self.service, self.create_call, self.arguments(p))
        physical = jmespath.search(self.made, result)
        self.also(aws, physical, {}, p)
        return physical

    def update(self, aws, physical, old, new):
        changed = diff(old, new)
        if "Tags" in changed and self.tag_arn:
            tags.sync(aws, self.service, self.read(aws, physical, new, self.tag_arn), old.get("Tags"), new.get("Tags"))
            changed -= {"Tags"}
        ours = changed - self.apart
        if ours:
            self.change(aws, physical, ours, new)
        if changed & self.apart:
            self.also(aws, physical, old, new)

    def change(self, aws, physical, changed, new):
        if not self.update_call:
            raise MustReplace(self.kind)
        accepted = aws.accepts(self.service, self.update_call)
        for name in changed:
            if self.rename.get(name, name).lower() not in accepted:
                raise NotHandled(f"{self.kind}.{name} cannot be updated: {self.update_call} does not take it")
        who = self.who("update", physical, new)
        sent = {key: value for key, value in self.arguments(new).items() if key.lower() in accepted}
        taken = {name.lower() for name in who} | {name.lower() for name in self.fixed}
        sent = {key: value for key, value in sent.items() if key.lower() not in taken}
        aws.call(self.service, self.update_call, sent, **who)

    def also(self, aws, physical, old, new):
        """Puts the `apart` properties in place with further calls."""

    def delete(self, aws, physical, p):
        getattr(aws.client(self.service), self.delete_call)(**self.who("delete", physical, p))

    def describe(self, aws, physical, p):
        result = getattr(aws.client(self.service), self.describe_call)(**self.who("describe", physical, p))
        return jmespath.search(self.shown, result) if self.shown else result

    def read(self, aws, physical, p, expression):
        return physical if expression == "@" else jmespath.search(expression, self.describe(aws, physical, p))

    def attributes(self, aws, physical, p):
        described = {}
        if self.describe_call:
            described = self.describe(aws, physical, p)
            self.check_kept(aws, described, p)
        return {
            name: physical if expression == "@" else jmespath.search(expression, described)
            for name, expression in self.reads.items()
        }

    def check_kept(self, aws, described, p):
        """Fails when the server dropped something it was given and could show."""
        sent = convert(self.arguments(p), aws.shape(self.service, self.create_call), self.kind)
        visible = aws.described_members(self.service, self.describe_call, self.shown)
        for name, value in sent.items():
            found = visible.get(self.shown_as.get(name, name).lower())
            if found and name not in ("Tags", "tags") and not contains(described.get(found), value):
                raise NotHandled(f"{self.kind}.{name}: sent {value!r}, the server shows {described.get(found)!r}")
