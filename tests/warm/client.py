"""Makes a call. Standard library only, and little of it, because it is imported often."""

import json
import os
import socket
import sys

# What a shell says of a program that was killed.
KILLED = 137


def call(place, request, files, timeout=None):
    """The exit code of what the server behind the socket does with `files` as its standard ones.

    After `timeout` seconds it is killed, and TimeoutError raised.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(place)
        # A request is one line.
        text = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(connection, [text], [file.fileno() for file in files])
        connection.sendall(text[sent:])
        code = connection.recv(1)
    return code[0] if code else KILLED


def main(place):
    """Calls with everything that this process was started with."""
    request = {"arguments": sys.argv, "environment": dict(os.environ), "directory": os.getcwd()}
    return call(place, request, [sys.stdin, sys.stdout, sys.stderr])
