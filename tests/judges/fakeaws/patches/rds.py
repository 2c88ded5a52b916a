"""RDS: an instance keeps and shows whatever it was created or modified with, and a password that it keeps is its user's."""

import json
import secrets

from botocore import xform_name
from moto.rds.models import MasterUserSecret
from moto.rds.responses import RDSResponse as Responses


# Arguments that a description shows under another name, where moto does not know the argument.
SHOWN_AS = {"enable_performance_insights": "performance_insights_enabled"}


def _keep(instance, parameters):
    kept = getattr(instance, "kept", set())
    for key, value in parameters.items():
        name = SHOWN_AS.get(xform_name(key), xform_name(key))
        # What moto models itself has its own attribute, which may be computed.
        if name in kept or not (hasattr(type(instance), name) or name in vars(instance)):
            setattr(instance, name, value)
            kept.add(name)
    instance.kept = kept


def apply():
    create, modify = Responses.create_db_instance, Responses.modify_db_instance

    def create_db_instance(self):
        parameters = dict(self.params)
        result = create(self)
        _keep(result.result["DBInstance"], parameters)
        return result

    def modify_db_instance(self):
        parameters = dict(self.params)
        result = modify(self)
        _keep(result.result["DBInstance"], parameters)
        return result

    def secret_string(self):
        return json.dumps({"username": self.resource.master_username, "password": secrets.token_urlsafe(21)})

    MasterUserSecret._generate_secret_string = secret_string
    Responses.create_db_instance, Responses.modify_db_instance = create_db_instance, modify_db_instance
