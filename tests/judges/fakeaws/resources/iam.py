"""IAM: roles and managed policies, within the size limits that IAM enforces."""

import json

from fakeaws import tags
from fakeaws.errors import Invalid, MustReplace
from fakeaws.resources.base import Handler, diff, handles


def _size(document):
    # IAM does not count white space.
    return len("".join(json.dumps(document, separators=(",", ":")).split()))


def _check(what, documents, most):
    size = sum(map(_size, documents))
    if size > most:
        raise Invalid(f"{what}: {size} characters of policy, at most {most}")


def _tag_list(p):
    return [{"Key": key, "Value": value} for key, value in tags.as_map(p.get("Tags")).items()]


@handles("AWS::IAM::Role")
class Role(Handler):
    name = ("RoleName", 64)
    plain = ("RoleName", "Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "AssumeRolePolicyDocument")
    apart = ("Policies", "ManagedPolicyArns", "Tags")

    def create(self, aws, p):
        _check(f"role {p['RoleName']}", [policy["PolicyDocument"] for policy in p.get("Policies", [])], 10_240)
        _check(f"trust of {p['RoleName']}", [p["AssumeRolePolicyDocument"]], 2_048)
        plain = {key: value for key, value in p.items() if key not in self.apart}
        aws.call("iam", "create_role", plain, Tags=_tag_list(p))
        self._policies(aws, p["RoleName"], {}, p)
        return p["RoleName"]

    def update(self, aws, physical, old, new):
        iam, changed = aws.client("iam"), diff(old, new)
        _check(f"role {physical}", [policy["PolicyDocument"] for policy in new.get("Policies", [])], 10_240)
        if "AssumeRolePolicyDocument" in changed:
            iam.update_assume_role_policy(RoleName=physical, PolicyDocument=json.dumps(new["AssumeRolePolicyDocument"]))
        if changed & {"Description", "MaxSessionDuration"}:
            plain = {key: new[key] for key in ("Description", "MaxSessionDuration") if key in new}
            aws.call("iam", "update_role", plain, RoleName=physical)
        if "PermissionsBoundary" in changed and "PermissionsBoundary" in new:
            iam.put_role_permissions_boundary(RoleName=physical, PermissionsBoundary=new["PermissionsBoundary"])
        elif "PermissionsBoundary" in changed:
            iam.delete_role_permissions_boundary(RoleName=physical)
        if "Tags" in changed:
            iam.untag_role(RoleName=physical, TagKeys=list(tags.as_map(old.get("Tags"))))
            iam.tag_role(RoleName=physical, Tags=_tag_list(new))
        self._policies(aws, physical, old, new)

    def _policies(self, aws, role, old, new):
        iam = aws.client("iam")
        before = {policy["PolicyName"]: policy["PolicyDocument"] for policy in old.get("Policies", [])}
        after = {policy["PolicyName"]: policy["PolicyDocument"] for policy in new.get("Policies", [])}
        for name in set(before) - set(after):
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        for name in diff(before, after) & set(after):
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(after[name]))
        had, has = set(old.get("ManagedPolicyArns", [])), set(new.get("ManagedPolicyArns", []))
        for arn in had - has:
            iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        for arn in has - had:
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)

    def delete(self, aws, physical, p):
        self._policies(aws, physical, p, {})
        aws.client("iam").delete_role(RoleName=physical)

    def attributes(self, aws, physical, p):
        role = aws.client("iam").get_role(RoleName=physical)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}


@handles("AWS::IAM::ManagedPolicy")
class ManagedPolicy(Handler):
    name = ("ManagedPolicyName", 128)

    def create(self, aws, p):
        _check(f"policy {p['ManagedPolicyName']}", [p["PolicyDocument"]], 6_144)
        plain = {key: p[key] for key in ("Path", "Description", "PolicyDocument") if key in p}
        made = aws.call("iam", "create_policy", plain, PolicyName=p["ManagedPolicyName"], Tags=_tag_list(p))
        self._attach(aws, made["Policy"]["Arn"], {}, p)
        return made["Policy"]["Arn"]

    def update(self, aws, physical, old, new):
        iam, changed = aws.client("iam"), diff(old, new)
        if changed - {"PolicyDocument", "Roles", "Users", "Groups", "Tags"}:
            raise MustReplace(self.kind)
        if "PolicyDocument" in changed:
            _check(f"policy {physical}", [new["PolicyDocument"]], 6_144)
            versions = iam.list_policy_versions(PolicyArn=physical)["Versions"]
            iam.create_policy_version(
                PolicyArn=physical, PolicyDocument=json.dumps(new["PolicyDocument"]), SetAsDefault=True
            )
            for version in versions:
                iam.delete_policy_version(PolicyArn=physical, VersionId=version["VersionId"])
        if "Tags" in changed:
            iam.untag_policy(PolicyArn=physical, TagKeys=list(tags.as_map(old.get("Tags"))))
            iam.tag_policy(PolicyArn=physical, Tags=_tag_list(new))
        self._attach(aws, physical, old, new)

    def _attach(self, aws, arn, old, new):
        iam = aws.client("iam")
        for members, argument, verb in (("Roles", "RoleName", "role"), ("Users", "UserName", "user"), ("Groups", "GroupName", "group")):
            had, has = set(old.get(members, [])), set(new.get(members, []))
            for name in had - has:
                getattr(iam, f"detach_{verb}_policy")(**{argument: name}, PolicyArn=arn)
            for name in has - had:
                getattr(iam, f"attach_{verb}_policy")(**{argument: name}, PolicyArn=arn)

    def delete(self, aws, physical, p):
        self._attach(aws, physical, p, {})
        aws.client("iam").delete_policy(PolicyArn=physical)

    def attributes(self, aws, physical, p):
        policy = aws.client("iam").get_policy(PolicyArn=physical)["Policy"]
        return {"PolicyArn": physical, "PolicyId": policy["PolicyId"]}


@handles("AWS::IAM::Policy")
class InlinePolicy(Handler):
    """A separate inline policy of one or more roles."""

    def create(self, aws, p):
        for role in p.get("Roles", []):
            document = json.dumps(p["PolicyDocument"])
            aws.client("iam").put_role_policy(RoleName=role, PolicyName=p["PolicyName"], PolicyDocument=document)
        return p["PolicyName"]

    def update(self, aws, physical, old, new):
        self.delete(aws, physical, {**old, "Roles": sorted(set(old["Roles"]) - set(new["Roles"]))})
        self.create(aws, new)

    def delete(self, aws, physical, p):
        for role in p.get("Roles", []):
            aws.client("iam").delete_role_policy(RoleName=role, PolicyName=p["PolicyName"])


@handles("AWS::IAM::OIDCProvider")
class OidcProvider(Handler):
    def create(self, aws, p):
        made = aws.call(
            "iam",
            "create_open_id_connect_provider",
            {"Url": p["Url"], "ClientIDList": p.get("ClientIdList", []), "ThumbprintList": p.get("ThumbprintList", [])},
            Tags=_tag_list(p),
        )
        return made["OpenIDConnectProviderArn"]

    def delete(self, aws, physical, p):
        aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=physical)

    def attributes(self, aws, physical, p):
        return {"Arn": physical}
