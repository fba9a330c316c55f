"""The guard: outlives the lab by a moment and ends whatever is left of it.

A frozen process cannot notice that its lab is gone, so somebody else must. The cloud tells this small program, over a
pipe, which process groups are alive and which folder is theirs; when the pipe closes, by exit or by kill -9, the guard
kills the groups and removes the folder. It is a program of the standard library only, in a session of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any


def watch(orders: IO[str]) -> None:
    """The guard's own loop: "+ pid", "- pid" and "folder path" lines until the pipe closes, then clean up."""
    alive: set[int] = set()
    folders: list[str] = []
    for order in orders:
        word, _, value = order.rstrip("\n").partition(" ")
        if word == "+":
            alive.add(int(value))
        elif word == "-":
            alive.discard(int(value))
        elif word == "folder":
            folders.append(value)
    for pid in alive:
        _end(pid)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _end(pid: int) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        return
    for descendant in _descendants(pid):
        _signal(os.kill, descendant)
    _signal(os.killpg, pid)


def _signal(send: object, pid: int) -> None:
    try:
        send(pid, signal.SIGKILL)  # type: ignore[operator]  # os.kill or os.killpg; killpg does not exist on Windows
    except (ProcessLookupError, PermissionError):
        return


def _descendants(pid: int) -> list[int]:
    """Children of children on Linux; elsewhere the process group has to do."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found


class Guard:
    """The cloud's end of the pipe to the guard; should the guard itself be killed, another one is told everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._alive: set[int] = set()
        self._lock = threading.Lock()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-I", "-S", "-B", __file__]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **apart())
        self._say(process, f"folder {self._folder}", *(f"+ {pid}" for pid in self._alive))
        return process

    @property
    def pid(self) -> int:
        return self._process.pid

    def watch(self, pid: int) -> None:
        self._alive.add(pid)
        self._tell(f"+ {pid}")

    def release(self, pid: int) -> None:
        self._alive.discard(pid)
        self._tell(f"- {pid}")

    def close(self) -> None:
        """Let the guard clean up now, and wait for it."""
        with self._lock:
            if self._process.stdin:
                self._process.stdin.close()
            self._process.wait(timeout=10)

    def _tell(self, order: str) -> None:
        with self._lock:
            try:
                self._say(self._process, order)
            except BrokenPipeError:
                self._process.wait()
                self._process = self._start()

    @staticmethod
    def _say(process: subprocess.Popen[str], *orders: str) -> None:
        if process.stdin and not process.stdin.closed:
            process.stdin.write("".join(order + "\n" for order in orders))
            process.stdin.flush()


def apart() -> dict[str, Any]:
    """Options for Popen so that no signal meant for the notebook reaches the new process."""
    if os.name == "posix":
        return {"start_new_session": True}
    return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}


if __name__ == "__main__":
    if sys.platform != "win32":
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
    watch(sys.stdin)
