"""Serves fakeaws until it is terminated; see the package's docstring."""

import argparse
import os
import signal
import sys

# Read by moto when it is imported: the AWS-managed policies that roles attach must exist.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from fakeaws import clients, patches


class Quiet(MotoRequestHandler):
    """Logs nothing but errors."""

    def log_request(self, *arguments):
        pass


def main():
    parser = argparse.ArgumentParser(prog="fakeaws", description="moto with a complete CloudFormation")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    options = parser.parse_args()
    patches.apply()
    server = make_server(
        options.host, options.port, DomainDispatcherApplication(create_backend_app), threaded=True, request_handler=Quiet
    )
    endpoint = f"http://{options.host}:{server.server_port}"
    clients.serve_at(endpoint)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(endpoint, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
