"""SSM: sessions, which moto does not have. One begins, and leads nowhere."""

import uuid

from moto.core.responses import ActionResult
from moto.ssm.responses import SimpleSystemManagerResponse as Responses


def apply():
    def start_session(self):
        name = f"judge-{uuid.uuid4()}"
        return ActionResult({"SessionId": name, "TokenValue": "none", "StreamUrl": f"wss://127.0.0.1/{name}"})

    Responses.start_session = start_session
