"""A process that has loaded what a lab or a worker needs and makes one after another by fork, each behind its walls.

To start a lab anew costs two seconds of computing, to start it by fork a few hundredths; so each submission gets a lab
and workers that nobody used before. A keeper stays beside each, counts its processes, and ends all of them together.
`python -m lambdalab.teach.grading.nursery lab` or `… worker`; orders come over the socket that is its stdin.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

from lambdalab.teach.grading.jail import Walls, adopts_orphans, ends_with_parent, limit

_MB = 1024 * 1024
_LIMITS = {
    "worker": {
        "RLIMIT_AS": 2_500 * _MB,
        "RLIMIT_FSIZE": 64 * _MB,
        "RLIMIT_NOFILE": 512,
        "RLIMIT_NPROC": 1024,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": 600,
    },
    "lab": {"RLIMIT_FSIZE": 256 * _MB, "RLIMIT_CORE": 0},
}
_MOST_PROCESSES = {"worker": 40, "lab": 300}
_COUNT_EVERY = 0.5


def main() -> None:
    role = sys.argv[1]
    orders = socket.socket(fileno=os.dup(0))
    run = _lab() if role == "lab" else _worker()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers that ended need no burial
    ends_with_parent()
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, 65_536, 2)
        while order and not order.endswith(b"\n"):
            order += orders.recv(65_536)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _keep(role, json.loads(order), descriptors[0], descriptors[1], run)
        for descriptor in descriptors:
            os.close(descriptor)


def _lab() -> Callable[[Mapping[str, Any]], None]:
    from lambdalab.cli import main as command

    importlib.import_module("lambdalab.http.server")  # what `serve` will import: here once, for every lab

    def run(order: Mapping[str, Any]) -> None:
        command(["serve", "--json", "--port", "0", "--until-eof"])

    return run


def _worker() -> Callable[[Mapping[str, Any]], None]:
    from lambdalab.teach.grading import worker

    shell = worker.shell()

    def run(order: Mapping[str, Any]) -> None:
        worker.serve(shell, order)

    return run


def _keep(role: str, order: Mapping[str, Any], channel: int, life: int, run: Callable[[Any], None]) -> None:
    """Make the child and stay until it has ended; `life` is closed when nothing of it is left."""
    ends_with_parent()
    os.setsid()
    adopts_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
    walls = Walls(order["covered"], [])
    walls.begin()
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.close(life)
        os.read(ready, 1)
        _inside(role, walls, order, channel, run)
    os.write(channel, json.dumps({"pid": child, "keeper": os.getpid(), "missing": walls.missing}).encode() + b"\n")
    os.close(channel)
    os.write(go, b"!")
    counted = time.monotonic()
    while not asked and not os.waitpid(child, os.WNOHANG)[0]:
        time.sleep(0.02 if role == "worker" else 0.05)
        if time.monotonic() - counted > _COUNT_EVERY:
            counted = time.monotonic()
            if _descendants() > _MOST_PROCESSES[role]:
                break
    _end(child)
    os._exit(0)


def _inside(role: str, walls: Walls, order: Mapping[str, Any], channel: int, run: Callable[[Any], None]) -> None:
    """The child's own beginning: streams, walls, limits, then its work."""
    code = 1
    try:
        os.setsid()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.default_int_handler)
        walls.finish(order["folder"])
        ends_with_parent()
        os.dup2(channel, 0)
        os.dup2(channel if role == "lab" else os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        tempfile.tempdir = None
        limit(_LIMITS[role])
        random.seed()
        if role == "lab":
            os.close(channel)
        run({**order, "channel": channel})
        code = 0
    except BaseException as wrong:
        with contextlib.suppress(OSError):
            os.write(channel if role == "worker" else 1, json.dumps({"broken": repr(wrong)}).encode() + b"\n")
    finally:
        os._exit(code)


def _descendants() -> int:
    import psutil

    return len(psutil.Process().children(recursive=True))


def _end(child: int) -> None:
    """End the child and whatever it began; behind a wall the first kill ends all of it."""
    import psutil

    while True:
        left = psutil.Process().children(recursive=True)
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        if not left:
            return
        time.sleep(0.01)


if __name__ == "__main__":
    main()
