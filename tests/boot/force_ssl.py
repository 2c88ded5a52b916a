"""TLS before PostgreSQL, as RDS has it with `rds.force_ssl`. A script: `force_ssl.py ADDRESS SOCKET CERTIFICATE KEY`.

Listens on ADDRESS:5432, answers the protocol's SSLRequest, and passes what comes through TLS on to PostgreSQL's own
socket. Whoever goes on in plain text is refused in PostgreSQL's words. Started with the plain interpreter and the
standard library only, as a process of its own, because every query of the deployment goes through it. Ends with its
standard input.
"""

import select
import socket
import ssl
import struct
import sys
import threading

PORT = 5432
SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
REFUSAL = {"S": "FATAL", "V": "FATAL", "C": "28000", "M": "no pg_hba.conf entry for this host, no encryption"}


def exactly(connection, size):
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        if not part:
            raise ConnectionError("ended early")
        got += part
    return got


def refusal():
    """An ErrorResponse."""
    fields = b"".join(kind.encode() + text.encode() + b"\0" for kind, text in REFUSAL.items()) + b"\0"
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


def serve(connection, database, context):
    head = exactly(connection, 8)
    while (kind := struct.unpack("!II", head)[1]) == GSS_REQUEST:
        connection.sendall(b"N")
        head = exactly(connection, 8)
    if kind == SSL_REQUEST:
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as encrypted, socket.socket(socket.AF_UNIX) as plain:
            plain.connect(database)
            pump(encrypted, plain)
    elif kind == CANCEL_REQUEST:
        with socket.socket(socket.AF_UNIX) as plain:
            plain.connect(database)
            plain.sendall(head + exactly(connection, 8))
            plain.recv(1)
    else:
        exactly(connection, struct.unpack("!II", head)[0] - 8)
        connection.sendall(refusal())


def attempt(connection, database, context):
    with connection:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(connection, database, context)
        except OSError:
            # Either side went away; the other one sees the end of its connection.
            pass


def main(address, database, certificate, key):
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
            threading.Thread(target=attempt, args=(connection, database, context), daemon=True).start()


main(*sys.argv[1:])
