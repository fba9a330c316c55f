"""The tests' clouds: copies of one process that has imported what a cloud imports.

Each file of tests has a lab of its own, which makes two hundred starts, and each would spend a second on the same
imports. So Python's fork server makes them once for each worker, and copies itself; what the copy does is what
`lambdalab serve` does. Labs of notebooks and of programs that a test runs start as a user's do.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import IO

from lambdalab import cli, cloud_process


def use() -> None:
    """From now on each `Lab()` of this process gets a copy, where there is a fork server."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.get_context("forkserver").set_forkserver_preload([__name__, "tests.warm_models"])
        cloud_process._started = Copy  # type: ignore[assignment, misc]  # as much of it as `CloudProcess` uses


class Copy:
    """A cloud's process, as much of `subprocess.Popen` as `CloudProcess` uses.

    Args:
        environment: all its variables.
        complaints: where it writes errors.
    """

    def __init__(self, environment: Mapping[str, str], complaints: IO[bytes]) -> None:
        stdin, to_it = os.pipe()
        from_it, stdout = os.pipe()
        self.stdin, self.stdout = os.fdopen(to_it, "wb"), os.fdopen(from_it, "rb")
        theirs = [Connection(number) for number in (stdin, stdout, os.dup(complaints.fileno()))]  # these can travel
        self._process = multiprocessing.get_context("forkserver").Process(target=_serve, args=(environment, *theirs))
        self._process.start()
        for one in theirs:
            one.close()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> None:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("the lab's cloud", timeout or 0.0)

    def kill(self) -> None:
        self._process.kill()


def _serve(environment: Mapping[str, str], *streams: Connection) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for number, (stream, name) in enumerate(zip(streams, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(stream.fileno(), number)
        setattr(sys, name, os.fdopen(number, "w" if number else "r"))
        stream.close()
    cli.main(["serve", *cloud_process.SERVE])
