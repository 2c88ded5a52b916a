"""Runs a container's process in namespaces of its own. A script: `box.py run SPEC` or `box.py exec SPEC`.

Started with the plain interpreter and the standard library only, because it starts often. SPEC is a JSON file.

run: enters the task's network, makes mount and PID namespaces, builds the root (an empty one with the machine's `/usr`
and what SPEC binds), and executes the command as PID 1, or below a minimal init where the definition asks for one. Passes
SIGTERM on, kills everything when its standard input ends (that is how the executor kills, and what happens when the
executor dies), and exits as Docker does: with the command's code, or 128 plus the signal.

exec: executes a command inside a running container.
"""

import ctypes
import json
import os
import select
import signal
import sys

MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000
CLONE_NEWNS, CLONE_NEWPID = 0x00020000, 0x20000000
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
CLONE_NEWUSER, OPEN_TREE_CLONE, MOVE_FROM_EMPTY, AT_EMPTY_PATH, IDMAP, HERE = 0x10000000, 1, 4, 0x1000, 0x00100000, -100
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def mount(source, target, kind=None, flags=0, data=None):
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    check(libc.mount(*words, flags, data and data.encode()), f"mount {source} on {target}")


def bind(source, target, readonly):
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            open(target, "w").close()
    mount(source, target, flags=MS_BIND | MS_REC)
    if readonly:
        mount(None, target, flags=MS_REMOUNT | MS_BIND | MS_RDONLY)


def users(maps, proc):
    """A user namespace that maps ids: what a mount shows ids by. `proc` is that of this process's own PID namespace."""
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        check(libc.unshare(CLONE_NEWUSER), "unshare")
        os.write(ready[1], b".")
        os.read(go[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    for kind, (inside, outside) in zip(("uid", "gid"), maps):
        with open(f"{proc}/{child}/{kind}_map", "w") as file:
            file.write(f"{inside} {outside} 1")
    space = os.open(f"{proc}/{child}/ns/user", os.O_RDONLY)
    os.write(go[1], b".")
    os.waitpid(child, 0)
    return space


def bind_as(source, target, readonly, maps, proc):
    """Binds a folder so that the ids on the disk are others inside: `maps` are (disk, inside) for user and group."""
    os.makedirs(target, exist_ok=True)
    tree = libc.syscall(OPEN_TREE, HERE, os.fsencode(source), OPEN_TREE_CLONE)
    check(tree < 0, f"open_tree {source}")
    flags = IDMAP | (MS_RDONLY if readonly else 0)
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, users(maps, proc))
    check(libc.syscall(MOUNT_SETATTR, tree, b"", AT_EMPTY_PATH, attributes, ctypes.sizeof(attributes)), f"mount_setattr {source}")
    check(libc.syscall(MOVE_MOUNT, tree, b"", HERE, os.fsencode(target), MOVE_FROM_EMPTY), f"move_mount {target}")


def build_root(spec):
    root = spec["root"]
    os.umask(0o022)
    mount("root", root, "tmpfs", data="mode=755")
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink(f"/{name}"):
            os.symlink(f"usr/{name}", f"{root}/{name}")
        elif os.path.isdir(f"/{name}"):
            bind(f"/{name}", f"{root}/{name}", True)
    bind("/usr", f"{root}/usr", True)
    # /root can be passed through: an interpreter may live below it.
    for name, mode in (("tmp", 0o1777), ("proc", 0o555), ("dev", 0o755), ("root", 0o711), ("run", 0o755)):
        os.mkdir(f"{root}/{name}")
        os.chmod(f"{root}/{name}", mode)
    mount("dev", f"{root}/dev", "tmpfs", data="mode=755")
    for name in DEVICES:
        bind(f"/dev/{name}", f"{root}/dev/{name}", False)
    os.mkdir(f"{root}/dev/shm")
    mount("shm", f"{root}/dev/shm", "tmpfs", data="mode=1777,size=64m")
    for name, target in (("fd", "/proc/self/fd"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, f"{root}/dev/{name}")
    mount("proc", f"{root}/proc", "proc")
    for source, target, readonly in spec["binds"]:
        bind(source, root + target, readonly)
    for source, target, readonly, maps in spec["shared"]:
        bind_as(source, root + target, readonly, maps, f"{root}/proc")
    os.makedirs(root + spec["directory"], exist_ok=True)
    if spec["readonly"]:
        mount(None, root, flags=MS_REMOUNT | MS_BIND | MS_RDONLY)


def step_down(spec):
    """To the directory and the user of the command."""
    os.chdir(spec["directory"])
    os.setgroups([])
    os.setgid(spec["gid"])
    os.setuid(spec["uid"])


def become(spec):
    """The last steps inside the root."""
    step_down(spec)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(spec["command"][0], spec["command"], spec["environment"])
    except OSError as error:
        print(f"exec {spec['command'][0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127)


def code(status):
    result = os.waitstatus_to_exitcode(status)
    return result if result >= 0 else 128 - result


def as_init(spec):
    """What `initProcessEnabled` adds: passes signals on and reaps orphans."""
    child = os.fork()
    if child == 0:
        become(spec)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: os.kill(child, received))
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(code(status))


def inside(spec):
    """The first process of the PID namespace."""
    os.setsid()
    build_root(spec)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.chroot(spec["root"])
    as_init(spec) if spec["init"] else become(spec)


def run(spec):
    with open(spec["network"]) as network:
        check(libc.setns(network.fileno(), 0), "setns")
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare")
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    first = os.fork()
    if first == 0:
        try:
            inside(spec)
        except BaseException as error:
            print(f"container: {error}", file=sys.stderr, flush=True)
            os._exit(125)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(first, signal.SIGTERM))
    with open(spec["pid_file"], "w") as file:
        file.write(str(first))
    ended = os.pidfd_open(first)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(0, select.POLLIN | select.POLLHUP)
    while ended not in [descriptor for descriptor, _ in poll.poll()]:
        os.kill(first, signal.SIGKILL)
        poll.unregister(0)
    return code(os.waitpid(first, 0)[1])


def execute(spec, become=become):
    base = f"/proc/{spec['pid']}"
    root = os.open(f"{base}/root", os.O_RDONLY | os.O_DIRECTORY)
    spaces = [os.open(f"{base}/ns/{name}", os.O_RDONLY) for name in ("net", "pid", "mnt")]
    for space in spaces:
        check(libc.setns(space, 0), "setns")
    os.fchdir(root)
    os.chroot(".")
    child = os.fork()
    if child == 0:
        become(spec)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    return code(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        os._exit({"run": run, "exec": execute}[sys.argv[1]](json.load(file)))
