"""File systems of EFS, and the folders behind their access points.

An access point's folder is made when it is first mounted, with the owner and mode that the access point says. Whatever a
container does in it, it does as the access point's user: `box` binds the folder so that this one is the container's own.
"""

import dataclasses
import os
import pathlib


@dataclasses.dataclass
class Place:
    """A folder on the disk, whose it is, and the two ARNs that the right to mount it is about."""

    folder: pathlib.Path
    owner: tuple
    file_system: str
    access_point: str


class FileSystems:
    def __init__(self, world):
        self.world, self.root = world, world.scratch / "efs"

    def place(self, volume):
        """What a volume of a task definition means; only what encrypts and asks IAM is played."""
        asked = volume["authorizationConfig"]
        if (volume["transitEncryption"], asked["iam"]) != ("ENABLED", "ENABLED"):
            raise NotImplementedError(f"{volume}")
        efs = self.world.admin("efs")
        (point,) = efs.describe_access_points(AccessPointId=asked["accessPointId"])["AccessPoints"]
        (system,) = efs.describe_file_systems(FileSystemId=volume["fileSystemId"])["FileSystems"]
        if point["FileSystemId"] != volume["fileSystemId"]:
            raise LookupError(f"{asked['accessPointId']} is no access point of {volume['fileSystemId']}")
        folder = self.root / volume["fileSystemId"] / point["RootDirectory"]["Path"].lstrip("/")
        self._made(folder, point["RootDirectory"]["CreationInfo"])
        user = point["PosixUser"]
        return Place(folder, (int(user["Uid"]), int(user["Gid"])), system["FileSystemArn"], point["AccessPointArn"])

    @staticmethod
    def _made(folder, wanted):
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(int(wanted["Permissions"], 8))
            os.chown(folder, int(wanted["OwnerUid"]), int(wanted["OwnerGid"]))

    def mounted(self, task, place, readonly):
        """What IAM is asked when a container mounts it."""
        for operation in ("ClientMount",) if readonly else ("ClientMount", "ClientWrite"):
            about = {"fileSystem": place.file_system, "accessPoint": place.access_point}
            self.world.proxy.note(task.definition["taskRoleArn"], "elasticfilesystem", operation, about)
