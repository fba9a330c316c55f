"""The walls around a process that runs student code: of Linux where it grants them to anybody, and limits everywhere.

A network of its own holds nothing but the loopback address. A table of processes of its own hides every other one, and
ends all that are in it when its first one ends. Folders are covered, so that neither the solution nor another
submission can be read, and nothing on the disk can be changed. On AWS a function's environment is a small virtual
machine (lesson 10). Left out: systems other than Linux, where only the limits and the process group remain;
`Walls.missing` names what is not there.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import struct
import sys
import sysconfig
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_NEWNS, _NEWUSER, _NEWPID, _NEWNET = 0x00020000, 0x10000000, 0x20000000, 0x40000000
_BIND, _REC, _PRIVATE, _RDONLY, _NOSUID, _NODEV = 4096, 16384, 1 << 18, 1, 2, 4
_PDEATHSIG, _DUMPABLE, _SUBREAPER = 1, 4, 36
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_MOUNT_SETATTR, _HERE, _RECURSIVE, _ATTRIBUTE_READ_ONLY = 442, -100, 0x8000, 1
_TMP_MB = 256
_PROGRAMS = ("node",)  # what a lab runs beside Python

NO_NETWORK_WALL = "the network was not cut off on this system"
NO_PROCESS_WALL = "other processes were visible on this system"
NO_FILE_WALL = "other files were readable on this system"
NO_WRITE_WALL = "other files were writable on this system"


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    """Raises OSError: the system does not allow it."""
    uid, gid = os.geteuid(), os.getegid()
    if sys.platform != "linux" or _libc().unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if flags & _NEWUSER:
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Raises OSError: the system does not allow it."""
    if _libc().mount(source.encode(), target.encode(), kind.encode(), flags, data.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount on {target}")


def _empty(folder: str, *, writable: bool) -> None:
    """Lay an empty folder of memory over this one."""
    room = f"size={_TMP_MB}m,mode=1777" if writable else "size=4k,mode=0555"
    _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV | (0 if writable else _RDONLY), room)


def _make_read_only(path: str) -> None:
    """The mount and all below it; where the kernel is older than 5.12 nothing changes."""
    read_only = struct.pack("QQQQ", _ATTRIBUTE_READ_ONLY, 0, 0, 0)
    _libc().syscall(_MOUNT_SETATTR, _HERE, path.encode(), _RECURSIVE, read_only, len(read_only))


def _knows_read_only() -> bool:
    """Whether the kernel has mount_setattr; asked with arguments that it refuses."""
    return sys.platform == "linux" and (
        _libc().syscall(_MOUNT_SETATTR, -1, b"", 0, None, 0) == -1 and ctypes.get_errno() != errno.ENOSYS
    )


def without_network() -> bool:
    """Give this process and its children a network of their own with loopback only; whether the system allows it."""
    import fcntl
    import socket

    try:
        _unshare(_NEWUSER | _NEWNET)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            request = fcntl.ioctl(asked, _GET_FLAGS, struct.pack("16sH14x", b"lo", 0))
            flags = struct.unpack("16sH14x", request)[1] | _UP
            fcntl.ioctl(asked, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags))
    except OSError:
        return False
    return True


def _prctl(what: int, value: int) -> None:
    if sys.platform == "linux":
        _libc().prctl(what, value, 0, 0, 0)


def unreadable() -> None:
    """No other process of this user may look into this one's memory."""
    _prctl(_DUMPABLE, 0)


def ends_with_parent() -> None:
    _prctl(_PDEATHSIG, signal.SIGKILL)


def adopts_orphans() -> None:
    """What a child leaves behind becomes a child of this process, so it can be found and ended."""
    _prctl(_SUBREAPER, 1)


@dataclass
class Walls:
    """Build the walls in two steps: `begin` before the fork of the process to be walled in, `finish` inside it."""

    covered: Sequence[str]
    missing: list[str]

    def begin(self) -> None:
        try:
            _unshare(_NEWUSER | _NEWPID)
        except OSError:
            self.missing += [NO_PROCESS_WALL, NO_FILE_WALL, NO_WRITE_WALL]
        else:
            if not _knows_read_only():
                self.missing.append(NO_WRITE_WALL)

    @property
    def standing(self) -> bool:
        return NO_PROCESS_WALL not in self.missing

    def finish(self, folder: str) -> None:
        """Cover what is not to be seen, leave `folder` to write in, and lock the covers by going one level deeper."""
        if not self.standing:
            return
        _unshare(_NEWNS)
        _mount("none", "/", "", _REC | _PRIVATE)
        _make_read_only("/")
        with contextlib.suppress(OSError):  # a container may forbid it: then /proc shows numbers that mean nothing here
            _mount("proc", "/proc", "proc", _NOSUID | _NODEV)
        for path in (*coverable(self.covered), "/dev/shm"):
            if Path(path).is_dir():
                _empty(path, writable=path == "/dev/shm" or Path(folder).is_relative_to(path))
            elif Path(path).is_file():
                _mount(os.devnull, path, "", _BIND)
        if not Path(folder).is_dir():
            Path(folder).mkdir(parents=True)
        elif not os.access(folder, os.W_OK):
            _empty(folder, writable=True)
        _unshare(_NEWUSER | _NEWNS)


def coverable(paths: Iterable[str]) -> list[str]:
    """What can be covered of these without hiding Python or this package, nothing twice.

    Of a folder that holds something needed, such as a home folder with the environment in it, all the rest.
    """
    package = Path(__file__).resolve().parents[2]
    needed = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable), Path(sys.executable).resolve(), package}
    needed |= {Path(found).resolve().parent for found in map(shutil.which, _PROGRAMS) if found}
    needed |= {Path(path) for path in (*sysconfig.get_paths().values(), *sys.path) if path}
    found: list[Path] = []
    for path in sorted({Path(path).resolve() for path in paths}, key=lambda path: len(path.parts)):
        found += (one for one in _besides(path, needed) if not any(one.is_relative_to(other) for other in found))
    return [str(path) for path in found]


def _besides(path: Path, needed: Collection[Path]) -> list[Path]:
    """The path; if something that is needed lies in it, what lies beside that."""
    if path in needed:
        return []
    if not any(one.is_relative_to(path) for one in needed):
        return [path]
    with contextlib.suppress(OSError):
        inside = sorted(one for one in path.iterdir() if not one.is_symlink())
        return [found for one in inside for found in _besides(one, needed)]
    return []


def limit(limits: Mapping[str, int]) -> None:
    """Set limits by the names of `resource`, such as {"RLIMIT_AS": 2_000_000_000}; one that is unknown is left out."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    for name, most in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(ValueError, OSError):
                hard = resource.getrlimit(kind)[1]
                top = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(kind, (top, top))
