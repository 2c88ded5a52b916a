"""A recording proxy before the local AWS: who made which call.

Containers get the endpoint of this proxy. A caller is known by the access key it signs with, which the server's own STS
gave out for one role: where nobody here asked for it, STS tells whose it is. Bodies pass through unchanged.
"""

import http.client
import json
import re
import threading
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

from boot.world import AWS

PORT = 4566
ENDPOINT = f"http://{AWS}:{PORT}"
SIGNED = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
NOT_PASSED = {"transfer-encoding", "connection", "content-length"}


@dataclass
class Call:
    """One API call; `operation` is "" where the protocol is REST (S3), whose method and path then tell."""

    role: str
    service: str
    operation: str
    method: str
    path: str
    query: dict
    arguments: dict
    headers: dict
    status: int


def _operation(headers, body):
    """The operation and its arguments, for the JSON and the query protocol."""
    if target := headers.get("x-amz-target"):
        return target.split(".")[-1], json.loads(body or b"{}")
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        return form.get("Action", ""), form
    return "", {}


class Proxy:
    def __init__(self, backend):
        self.address, self.backend = backend, urllib.parse.urlsplit(backend).netloc
        self.calls, self.roles = [], {}
        self.endpoint = ENDPOINT
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_request(self):
                proxy.handle(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_request

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((AWS, PORT), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, request):
        body = self._body(request)
        headers = {key.lower(): value for key, value in request.headers.items()}
        connection = http.client.HTTPConnection(self.backend)
        passed = {key: value for key, value in headers.items() if key not in NOT_PASSED | {"expect"}}
        connection.request(request.command, request.path, body, {**passed, "content-length": str(len(body))})
        answer = connection.getresponse()
        content = answer.read()
        self._record(request, headers, body, answer.status)
        request.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in NOT_PASSED:
                request.send_header(key, value)
        length = answer.getheader("content-length") if request.command == "HEAD" else str(len(content))
        request.send_header("content-length", length or "0")
        request.end_headers()
        request.wfile.write(content)
        connection.close()

    @staticmethod
    def _body(request):
        if request.headers.get("transfer-encoding", "").lower() != "chunked":
            return request.rfile.read(int(request.headers.get("content-length") or 0))
        body = b""
        while size := int(request.rfile.readline().split(b";")[0], 16):
            body += request.rfile.read(size)
            request.rfile.readline()
        request.rfile.readline()
        return body

    def _record(self, request, headers, body, status):
        signed = SIGNED.search(headers.get("authorization", ""))
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        operation, arguments = _operation(headers, body)
        role = self._role(signed["key"], signed["region"]) if signed else "unsigned"
        service = signed["service"] if signed else headers.get("host", "")
        self.calls.append(
            Call(role, service, operation, request.command, urllib.parse.unquote(url.path), query, arguments, headers, status)
        )

    def _role(self, key, region):
        """The ARN of the role that an access key was given out for; the key itself if it is nobody's."""
        if key not in self.roles:
            ours = {"endpoint_url": self.address, "region_name": region, "aws_secret_access_key": "testing"}
            found = boto3.client("sts", aws_access_key_id=key, **ours).get_caller_identity()["Arn"]
            self.roles[key] = key
            if ":assumed-role/" in found:
                iam = boto3.client("iam", aws_access_key_id="testing", **ours)
                self.roles[key] = iam.get_role(RoleName=found.split("/")[1])["Role"]["Arn"]
        return self.roles[key]

    def note(self, role, service, operation, arguments):
        """Records a call that the real thing would make and that is not made here."""
        self.calls.append(Call(role, service, operation, "", "", {}, arguments, {}, 200))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
