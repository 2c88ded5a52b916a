"""RDS's side of signing in with tokens: who has to, and whether a token is good.

A token is a presigned URL: made for this host, port and user, for `rds-db` in this region, signed with the secret key of
credentials that STS gave out and not older than a quarter of an hour. The role behind them must be allowed to connect
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html). `force_ssl` asks through a socket.
"""

import datetime
import hashlib
import hmac
import json
import socketserver
import threading
import urllib.parse

from boot.calls import role_of
from boot.policy import Request, Role

LIFETIME = datetime.timedelta(minutes=15)


class Refused(Exception):
    """A token that is not good, and why."""


def expect(name, given, wanted):
    if given != wanted:
        raise Refused(f"{name} is {given}, not {wanted}")


def signature(secret, scope, text):
    """Signature version 4 of a text."""
    key = f"AWS4{secret}".encode()
    for part in (*scope, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


class Judge:
    """`arn` is what the right to connect as `user` names."""

    def __init__(self, world, postgres, host, port, user, arn):
        self.world, self.postgres, self.user, self.arn = world, postgres, user, arn
        self.host, self.refused, self._member = f"{host}:{port}", [], False

    def listen(self, path):
        judge = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                answer = judge.answer(json.loads(self.rfile.readline()))
                self.wfile.write(json.dumps(answer).encode() + b"\n")

        self.server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, asked):
        if "token" not in asked:
            return {"tokens": self.member(asked["user"])}
        try:
            self.verify(asked["token"], asked["user"])
        except Refused as error:
            self.refused.append(str(error))
            return {"refused": str(error)}
        return {}

    def member(self, user):
        """Whether the user was given the role `rds_iam`, beside the right to give it."""
        if user == self.user and not self._member:
            given = "select count(*) from pg_auth_members where roleid = 'rds_iam'::regrole and member = '{}'::regrole and not admin_option"
            self._member = self.postgres.sql(given.format(user)).strip() != "0"
        return user == self.user and self._member

    def verify(self, token, user, now=None):
        url = urllib.parse.urlsplit(f"https://{token}")
        query = dict(urllib.parse.parse_qsl(url.query))
        key, *scope = query.get("X-Amz-Credential", "").split("/")
        if key not in self.world.issued:
            raise Refused("nobody was given such credentials")
        role, secret, session = self.world.issued[key]
        expect("the host", url.netloc, self.host)
        expect("the action", query.get("Action"), "connect")
        expect("the user", query.get("DBUser"), user)
        expect("the session", query.get("X-Amz-Security-Token"), session)
        expect("the scope", scope[1:], [self.world.region, "rds-db", "aws4_request"])
        made = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        age = (now or datetime.datetime.now(datetime.timezone.utc)) - made
        if not datetime.timedelta(minutes=-5) < age <= min(LIFETIME, datetime.timedelta(seconds=int(query["X-Amz-Expires"]))):
            raise Refused(f"the token is {age} old")
        expect("the signature", query["X-Amz-Signature"], signature(secret, scope, self._signed(url, query, scope)))
        self._allowed(role)

    def _signed(self, url, query, scope):
        """The text that was signed: the request as every SDK writes it, whose payload is empty."""
        rest = sorted((name, value) for name, value in query.items() if name != "X-Amz-Signature")
        pairs = "&".join(f"{name}={urllib.parse.quote(value, safe='-_.~')}" for name, value in rest)
        parts = ("GET", url.path or "/", pairs, f"host:{url.netloc}\n", "host", hashlib.sha256(b"").hexdigest())
        request = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return "\n".join(("AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope), request))

    def _allowed(self, role):
        self.world.proxy.note(role, "rds-db", "connect", {"resource": self.arn})
        if not Role(role, *role_of(self.world, role)).grants(Request("rds-db:connect", self.arn)):
            raise Refused(f"{role} may not connect")
