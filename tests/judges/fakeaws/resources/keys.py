"""KMS keys and aliases."""

from fakeaws.errors import MustReplace
from fakeaws.resources.base import Handler, Table, handles


@handles("AWS::KMS::Key")
class Key(Table):
    service = "kms"
    rename = {"KeyPolicy": "Policy"}
    apart = frozenset({"EnableKeyRotation", "PendingWindowInDays", "Enabled", "RotationPeriodInDays"})
    create_call, made, describe_call, key, shown = "create_key", "KeyMetadata.KeyId", "describe_key", "KeyId", "KeyMetadata"
    reads, tag_arn = {"Arn": "Arn", "KeyId": "KeyId"}, "KeyId"

    def arguments(self, p):
        own = [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in p.get("Tags", [])]
        return {**super().arguments(p), "Tags": own}

    def change(self, aws, physical, changed, new):
        if changed - {"KeyPolicy", "Description"}:
            raise MustReplace(self.kind)
        aws.call("kms", "put_key_policy", {"Policy": new["KeyPolicy"]}, KeyId=physical, PolicyName="default")
        if "Description" in changed:
            aws.client("kms").update_key_description(KeyId=physical, Description=new.get("Description", ""))

    def also(self, aws, physical, old, new):
        turn = "enable" if str(new.get("EnableKeyRotation")).lower() == "true" else "disable"
        getattr(aws.client("kms"), f"{turn}_key_rotation")(KeyId=physical)

    def delete(self, aws, physical, p):
        days = int(p.get("PendingWindowInDays", 30))
        aws.client("kms").schedule_key_deletion(KeyId=physical, PendingWindowInDays=days)


@handles("AWS::KMS::Alias")
class Alias(Handler):
    def create(self, aws, p):
        aws.call("kms", "create_alias", p)
        return p["AliasName"]

    def update(self, aws, physical, old, new):
        aws.client("kms").update_alias(AliasName=physical, TargetKeyId=new["TargetKeyId"])

    def delete(self, aws, physical, p):
        aws.client("kms").delete_alias(AliasName=physical)
