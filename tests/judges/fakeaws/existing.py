"""Things a deployment expects to find: VPCs, subnets, zones and more, made in moto under the ids that a spec names.

`post(endpoint, region, text)` makes everything whose id occurs in `text`, usually the rendered templates. Ids that no
pattern knows are left to the deployment, which fails on them by name.
"""

import json
import re
import urllib.request
from unittest import mock

from moto.acm.models import acm_backends
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.efs.models import efs_backends
from moto.elbv2.models import FakeListener, elbv2_backends
from moto.iam.models import iam_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import servicediscovery_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.utilities.utils import get_partition
from moto.wafv2.models import wafv2_backends

PATH = "/moto-api/fakeaws/existing"
ZONES = 3


def post(endpoint, region, text, account="123456789012"):
    """Asks a running server to make what `text` mentions."""
    body = json.dumps({"region": region, "account": account, "text": text}).encode()
    request = urllib.request.Request(endpoint + PATH, data=body, headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()


def answer(request, url, headers):
    """The server's side of `post`."""
    asked = json.loads(request.data)
    make(asked["account"], asked["region"], asked["text"])
    return 200, {}, "{}"


def _found(pattern, text):
    return sorted(set(re.findall(pattern, text)))


def make(account, region, text):
    ec2 = ec2_backends[account][region]
    vpc = None
    for number, name in enumerate(_found(r"\bvpc-[0-9a-f]{8,17}\b", text)):
        if name not in ec2.vpcs:
            with mock.patch("moto.ec2.models.vpcs.random_vpc_id", lambda name=name: name):
                ec2.create_vpc(f"10.{200 + number}.0.0/16")
        vpc = vpc or name
    for number, name in enumerate(_found(r"\bsubnet-[0-9a-f]{8,17}\b", text)):
        if vpc and not any(name in found for found in ec2.subnets.values()):
            zone = f"{region}{'abc'[number % ZONES]}"
            with mock.patch("moto.ec2.models.subnets.random_subnet_id", lambda name=name: name):
                ec2.create_subnet(vpc, f"10.200.{number * 16}.0/20", availability_zone=zone)
    for name in _found(r"\bsg-[0-9a-f]{8,17}\b", text):
        if not ec2.get_security_group_from_id(name):
            with mock.patch("moto.ec2.models.security_groups.random_security_group_id", lambda name=name: name):
                ec2.create_security_group(f"existing {name}", "existing", vpc)
    _zones(account, region, text)
    _certificates(account, region, text)
    _file_systems(account, region, text)
    _web_acls(account, region, text)
    _secrets(account, region, text)
    _listeners(account, region, text)
    _people(account, region, text)
    _clusters(account, region, text)
    _namespaces(account, region, text)


def _zones(account, region, text):
    route53 = route53_backends[account][get_partition(region)]
    for name in _found(r"\bZ[0-9A-Z]{12,31}\b", text):
        if name not in route53.zones:
            identifier = "moto.route53.models.HostedZoneIdentifier.generate"
            with mock.patch(identifier, lambda *_, name=name, **__: name):
                route53.create_hosted_zone(name="example.com", private_zone=False)


def _certificates(account, region, text):
    acm = acm_backends[account][region]
    for arn in _found(r"\barn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+", text):
        if arn not in acm._certificates:
            with mock.patch("moto.acm.models.make_arn_for_certificate", lambda *_, arn=arn: arn):
                acm.request_certificate("existing.example.com", arn, [], [])


def _file_systems(account, region, text):
    efs = efs_backends[account][region]
    for name in _found(r"\bfs-[0-9a-f]{8,17}\b", text):
        if name not in efs.file_systems_by_id:
            with mock.patch("moto.efs.models.mock_random.get_random_hex", lambda *_, name=name: name[3:]):
                efs.create_file_system(name, "generalPurpose", True, "", "bursting", 0, "", False, [])


def _web_acls(account, region, text):
    waf = wafv2_backends[account][region]
    for arn in _found(r"\barn:[a-z-]+:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[\w-]+/[0-9a-f-]+", text):
        if arn not in waf.wacls:
            name, visibility = arn.split("/")[2], {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False}
            with mock.patch("moto.wafv2.models.make_arn_for_wacl", lambda *_, arn=arn, **__: arn):
                more = [None] * 5
                waf.create_web_acl(name, {**visibility, "MetricName": name}, {"Allow": {}}, "REGIONAL", "", [], [], *more)


def _secrets(account, region, text):
    """Secrets that dynamic references read by name, put together as the templates do."""
    manager = secretsmanager_backends[account][region]
    for found in re.finditer(r'resolve:secretsmanager:\$\{Secret\}:.*\s+- Secret: "([^"]+)"\s+Key: "([^"]*)"', text):
        name, key = found.groups()
        if name not in manager.secrets:
            value = json.dumps({key: "an existing secret"}) if key else "an existing secret"
            more = {"description": None, "tags": [], "kms_key_id": None, "client_request_token": None}
            manager.create_secret(name, value, None, **more, replica_regions=[], force_overwrite=False)


def _listeners(account, region, text):
    """Listeners of an existing load balancer, with the load balancer that their ARN names."""
    elb = elbv2_backends[account][region]
    subnets = [subnet for found in elb.ec2_backend.subnets.values() for subnet in found]
    for arn in _found(r"\barn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[\w-]+/[0-9a-f]+/[0-9a-f]+", text):
        balancer = arn.replace(":listener/", ":loadbalancer/").rsplit("/", 1)[0]
        if balancer not in elb.load_balancers:
            with mock.patch("moto.elbv2.models.make_arn_for_load_balancer", lambda *_, made=balancer, **__: made):
                elb.create_load_balancer(balancer.split("/")[2], [], subnets[:2])
        listeners = elb.load_balancers[balancer].listeners
        if arn not in listeners:
            listeners[arn] = FakeListener(balancer, arn, "HTTPS", 443 + len(listeners), "", None, [], None)


def _clusters(account, region, text):
    """Clusters that roles name and no template makes."""
    ecs = ecs_backends[account][region]
    for name in set(_found(r":cluster/([\w-]+)", text)) - set(_found(r'ClusterName: "([^"]+)"', text)) - set(ecs.clusters):
        ecs.create_cluster(name)


def _namespaces(account, region, text):
    """Private namespaces, each in the VPC that the text names."""
    discovery = servicediscovery_backends[account][region]
    for name in set(_found(r'"(ns-[a-z0-9]+)"', text)) - set(discovery.namespaces):
        vpc = _found(r"\bvpc-[0-9a-f]{8,17}\b", text)[0]
        with mock.patch("moto.servicediscovery.models.random_id", lambda size, name=name: name.removeprefix("ns-")):
            discovery.create_private_dns_namespace(f"{name}.example", None, "", vpc, [], {})


def _people(account, region, text):
    """Roles, groups and users that managed policies are attached to."""
    iam = iam_backends[account][get_partition(region)]

    def named(kind):
        return {name for line in re.findall(rf"^      {kind}: (\[.*\])$", text, re.M) for name in json.loads(line)}

    for name in named("Roles") - {role.name for role in iam.roles.values()}:
        iam.create_role(name, "{}", "/", None, "", {}, 3600)
    for name in named("Groups") - set(iam.groups):
        iam.create_group(name, "/")
    for name in named("Users") - set(iam.users):
        iam.create_user(region, name, "/")
