"""ECR repositories."""

from fakeaws.resources.base import Table, handles


@handles("AWS::ECR::Repository")
class Repository(Table):
    service, name, lower = "ecr", ("RepositoryName", 256), True
    apart = frozenset({"LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete"})
    create_call, made = "create_repository", "repository.repositoryName"
    describe_call, key = "describe_repositories", "repositoryName"
    keys, plural, shown = {"describe": "repositoryNames"}, True, "repositories[0]"
    reads, tag_arn = {"Arn": "repositoryArn", "RepositoryUri": "repositoryUri"}, "repositoryArn"

    def exists(self, aws, name):
        return name in [each["repositoryName"] for each in aws.client("ecr").describe_repositories()["repositories"]]

    def change(self, aws, physical, changed, new):
        ecr = aws.client("ecr")
        if "ImageTagMutability" in changed:
            ecr.put_image_tag_mutability(repositoryName=physical, imageTagMutability=new["ImageTagMutability"])
        if "ImageScanningConfiguration" in changed:
            aws.call(
                "ecr",
                "put_image_scanning_configuration",
                {"ImageScanningConfiguration": new["ImageScanningConfiguration"]},
                repositoryName=physical,
            )
        super().change(aws, physical, changed - {"ImageTagMutability", "ImageScanningConfiguration"}, new) if (
            changed - {"ImageTagMutability", "ImageScanningConfiguration"}
        ) else None

    def also(self, aws, physical, old, new):
        if "LifecyclePolicy" in new:
            text = new["LifecyclePolicy"]["LifecyclePolicyText"]
            aws.call("ecr", "put_lifecycle_policy", {"lifecyclePolicyText": text}, repositoryName=physical)
        if "RepositoryPolicyText" in new:
            text = new["RepositoryPolicyText"]
            aws.call("ecr", "set_repository_policy", {"policyText": text}, repositoryName=physical)

    def delete(self, aws, physical, p):
        aws.client("ecr").delete_repository(repositoryName=physical, force=bool(p.get("EmptyOnDelete")))
