"""The policy evaluator and the executor's parsers themselves: what they must refuse matters as much as what they allow."""

import pytest

from boot.ecs.values import resolve
from boot.policy import NotEvaluated, Request, Role

TASK = "arn:aws:ecs:eu-central-1:123456789012:task/acme/abc"


def role(**statement):
    return Role("r", [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}])


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("arn:aws:ecs:eu-central-1:123456789012:task/acme/*", True),
        ("arn:aws:ecs:*:123456789012:task/acme/a?c", True),
        ("arn:aws:ecs:eu-central-1:123456789012:task/acm/*", False),
        ("arn:aws:ecs:eu-central-1:123456789012:task/acme/[a]bc", False),
    ],
)
def test_resources_match_by_wildcards_only(resource, allowed):
    found = role(Action="ecs:StopTask", Resource=resource).grants(Request("ecs:StopTask", TASK))
    assert bool(found) is allowed


def test_actions_ignore_case_and_deny_wins():
    request = Request("ecs:StopTask", TASK)
    allowing = {"Effect": "Allow", "Action": ["ecs:stop*"], "Resource": "*"}
    assert Role("r", [{"Statement": [allowing]}]).grants(request)
    denying = {"Effect": "Deny", "Action": "ecs:*", "Resource": "*"}
    assert not Role("r", [{"Statement": [allowing, denying]}]).grants(request)


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"ArnEquals": {"ecs:cluster": "arn:aws:ecs:eu-central-1:123456789012:cluster/acme"}}, True),
        ({"ArnEquals": {"ECS:Cluster": "arn:aws:ecs:*:123456789012:cluster/a*"}}, True),
        ({"ArnEquals": {"ecs:cluster": "arn:aws:ecs:*:cluster/acme"}}, False),
        ({"StringEquals": {"ecs:cluster": "arn:aws:ecs:*"}}, False),
        ({"StringEquals": {"aws:RequestTag/team": "sales"}}, False),
        ({"StringEqualsIfExists": {"aws:RequestTag/team": "sales"}}, True),
    ],
)
def test_conditions(condition, allowed):
    context = {"ecs:cluster": "arn:aws:ecs:eu-central-1:123456789012:cluster/acme"}
    found = role(Action="ecs:StopTask", Resource="*", Condition=condition).grants(Request("ecs:StopTask", TASK, context))
    assert bool(found) is allowed


def test_a_boundary_limits():
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    boundary = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    limited = Role("r", [{"Statement": [statement]}], boundary)
    assert limited.grants(Request("s3:GetObject", "arn:aws:s3:::b/k"))
    assert not limited.grants(Request("ecs:StopTask", TASK))


def test_what_is_not_evaluated_is_an_error():
    with pytest.raises(NotEvaluated):
        role(NotAction="s3:*", Resource="*")
    with pytest.raises(NotEvaluated):
        role(Action="s3:*", Resource="arn:aws:s3:::b/${aws:username}")
    unknown = role(Action="s3:*", Resource="*", Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01"}})
    with pytest.raises(NotEvaluated):
        unknown.grants(Request("s3:GetObject", "arn:aws:s3:::b/k"))


class Secrets:
    def get_secret_value(self, **asked):
        self.asked = asked
        return {"SecretString": '{"user": "u", "port": 5432}'}

    def get_parameters(self, Names, WithDecryption):
        self.asked = Names
        return {"InvalidParameters": [], "Parameters": [{"Value": "p"}]}


@pytest.mark.parametrize(
    ("value_from", "value", "asked"),
    [
        ("arn:aws:secretsmanager:r:1:secret:n-abcdef", '{"user": "u", "port": 5432}', {"SecretId": "arn:aws:secretsmanager:r:1:secret:n-abcdef"}),
        ("arn:aws:secretsmanager:r:1:secret:n:user::", "u", {"SecretId": "arn:aws:secretsmanager:r:1:secret:n"}),
        ("arn:aws:secretsmanager:r:1:secret:n:port:S:", "5432", {"SecretId": "arn:aws:secretsmanager:r:1:secret:n", "VersionStage": "S"}),
        ("arn:aws:ssm:r:1:parameter/a/b", "p", ["/a/b"]),
        ("arn:aws:ssm:r:1:parameter/flat", "p", ["flat"]),
        ("/a/b", "p", ["/a/b"]),
    ],
)
def test_secrets_resolve_in_every_form(value_from, value, asked):
    secrets = Secrets()
    assert resolve(value_from, lambda service: secrets) == value
    assert secrets.asked == asked
