"""EC2: a security-group rule keeps its description whatever it refers to, and is found without it."""

import inspect

from moto.ec2.models.security_groups import SecurityGroupRule as Rule


def _target(rule):
    return {key: value for key, value in rule.source_group.items() if key != "Description"}


def _described(rule):
    for part in (rule.ip_range, rule.source_group, rule.prefix_part):
        if part.get("Description"):
            return part["Description"]
    return None


def apply():
    init, equal = Rule.__init__, Rule.__eq__

    def with_prefix(self, *arguments, **more):
        given = inspect.signature(init).bind(self, *arguments, **more).arguments
        self.prefix_part = given.get("prefix_list_id") or {}
        init(self, *arguments, **more)

    def same(self, other):
        mine, theirs = self.source_group, other.source_group
        self.source_group, other.source_group = _target(self), _target(other)
        try:
            return equal(self, other)
        finally:
            self.source_group, other.source_group = mine, theirs

    Rule.__init__, Rule.__eq__ = with_prefix, same
    Rule.description = property(_described)
