"""EFS: backup policies and changed throughput, which moto has no calls for."""

import json

from moto.efs.responses import EFSResponse as Responses

JSON = {"Content-Type": "application/json"}


def put_backup_policy(self):
    policy = json.loads(self.body)["BackupPolicy"]
    self.efs_backend.file_systems_by_id[self._get_param("FileSystemId")]._backup = policy["Status"] == "ENABLED"
    return json.dumps({"BackupPolicy": policy}), JSON


def update_file_system(self):
    system = self.efs_backend.file_systems_by_id[self._get_param("FileSystemId")]
    body = json.loads(self.body)
    system.throughput_mode = body.get("ThroughputMode", system.throughput_mode)
    system.provisioned_throughput_in_mibps = body.get("ProvisionedThroughputInMibps")
    return json.dumps(system.info_json()), JSON


def apply():
    Responses.put_backup_policy, Responses.update_file_system = put_backup_policy, update_file_system
