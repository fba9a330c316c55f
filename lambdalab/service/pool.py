"""Execution environments: who is free, who is new, who is reclaimed.

On AWS a free environment of the same version takes the next event, otherwise a new one is started, and idle ones go
after a time that AWS doesn't publish. Here the same, on the lab's clock: each environment draws a keep-alive of 5 to
15 minutes. One call at a time holds an environment. Left out so far: limits of concurrency, provisioned environments.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from lambdalab.clock import LabClock
from lambdalab.keys import Key, Keyring
from lambdalab.runtime import processes
from lambdalab.runtime.environment import ExecutionEnvironment
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.guard import Guard
from lambdalab.service.model import FunctionVersion
from lambdalab.service.programs import program

KEEP_ALIVE_MINUTES = (5.0, 15.0)


@dataclass
class _Place:
    """An environment and what the pool knows of it."""

    environment: ExecutionEnvironment
    function: FunctionVersion
    key: Key
    keep_alive: float
    idle_since: float | None = None


class Pool:
    """All environments of the lab."""

    def __init__(
        self, clock: LabClock, files: FileStore, guard: Guard, keys: Keyring, endpoint: Callable[[], str]
    ) -> None:
        self._clock, self._files, self._guard, self._keys, self._endpoint = clock, files, guard, keys, endpoint
        self._lock = threading.Lock()
        self._places: list[_Place] = []
        self._born: dict[str, int] = {}
        self._last_end: dict[str, str] = {}
        self._closed = False
        threading.Thread(target=self._reclaim_for_ever, name="keep-alive", daemon=True).start()

    @contextmanager
    def lease(self, function: FunctionVersion) -> Iterator[ExecutionEnvironment]:
        """Hold an environment of this version for one call: the most recently used free one, or a new one."""
        place = self._take(function)
        try:
            yield place.environment
        finally:
            self._give_back(place)

    def _take(self, function: FunctionVersion) -> _Place:
        self.reclaim()
        with self._lock:
            free = [p for p in self._places if p.idle_since is not None and p.function.arn == function.arn]
            outdated = [
                p for p in free if p.function.version == function.version and p.function.revision != function.revision
            ]
            for place in outdated:
                self._places.remove(place)
                self._last_end[function.arn] = "changed"
            fit = [
                p for p in free if (p.function.version, p.function.revision) == (function.version, function.revision)
            ]
            if fit:
                place = max(fit, key=lambda p: p.idle_since or 0.0)
                place.idle_since = None
            else:
                place = self._new(function)
                self._places.append(place)
        for old in outdated:
            self._end(old)
        return place

    def _new(self, function: FunctionVersion) -> _Place:
        number = self._born[function.arn] = self._born.get(function.arn, 0) + 1
        mine = (function.arn, function.version, function.revision)
        busy = any((p.function.arn, p.function.version, p.function.revision) == mine for p in self._places)
        key = self._keys.new_session(function.role, function.name)
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{secrets.token_hex(16)}"
        environment = ExecutionEnvironment(
            number=number,
            program=program(function, self._files, key, self._endpoint()),
            folder=self._files.environment(secrets.token_hex(8)),
            guard=self._guard,
            stream=stream,
            why="busy" if busy else self._last_end.get(function.arn, "first"),
        )
        minutes = random.uniform(*KEEP_ALIVE_MINUTES)
        return _Place(environment, function, key, keep_alive=minutes * 60)

    def _give_back(self, place: _Place) -> None:
        with self._lock:
            if place.environment.usable and not self._closed:
                place.idle_since = self._clock.now()
            else:
                self._places.remove(place)
                self._last_end[place.function.arn] = "ended"
        if place.idle_since is None:
            self._end(place)
        self._clock.wake()

    def _end(self, place: _Place) -> None:
        self._keys.forget(place.key)
        place.environment.close()

    def reclaim(self) -> None:
        """End every environment that has been idle for longer than its keep-alive."""
        now = self._clock.now()
        with self._lock:
            gone = [p for p in self._places if p.idle_since is not None and now > p.idle_since + p.keep_alive]
            self._places = [p for p in self._places if p not in gone]
            self._last_end.update((p.function.arn, "idle") for p in gone)
        for place in gone:
            self._end(place)

    def _reclaim_for_ever(self) -> None:
        while not self._closed:
            ticket = self._clock.ticket()
            with self._lock:
                ends = [p.idle_since + p.keep_alive for p in self._places if p.idle_since is not None]
            self._clock.wait_until(min(ends) + 0.001 if ends else None, ticket)
            self.reclaim()

    def retire(self, arn: str) -> None:
        """End the idle environments of a function that was deleted."""
        with self._lock:
            self._last_end.pop(arn, None)
            self._born.pop(arn, None)
            gone = [p for p in self._places if p.function.arn == arn and p.idle_since is not None]
            self._places = [p for p in self._places if p not in gone]
        for place in gone:
            self._end(place)

    def alive(self) -> list[tuple[FunctionVersion, int, int, str]]:
        """Function, environment number, process id and the operating system's word on it, for every live process."""
        with self._lock:
            places = list(self._places)
        found = []
        for place in places:
            pid = place.environment.pid
            word = processes.state(pid) if pid else None
            if pid and word:
                found.append((place.function, place.environment.number, pid, word))
        return found

    def close(self) -> None:
        """End everything, busy environments too."""
        with self._lock:
            self._closed = True
            idle = [p for p in self._places if p.idle_since is not None]
            busy = [p for p in self._places if p.idle_since is None]
            self._places = busy
        for place in busy:
            if place.environment.pid:
                processes.kill(place.environment.pid)
        for place in idle:
            self._end(place)
        self._clock.wake()
