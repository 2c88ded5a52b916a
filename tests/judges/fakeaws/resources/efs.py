"""EFS file systems, mount targets and access points."""

from fakeaws.errors import MustReplace
from fakeaws.resources.base import Table, diff, handles


class Efs(Table):
    """EFS calls the tags of each kind differently."""

    service, tag_property = "efs", "Tags"

    def arguments(self, p):
        return {("Tags" if key == self.tag_property else key): value for key, value in super().arguments(p).items()}

    def update(self, aws, physical, old, new):
        before, after = ({("Tags" if k == self.tag_property else k): v for k, v in p.items()} for p in (old, new))
        super().update(aws, physical, before, after)


@handles("AWS::EFS::FileSystem")
class FileSystem(Efs):
    tag_property = "FileSystemTags"
    apart = frozenset({"LifecyclePolicies", "BackupPolicy", "FileSystemPolicy", "FileSystemProtection"})
    create_call, made, delete_call = "create_file_system", "FileSystemId", "delete_file_system"
    update_call, describe_call, key, shown = "update_file_system", "describe_file_systems", "FileSystemId", "FileSystems[0]"
    reads, tag_arn = {"FileSystemId": "@", "Arn": "FileSystemArn"}, "@"

    def also(self, aws, physical, old, new):
        if "LifecyclePolicies" in new:
            rows = {"LifecyclePolicies": new["LifecyclePolicies"]}
            aws.call("efs", "put_lifecycle_configuration", rows, FileSystemId=physical)
        if "BackupPolicy" in new:
            aws.call("efs", "put_backup_policy", {"BackupPolicy": new["BackupPolicy"]}, FileSystemId=physical)
        if "FileSystemPolicy" in new:
            aws.call("efs", "put_file_system_policy", {"Policy": new["FileSystemPolicy"]}, FileSystemId=physical)


@handles("AWS::EFS::MountTarget")
class MountTarget(Efs):
    create_call, made, delete_call = "create_mount_target", "MountTargetId", "delete_mount_target"
    describe_call, key, shown = "describe_mount_targets", "MountTargetId", "MountTargets[0]"
    reads = {"Id": "@", "IpAddress": "IpAddress"}

    def change(self, aws, physical, changed, new):
        if changed - {"SecurityGroups"}:
            raise MustReplace(self.kind)
        aws.client("efs").modify_mount_target_security_groups(MountTargetId=physical, SecurityGroups=new["SecurityGroups"])


@handles("AWS::EFS::AccessPoint")
class AccessPoint(Efs):
    tag_property = "AccessPointTags"
    create_call, made, delete_call = "create_access_point", "AccessPointId", "delete_access_point"
    describe_call, key, shown = "describe_access_points", "AccessPointId", "AccessPoints[0]"
    reads, tag_arn = {"AccessPointId": "@", "Arn": "AccessPointArn"}, "@"

    def update(self, aws, physical, old, new):
        if diff(old, new) - {"AccessPointTags"}:
            raise MustReplace(self.kind)
        super().update(aws, physical, old, new)
