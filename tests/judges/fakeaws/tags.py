"""Tag changes: each service has its own pair of calls."""

# service: (tag call, untag call, argument with the resource, argument with the tags, argument with the keys)
CALLS = {
    "application-autoscaling": ("tag_resource", "untag_resource", "ResourceARN", "Tags", "TagKeys"),
    "acm": ("add_tags_to_certificate", "remove_tags_from_certificate", "CertificateArn", "Tags", None),
    "cloudwatch": ("tag_resource", "untag_resource", "ResourceARN", "Tags", "TagKeys"),
    "ec2": ("create_tags", "delete_tags", "Resources", "Tags", None),
    "ecr": ("tag_resource", "untag_resource", "resourceArn", "tags", "tagKeys"),
    "ecs": ("tag_resource", "untag_resource", "resourceArn", "tags", "tagKeys"),
    "efs": ("tag_resource", "untag_resource", "ResourceId", "Tags", "TagKeys"),
    "elbv2": ("add_tags", "remove_tags", "ResourceArns", "Tags", "TagKeys"),
    "events": ("tag_resource", "untag_resource", "ResourceARN", "Tags", "TagKeys"),
    "kms": ("tag_resource", "untag_resource", "KeyId", "Tags", "TagKeys"),
    "logs": ("tag_resource", "untag_resource", "resourceArn", "tags", "tagKeys"),
    "rds": ("add_tags_to_resource", "remove_tags_from_resource", "ResourceName", "Tags", "TagKeys"),
    "scheduler": ("tag_resource", "untag_resource", "ResourceArn", "Tags", "TagKeys"),
    "secretsmanager": ("tag_resource", "untag_resource", "SecretId", "Tags", "TagKeys"),
    "servicediscovery": ("tag_resource", "untag_resource", "ResourceARN", "Tags", "TagKeys"),
    "sns": ("tag_resource", "untag_resource", "ResourceArn", "Tags", "TagKeys"),
}
LISTS = ("ec2", "elbv2")


def as_map(tags):
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags or []}


def sync(aws, service, resource, old, new):
    """Brings the tags of `resource` from `old` to `new`."""
    tag, untag, resource_argument, tags_argument, keys_argument = CALLS[service]
    old, new = as_map(old), as_map(new)
    who = {resource_argument: [resource] if service in LISTS else resource}
    gone = {key: value for key, value in old.items() if key not in new}
    if gone and keys_argument:
        getattr(aws.client(service), untag)(**who, **{keys_argument: sorted(gone)})
    elif gone:
        aws.call(service, untag, {tags_argument: gone}, **who)
    if new:
        aws.call(service, tag, {tags_argument: new}, **who)
