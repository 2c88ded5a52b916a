"""Waits for calls on a socket, and answers each in a process of its own."""

import fcntl
import json
import os
import select
import signal
import socket
import sys
import time

# Bytes that are read at once.
PART = 1 << 16


def serve(path, perform):
    """Listens at `path` until it is terminated, or whoever started it ends.

    `perform` gets the request of a call, in a fork that has the caller's standard files, and returns the exit code.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(64)
    print("ready", flush=True)
    _end_with(sys.stdin)
    while True:
        call, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _answer(call, perform)
        call.close()


def _end_with(file):
    """Ends this process, as SIGTERM would, when the other end of the file, from which nothing comes, is closed."""
    signal.signal(signal.SIGIO, lambda *_: signal.raise_signal(signal.SIGTERM))
    fcntl.fcntl(file, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_ASYNC)
    # Nothing tells of what was closed before: then its end can be read.
    if select.select([file], [], [], 0)[0]:
        signal.raise_signal(signal.SIGTERM)


def _answer(call, perform):
    text, files, _, _ = socket.recv_fds(call, PART, 3)
    while not text.endswith(b"\n"):
        part = call.recv(PART)
        if not part:
            os._exit(1)
        text += part
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    # New ones, buffered as Python's own are: the old ones do not know whether the files are a terminal's.
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    _end_with(call)
    code = code_of(perform, json.loads(text))
    call.send(bytes([code]))
    os._exit(code)


def code_of(program, *arguments):
    """The exit code of a Python program, whose main function is called."""
    try:
        code = program(*arguments)
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    if isinstance(code, str):
        # As Python does with what is no number.
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    return (code or 0) & 0xFF


def become(arguments, environment, directory):
    """Takes on what a program is given when it starts."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(directory)
    sys.argv = arguments
