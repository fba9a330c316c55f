"""The rooms of an execution environment: its own /tmp, /opt, /var/task and /var/runtime.

On AWS every environment is a microVM with a disk of its own. Here, on Linux, a process without any privilege makes a
user and a mount namespace and lays its folders where AWS has them: code and layers read-only, /tmp a file system of
the configured size. A restarted process joins the namespace of the one before, so /tmp survives a timeout. This file is
a program of the standard library only, and calls the system by `_ctypes`, since importing ctypes would be felt in
every cold start. Left out: a read-only root, a process namespace, a network of its own.
"""

import os
import sys

NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18
KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048  # nosuid, nodev, noexec, noatime, nodiratime: a namespace may not take them off
MOST_FILES = 1024


class System:
    """The four calls of the system that Python's `os` does not have in every version."""

    def __init__(self):
        import _ctypes

        class Number(_ctypes._SimpleCData):
            _type_ = "L"

        class Text(_ctypes._SimpleCData):
            _type_ = "z"

        class Answer(_ctypes._SimpleCData):
            _type_ = "i"

        class Call(_ctypes.CFuncPtr):
            _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
            _restype_ = Answer

        library = _ctypes.dlopen(None, 0)

        def call(name, *arguments):
            values = [Number(a) if isinstance(a, int) else Text(a and os.fsencode(a)) for a in arguments]
            if Call(_ctypes.dlsym(library, name))(*values) != 0:
                number = _ctypes.get_errno()
                raise OSError(number, f"{name}: {os.strerror(number)}")

        self._call = call

    def unshare(self, what):
        self._call("unshare", what)

    def join(self, namespace):
        self._call("setns", namespace, 0)

    def mount(self, source, target, kind=None, flags=0, data=None):
        self._call("mount", source, target, kind, flags, data)

    def bind(self, source, target, *, read_only=False):
        """Show the folder behind an open descriptor at `target`."""
        self.mount(f"/proc/self/fd/{source}", target, None, BIND | RECURSIVE)
        if read_only:
            kept = os.statvfs(target).f_flag & KEPT_FLAGS
            self.mount(None, target, None, REMOUNT | BIND | READ_ONLY | kept)


def enter(task, opt, runtime, keep, tmp_mb):
    """Make the namespaces and lay the folders.

    Args:
        task: the function's folder, shown read-only as /var/task.
        opt: the layers' folder, shown read-only as /opt; "" for an empty one.
        runtime: the folder with boto3, shown read-only as /var/runtime.
        keep: folders that the interpreter needs, which stay visible wherever they are.
        tmp_mb: the size of /tmp in MB.
    """
    system = System()
    user, group = os.getuid(), os.getgid()
    system.unshare(NEW_USER | NEW_MOUNTS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    system.mount("none", "/", None, PRIVATE | RECURSIVE)
    covered = ("/var", "/opt", "/tmp")
    hidden = [path for path in keep if path.startswith(tuple(f"{root}/" for root in covered))]
    held = {path: os.open(path, os.O_PATH) for path in {task, runtime, *hidden, *filter(None, [opt])}}
    system.mount("tmpfs", "/var", "tmpfs", 0, "size=1m,mode=755")
    system.mount("tmpfs", "/opt", "tmpfs", 0, "size=1m,mode=755")
    system.mount("tmpfs", "/tmp", "tmpfs", 0, f"size={tmp_mb}m,mode=1777")
    for path, target in ((task, "/var/task"), (runtime, "/var/runtime")):
        os.mkdir(target)
        system.bind(held[path], target, read_only=True)
    if opt:
        lay(system, opt, held[opt])
    show(system, {path: held[path] for path in hidden})
    for descriptor in held.values():
        os.close(descriptor)


def lay(system, opt, descriptor):
    """What the layers hold below /opt: one by one, since the interpreter itself may live there too."""
    inside = f"/proc/self/fd/{descriptor}"
    for name in os.listdir(inside):
        target = f"/opt/{name}"
        part = os.open(f"{inside}/{name}", os.O_PATH)
        if os.path.isdir(f"{inside}/{name}"):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT))
        system.bind(part, target, read_only=True)
        os.close(part)


def join(namespaces):
    """Enter the namespaces of an earlier process of the same environment: open descriptors of user and mount."""
    system = System()
    for descriptor in namespaces:
        system.join(descriptor)
        os.close(descriptor)


def own_tmp(size_mb, keep):
    """A /tmp of its own for a copy of this process, with what was in the original's (SnapStart)."""
    import shutil

    system = System()
    system.unshare(NEW_MOUNTS)
    before = os.open("/tmp", os.O_RDONLY)
    held = {path: os.open(path, os.O_PATH) for path in keep if path.startswith("/tmp/")}
    not_its_own = {path.split("/")[2] for path in held}
    system.mount("tmpfs", "/tmp", "tmpfs", 0, f"size={size_mb}m,mode=1777")
    for name in set(os.listdir(before)) - not_its_own:
        source = f"/proc/self/fd/{before}/{name}"
        copy = shutil.copytree if os.path.isdir(source) else shutil.copy2
        copy(source, f"/tmp/{name}")
    show(system, held)
    for descriptor in (before, *held.values()):
        os.close(descriptor)


def show(system, held):
    """Show folders where they were before something was laid over them; `held` has their open descriptors."""
    for path in sorted(held, key=len):
        if not os.path.isdir(path):
            os.makedirs(path)
            system.bind(held[path], path)


def limit():
    """AWS's bound on open files."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def main(plan, command):
    """Enter what the plan says, then become the runtime: compiled Python runs here, anything else replaces us."""
    compiled = b""
    if command[-1].endswith(".pyc"):
        with open(command[-1], "rb") as file:  # read now: it may lie where it cannot be seen later
            compiled = file.read()[16:]
    if "join" in plan:
        join(plan["join"])
    else:
        enter(**plan["enter"])
    os.chdir(plan["folder"])
    limit()
    if not compiled:
        os.execve(command[0], command, os.environ)
    import marshal

    code = marshal.loads(compiled)
    keep = plan.get("enter", {}).get("keep", ())
    names = {"__name__": "__main__", "__file__": code.co_filename, "own_tmp": lambda size_mb: own_tmp(size_mb, keep)}
    exec(code, names)


if __name__ == "__main__":
    import json

    main(json.loads(sys.argv[1]), sys.argv[2:])
