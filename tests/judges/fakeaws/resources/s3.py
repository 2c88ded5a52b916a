"""S3 buckets and bucket policies: one call per property."""

from fakeaws.errors import NotHandled
from fakeaws.resources.base import Handler, diff, handles

# Property: (call, argument that takes it)
PARTS = {
    "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration"),
    "PublicAccessBlockConfiguration": ("put_public_access_block", "PublicAccessBlockConfiguration"),
    "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls"),
    "LifecycleConfiguration": ("put_bucket_lifecycle_configuration", "LifecycleConfiguration"),
    "BucketEncryption": ("put_bucket_encryption", "ServerSideEncryptionConfiguration"),
    "LoggingConfiguration": ("put_bucket_logging", "BucketLoggingStatus"),
    "Tags": ("put_bucket_tagging", "Tagging"),
}


def _encryption(value):
    rules = []
    for rule in value["ServerSideEncryptionConfiguration"]:
        rule = dict(rule)
        rule["ApplyServerSideEncryptionByDefault"] = rule.pop("ServerSideEncryptionByDefault")
        rules.append(rule)
    return {"Rules": rules}


def _lifecycle(value):
    return {**value, "Rules": [_lifecycle_rule(dict(rule)) for rule in value["Rules"]]}


def _lifecycle_rule(rule):
    rule["ID"] = rule.pop("Id", None)
    rule["Filter"] = {"Prefix": rule.pop("Prefix", "")}
    if "ExpirationInDays" in rule or "ExpiredObjectDeleteMarker" in rule:
        days = {"Days": rule.pop("ExpirationInDays")} if "ExpirationInDays" in rule else {}
        marker = {"ExpiredObjectDeleteMarker": rule.pop("ExpiredObjectDeleteMarker")} if "ExpiredObjectDeleteMarker" in rule else {}
        rule["Expiration"] = days | marker
    if "TransitionInDays" in rule:
        raise NotHandled("lifecycle transitions in their old form")
    for name in ("Transitions",):
        if name in rule:
            rule[name] = [
                {"StorageClass": item["StorageClass"], "Days": item["TransitionInDays"]} for item in rule[name]
            ]
    if "AbortIncompleteMultipartUpload" in rule:
        rule["AbortIncompleteMultipartUpload"] = dict(rule["AbortIncompleteMultipartUpload"])
    return {key: value for key, value in rule.items() if value is not None}


def _logging(value):
    bucket = value.get("DestinationBucketName")
    return {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": value.get("LogFilePrefix", "")}}


FORMS = {
    "BucketEncryption": _encryption,
    "LifecycleConfiguration": _lifecycle,
    "LoggingConfiguration": _logging,
    "Tags": lambda value: {"TagSet": value},
}


@handles("AWS::S3::Bucket")
class Bucket(Handler):
    name, lower = ("BucketName", 63), True

    def exists(self, aws, name):
        return name in [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]

    def create(self, aws, p):
        where = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
        aws.client("s3").create_bucket(Bucket=p["BucketName"], **where)
        self._put(aws, p["BucketName"], set(p), p)
        return p["BucketName"]

    def update(self, aws, physical, old, new):
        changed = diff(old, new)
        if gone := changed - set(new):
            raise NotHandled(f"{self.kind}: removing {sorted(gone)}")
        self._put(aws, physical, changed, new)

    def _put(self, aws, bucket, names, p):
        for name in names - {"BucketName"}:
            if name not in PARTS:
                raise NotHandled(f"{self.kind}.{name}")
            call, argument = PARTS[name]
            aws.call("s3", call, {argument: FORMS.get(name, lambda value: value)(p[name])}, Bucket=bucket)

    def delete(self, aws, physical, p):
        aws.client("s3").delete_bucket(Bucket=physical)

    def attributes(self, aws, physical, p):
        return {
            "Arn": aws.arn("s3", physical, region=False, account=False),
            "DomainName": f"{physical}.s3.{aws.suffix}",
            "RegionalDomainName": f"{physical}.s3.{aws.region}.{aws.suffix}",
        }


@handles("AWS::S3::BucketPolicy")
class BucketPolicy(Handler):
    def create(self, aws, p):
        aws.call("s3", "put_bucket_policy", {"Policy": p["PolicyDocument"]}, Bucket=p["Bucket"])
        return p["Bucket"]

    def update(self, aws, physical, old, new):
        self.create(aws, new)

    def delete(self, aws, physical, p):
        aws.client("s3").delete_bucket_policy(Bucket=p["Bucket"])
