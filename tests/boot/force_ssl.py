"""TLS before PostgreSQL, as RDS has it with `rds.force_ssl`. A script: `force_ssl.py ADDRESS SOCKET CERTIFICATE KEY [JUDGE]`.

Listens on ADDRESS:5432, answers the protocol's SSLRequest, and passes what comes through TLS on to PostgreSQL's own
socket. Whoever goes on in plain text is refused in PostgreSQL's words. Where there is a JUDGE, a socket of `tokens`, it is
asked which users sign in with tokens: those are asked for theirs here, and with a good one pass on to TRUSTING, where
PostgreSQL asks no more. Started with the plain interpreter and the
standard library only, as a process of its own, because every query of the deployment goes through it. Ends with its
standard input.
"""

import json
import select
import socket
import ssl
import struct
import sys
import threading

PORT = 5432
# PostgreSQL's second address; no task reaches it.
TRUSTING = ("127.0.0.9", 5432)
SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
NO_ENCRYPTION = "no pg_hba.conf entry for this host, no encryption"
CLEARTEXT_PASSWORD = b"R" + struct.pack("!II", 8, 3)


def exactly(connection, size):
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        if not part:
            raise ConnectionError("ended early")
        got += part
    return got


def refusal(message):
    """An ErrorResponse."""
    told = {"S": "FATAL", "V": "FATAL", "C": "28000", "M": message}
    fields = b"".join(kind.encode() + text.encode() + b"\0" for kind, text in told.items()) + b"\0"
    return b"E" + struct.pack("!I", len(fields) + 4) + fields


def pump(encrypted, plain):
    """Copies both ways in one thread, because one TLS connection must not be used by two."""
    poll = select.poll()
    poll.register(encrypted, select.POLLIN)
    poll.register(plain, select.POLLIN)
    while True:
        ready = [encrypted.fileno()] if encrypted.pending() else [descriptor for descriptor, _ in poll.poll()]
        for source, target in ((encrypted, plain), (plain, encrypted)):
            if source.fileno() in ready:
                part = source.recv(65536)
                if not part:
                    return
                target.sendall(part)


def asked(judge, **question):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(judge)
        line.sendall(json.dumps(question).encode() + b"\n")
        with line.makefile() as answer:
            return json.loads(answer.readline())


def trusted(encrypted, judge):
    """The startup message, and whether its user signed in with a token; none when the user is refused."""
    size = exactly(encrypted, 4)
    startup = size + exactly(encrypted, struct.unpack("!I", size)[0] - 4)
    words = startup[8:].decode().split("\0")
    user = dict(zip(words[::2], words[1::2]))["user"]
    if not asked(judge, user=user)["tokens"]:
        return startup, False
    encrypted.sendall(CLEARTEXT_PASSWORD)
    _, size = exactly(encrypted, 1), exactly(encrypted, 4)
    token = exactly(encrypted, struct.unpack("!I", size)[0] - 4).rstrip(b"\0").decode()
    if asked(judge, user=user, token=token):
        encrypted.sendall(refusal(f'PAM authentication failed for user "{user}"'))
        return None, False
    return startup, True


def behind(encrypted, database, judge):
    """The connection to PostgreSQL for whoever came through TLS."""
    if not judge:
        plain = socket.socket(socket.AF_UNIX)
        plain.connect(database)
        return plain
    startup, good = trusted(encrypted, judge)
    if startup is None:
        raise ConnectionError("refused")
    plain = socket.create_connection(TRUSTING) if good else socket.socket(socket.AF_UNIX)
    if not good:
        plain.connect(database)
    plain.sendall(startup)
    return plain


def serve(connection, database, context, judge):
    head = exactly(connection, 8)
    while (kind := struct.unpack("!II", head)[1]) == GSS_REQUEST:
        connection.sendall(b"N")
        head = exactly(connection, 8)
    if kind == SSL_REQUEST:
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as encrypted, behind(encrypted, database, judge) as plain:
            pump(encrypted, plain)
    elif kind == CANCEL_REQUEST:
        with socket.socket(socket.AF_UNIX) as plain:
            plain.connect(database)
            plain.sendall(head + exactly(connection, 8))
            plain.recv(1)
    else:
        exactly(connection, struct.unpack("!II", head)[0] - 8)
        connection.sendall(refusal(NO_ENCRYPTION))


def attempt(connection, database, context, judge):
    with connection:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(connection, database, context, judge)
        except OSError:
            # Either side went away; the other one sees the end of its connection.
            pass


def main(address, database, certificate, key, judge=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # After the handshake TLS 1.2 sends nothing but data: what can be read never waits for more.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    threading.Thread(target=lambda: (sys.stdin.read(), listener.shutdown(socket.SHUT_RDWR)), daemon=True).start()
    with socket.create_server((address, PORT), backlog=200) as listener:
        print("listens", flush=True)
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=attempt, args=(connection, database, context, judge), daemon=True).start()


main(*sys.argv[1:])
