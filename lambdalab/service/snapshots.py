"""The snapshots of published versions: taken when a version with SnapStart is published, kept until it is deleted.

On AWS taking a snapshot takes minutes, and the version is Pending until then. Here it takes as long as the function's
init, in the background; a call that comes earlier waits for it. Lesson 03.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from lambdalab.keys import Key, Keyring
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.snapshots import Snapshot, SnapshotFailed
from lambdalab.service.model import FunctionVersion
from lambdalab.service.programs import program


class Snapshots:
    """All templates of the lab, one for each version that was published with SnapStart."""

    def __init__(self, files: FileStore, guard: Guard, keys: Keyring, endpoint: Callable[[], str]) -> None:
        self._files, self._guard, self._keys, self._endpoint = files, guard, keys, endpoint
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str], tuple[Key, Future[Snapshot]]] = {}
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="snapshots")

    def take(self, function: FunctionVersion) -> None:
        """Begin to take the snapshot of a published version."""
        if hasattr(os, "fork"):
            with self._lock:
                self._begin(function)

    def of(self, function: FunctionVersion) -> Snapshot | None:
        """The snapshot of a version; None when it has none, or when its init failed: then a full start tells why.

        Where the system cannot copy a process, every start is a full one, and the doctor says so.
        """
        if not function.snap_start or not hasattr(os, "fork"):
            return None
        with self._lock:
            taken = self._begin(function)
        try:
            return taken.result()
        except SnapshotFailed:
            return None

    def drop(self, arn: str, version: str | None = None) -> None:
        """End the snapshot of a version that was deleted, or those of a whole function."""
        with self._lock:
            which = [known for known in self._taken if known[0] == arn and version in (None, known[1])]
            gone = [self._taken.pop(known) for known in which]
        for key, taken in gone:
            self._keys.forget(key)
            if taken.cancel():
                continue
            taken.add_done_callback(_end)

    def close(self) -> None:
        for arn in {arn for arn, _ in self._taken}:
            self.drop(arn)
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _begin(self, function: FunctionVersion) -> Future[Snapshot]:
        which = (function.arn, function.version)
        if which not in self._taken:
            key = self._keys.new_session(function.role, function.name)
            made = program(function, self._files, key, self._endpoint())
            folder = self._files.environment(secrets.token_hex(8))
            self._taken[which] = key, self._workers.submit(Snapshot, made, folder, self._guard)
        return self._taken[which][1]


def _end(done: Future[Snapshot]) -> None:
    if not done.exception():
        done.result().close()
