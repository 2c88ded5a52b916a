"""The access key names the account, so that one server holds many deployments that share nothing."""

import re

from moto.iam import models

KEY = re.compile(r"AKIA(\d{12})FAKE")


def apply():
    known = models.get_account_id_from

    def get_account_id_from(access_key):
        named = KEY.fullmatch(access_key)
        return named.group(1) if named else known(access_key)

    models.get_account_id_from = get_account_id_from
