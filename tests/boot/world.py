"""One private network for a whole run of the tests.

The test process moves into a network namespace of its own, so that addresses and ports (a database on 5432, the
metadata address 169.254.170.2, one address for each task) are those of the real thing, and two runs on one machine do
not meet. What it starts afterwards lives there too. Nothing in it reaches the machine's network.

Tasks are linked as a VPC links them: point to point, with the world as the router, whatever subnets they are in.
"""

import ctypes
import os
import pathlib
import subprocess

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
# Where ECS serves credentials and metadata to a task.
METADATA = "169.254.170.2"
# Stand-ins for what lies behind the VPC's router: AWS itself and the database.
AWS, DATABASE, ROUTER = "169.254.170.3", "169.254.170.4", "169.254.170.1"
# Somebody else's machines.
ELSEWHERE = "169.254.170.5"

libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags):
    if libc.unshare(flags):
        error = ctypes.get_errno()
        raise OSError(error, f"unshare: {os.strerror(error)}; this tier needs root")


def ip(*words, inside=None):
    """Runs `ip`, in the network of the process `inside` if given."""
    enter = ["nsenter", "--target", str(inside), "--net"] if inside else []
    done = subprocess.run([*enter, "ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")


def enter():
    """Moves this process (threads that start later included) into a fresh network."""
    unshare(CLONE_NEWNET)
    ip("link", "set", "lo", "up")
    for address in (METADATA, AWS, DATABASE, ROUTER, ELSEWHERE):
        ip("address", "add", f"{address}/32", "dev", "lo")
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


class Network:
    """The network of one task: held by a process that does nothing, as ECS's pause container does."""

    def __init__(self, address, name):
        self.address, self.link = address, name[:15]
        # Ends with its standard input, so it never outlives this process.
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        self._wait_until_apart()
        inside = self.holder.pid
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", str(inside))
        ip("link", "set", self.link, "up")
        ip("link", "set", "lo", "up", inside=inside)
        ip("address", "add", f"{address}/32", "dev", "eth0", inside=inside)
        ip("link", "set", "eth0", "up", inside=inside)
        ip("route", "add", ROUTER, "dev", "eth0", "scope", "link", inside=inside)
        ip("route", "add", "default", "via", ROUTER, inside=inside)
        ip("route", "add", f"{address}/32", "dev", self.link)

    def _wait_until_apart(self):
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == ours:
            if self.holder.poll() is not None:
                raise RuntimeError("the task's network could not be made")

    @property
    def path(self):
        return f"/proc/{self.holder.pid}/ns/net"

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
