"""Loads dagster.yaml and workspace.yaml of a folder with Dagster's own code, in the environment of the container.

Run by the image's Python. Each line of standard input is a JSON object with the `folder` and the `environment`; the answer
is a line of JSON with what was `understood`, or the `error`. A child of its own reads each, so that no environment is left
over for the next one, and Dagster is imported once for all.

Nothing is contacted: every configurable class is validated against its own `config_type`, and all but the storage (whose
constructor connects) are constructed.
"""

import json
import os
import sys
import traceback

import dagster_aws.ecs
import dagster_aws.s3
import yaml
from dagster._config import process_config
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef
from dagster._core.workspace.config_schema import process_workspace_config
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._serdes.config_class import class_from_code_pointer
from dagster_postgres.utils import get_token_provider_from_config, pg_url_from_config
from sqlalchemy import create_engine

CONSTRUCTED = ("run_launcher_data", "run_coordinator_data", "compute_logs_data", "local_artifact_storage_data")


def configurable(data):
    """The class a block names and its config, accepted by the class itself, with `{env: …}` resolved."""
    kind = class_from_code_pointer(data.module_name, data.class_name)
    result = process_config(kind.config_type(), data.config_dict)
    if not result.success:
        raise ValueError("\n".join(f"{data.class_name}: {error.message}" for error in result.errors))
    return kind, result.value


def load(folder):
    loaded, _ = dagster_instance_config(folder)
    ref = InstanceRef.from_dir(folder)
    understood = {"instance": sorted(loaded)}
    for name in ref._fields:
        data = getattr(ref, name)
        if hasattr(data, "class_name"):
            kind, config = configurable(data)
            understood[name.removesuffix("_data")] = {"class": kind.__name__, "config": config}
            if name in CONSTRUCTED:
                data.rehydrate(kind)
            if "postgres_db" in config:
                # Imports the driver that the URL names, without connecting.
                create_engine(pg_url_from_config(config))
                tokens = get_token_provider_from_config(config)
                understood["token"] = tokens and tokens.get_token()
    path = os.path.join(folder, "workspace.yaml")
    with open(path) as file:
        result = process_workspace_config(yaml.safe_load(file))
    if not result.success:
        raise ValueError("\n".join(error.message for error in result.errors))
    understood["locations"] = [origin.location_name for origin in WorkspaceFileTarget([path]).create_origins()]
    return understood


def answer(asked):
    """What a child says; it never returns."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    try:
        told = {"understood": load(asked["folder"])}
    except Exception:
        told = {"error": traceback.format_exc()}
    print(json.dumps(told, default=str), flush=True)
    os._exit(0)


for line in sys.stdin:
    if not (child := os.fork()):
        answer(json.loads(line))
    os.waitpid(child, 0)
