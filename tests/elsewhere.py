"""Another system, as lambdalab's own modules see it: loaded as `sitecustomize` in each process of a test.

Windows has no fork, no process groups, no SIGSTOP and no /proc; macOS has no /proc and no pidfd. A module of lambdalab
gets `os`, `signal` and `sys` without them, and any look into /proc from there finds nothing. psutil, which stands for
the system's own way of doing the same, keeps everything. What this cannot show: the other system itself, its paths,
its sockets, its file locks. And without sessions of their own the environments share one turn of Linux's scheduler
with the lab: on a busy machine several cold starts at once take long, which says nothing about Windows.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import os
import signal
import sys
from types import CodeType, FrameType, ModuleType
from typing import Any

POSIX_ONLY = frozenset({"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix"})

LACKING = {
    "win32": {
        "os": (
            "fork forkpty killpg setsid getpgid getpgrp setpgid getuid geteuid getgid getegid sysconf uname wait"
            " wait3 wait4 WNOHANG O_CLOEXEC O_PATH O_NOFOLLOW O_DIRECTORY mkfifo chown fchmod getloadavg nice"
            " posix_spawn pidfd_open sched_getaffinity setns unshare memfd_create register_at_fork statvfs"
        ),
        "signal": (
            "SIGSTOP SIGCONT SIGKILL SIGHUP SIGCHLD SIGALRM SIGUSR1 SIGUSR2 SIGQUIT SIGTSTP SIGPIPE pthread_sigmask"
            " setitimer alarm pause sigwait"
        ),
    },
    "darwin": {"os": "O_PATH pidfd_open sched_getaffinity setns unshare memfd_create", "signal": "sigtimedwait"},
}
NAMES = {"win32": {"os": {"name": "nt"}}, "darwin": {}}


class Without(ModuleType):
    """A module of the standard library as another system has it."""

    def __init__(self, whole: ModuleType, lacking: str, **instead: object) -> None:
        super().__init__(whole.__name__)
        self.__dict__["_whole"], self.__dict__["_lacking"] = whole, frozenset(lacking.split())
        self.__dict__.update(instead)

    def __getattr__(self, name: str) -> Any:
        if name in self._lacking:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on this system")
        return getattr(self._whole, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._whole, name, value)


class Elsewhere(importlib.abc.MetaPathFinder):
    """Finds lambdalab's modules and gives each the builtins of another system."""

    def __init__(self, system: str) -> None:
        lacking = LACKING[system]
        self._hidden = POSIX_ONLY if system == "win32" else frozenset()
        self._modules = {
            "os": Without(os, lacking["os"], **NAMES[system].get("os", {})),
            "signal": Without(signal, lacking["signal"]),
            "sys": Without(sys, "", platform=system),
        }

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] != "lambdalab":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(name, spec.loader.path, self)
        return spec

    def import_(self, name: str, *rest: Any) -> Any:
        if name in self._hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return self._modules.get(name) or builtins.__import__(name, *rest)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, system: Elsewhere) -> None:
        super().__init__(name, path)
        self._system = system

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._system.import_}
        code = self.get_code(module.__name__)
        assert isinstance(code, CodeType)
        exec(code, module.__dict__)


def _no_proc(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse a look into /proc whose nearest caller, of lambdalab and psutil, is lambdalab."""
    if event not in ("open", "os.listdir", "os.scandir") or not str(arguments[0]).startswith("/proc"):
        return
    frame: FrameType | None = sys._getframe(1)
    while frame:
        owner = str(frame.f_globals.get("__name__")).partition(".")[0]
        if owner == "psutil":
            return
        if owner == "lambdalab":
            raise FileNotFoundError(2, "No such file or directory", str(arguments[0]))
        frame = frame.f_back


def pretend(system: str) -> None:
    """From now on lambdalab, which must not be imported yet, finds itself on `system`: "win32" or "darwin"."""
    assert "lambdalab" not in sys.modules
    sys.meta_path.insert(0, Elsewhere(system))
    sys.addaudithook(_no_proc)


if __name__ == "sitecustomize":
    pretend(os.environ["PRETEND_SYSTEM"])
