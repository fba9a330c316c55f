"""Execution environments: who is free, who is new, who is reclaimed.

On AWS a free environment of the same version takes the next event, otherwise a new one is started, and idle ones go
after a time that AWS doesn't publish. Here the same, on the lab's clock: each environment draws a keep-alive of 5 to
15 minutes, or what `lab.keep_alive` says. One call at a time holds an environment. Provisioned environments are
started ahead of any call and are not reclaimed; whether a call gets in at all is asked of `concurrency.Limits`.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lambdalab.agenda import Agenda, Entry
from lambdalab.keys import Key, Keyring
from lambdalab.observe.lanes import LaneBook
from lambdalab.observe.records import Lane, Span
from lambdalab.runtime import processes
from lambdalab.runtime.environment import ExecutionEnvironment
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.outcome import InitFailed
from lambdalab.runtime.snapshots import Snapshot
from lambdalab.service.concurrency import Limits
from lambdalab.service.model import FunctionVersion
from lambdalab.service.programs import program
from lambdalab.service.snapshots import Snapshots

KEEP_ALIVE_MINUTES = (5.0, 15.0)
ON_DEMAND, PROVISIONED, SNAP_START = "on-demand", "provisioned-concurrency", "snap-start"


@dataclass
class _Place:
    """An environment and what the pool knows of it.

    `prepared` says that it was initialised ahead of any call; `ends` says why it ends after its call, if it does;
    `luck` says where in the range its keep-alive lies.
    """

    environment: ExecutionEnvironment
    function: FunctionVersion
    key: Key
    initialization: str = ON_DEMAND
    idle_since: float | None = None
    prepared: bool = False
    ends: str | None = None
    luck: float = field(default_factory=random.random)

    @property
    def provisioned(self) -> bool:
        return self.initialization == PROVISIONED

    def runs(self, function: FunctionVersion) -> bool:
        mine = self.function
        return (mine.arn, mine.version, mine.revision) == (function.arn, function.version, function.revision)


class Pool:
    """All environments of the lab."""

    def __init__(
        self, agenda: Agenda, files: FileStore, guard: Guard, keys: Keyring, endpoint: Callable[[], str]
    ) -> None:
        self._agenda, self._files, self._guard, self._keys, self._endpoint = agenda, files, guard, keys, endpoint
        self._clock = agenda.clock
        self.snapshots = Snapshots(files, guard, keys, endpoint)
        self.limits = Limits()
        self.lanes = LaneBook()
        self.keep_alive_minutes = KEEP_ALIVE_MINUTES
        self._lock = threading.Lock()
        self._places: list[_Place] = []
        self._born: dict[str, int] = {}
        self._last_end: dict[str, str] = {}
        self.lost: Callable[[FunctionVersion], None] = lambda function: None
        self._closed = False
        self._next_end: Entry | None = None

    @contextmanager
    def lease(self, function: FunctionVersion) -> Iterator[ExecutionEnvironment]:
        """Hold an environment of this version for one call.

        A free provisioned one comes first, then the most recently used free one, then a new one.

        Raises:
            Throttled: the function or the account runs as many calls as it may.
        """
        place = self._take(function)
        try:
            yield place.environment
        finally:
            self._give_back(place)

    def _take(self, function: FunctionVersion) -> _Place:
        self.reclaim()
        snapshot = self.snapshots.of(function)
        outdated: list[_Place] = []
        try:
            with self._lock:
                idle = [p for p in self._places if p.idle_since is not None and p.function.arn == function.arn]
                outdated = [p for p in idle if p.function.version == function.version and not p.runs(function)]
                self._remove(outdated, "changed")
                free = [p for p in idle if p.runs(function)]
                if not any(p.provisioned for p in free):
                    self.limits.admit(function.arn, self._busy(), self._clock.now())
                if free:
                    place = max(free, key=lambda p: (p.provisioned, p.idle_since or 0.0))
                    place.idle_since = None
                else:
                    self.limits.grow(function.arn, self._clock.now())
                    place = self._new(function, snapshot=snapshot)
                    self._places.append(place)
                self.lanes.taken(place.environment.stream, self._clock.now())
                return place
        finally:
            for old in outdated:
                self._end(old)

    def _busy(self) -> Counter[str]:
        """How many calls of each function run now outside provisioned environments."""
        return Counter(p.function.arn for p in self._places if p.idle_since is None and not p.provisioned)

    def _remove(self, gone: list[_Place], why: str) -> None:
        self._places = [p for p in self._places if p not in gone]
        self._last_end.update((p.function.arn, why) for p in gone)
        now = self._clock.now()
        for place in gone:
            moment = self._reclaimed_at(place) if why == "idle" else None
            self.lanes.ended(place.environment.stream, why, moment or now)

    def _new(
        self, function: FunctionVersion, initialization: str = ON_DEMAND, snapshot: Snapshot | None = None
    ) -> _Place:
        if snapshot:
            initialization = SNAP_START
        number = self._born[function.arn] = self._born.get(function.arn, 0) + 1
        busy = any(p.runs(function) for p in self._places)
        key = self._keys.new_session(function.role, function.name)
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{secrets.token_hex(16)}"
        environment = ExecutionEnvironment(
            number=number,
            program=program(function, self._files, key, self._endpoint()),
            folder=self._files.environment(secrets.token_hex(8)),
            guard=self._guard,
            stream=stream,
            why="busy" if busy else self._last_end.get(function.arn, "first"),
            initialization=initialization,
            snapshot=snapshot,
        )
        lane = Lane(function.name, function.version, number, initialization, environment.why)
        self.lanes.born(stream, function.arn, lane)
        return _Place(environment, function, key, initialization)

    def _give_back(self, place: _Place) -> None:
        with self._lock:
            if place.environment.usable and not place.ends and not self._closed:
                place.idle_since = self._clock.now()
                self._plan_reclaiming(place)
            else:
                self._remove([place], place.ends or "ended")
        if place.idle_since is None:
            self._end(place)
            if place.provisioned and not place.ends and not self._closed:
                self.lost(place.function)

    def _end(self, place: _Place) -> None:
        self._keys.forget(place.key)
        place.environment.close()

    def reclaim(self) -> None:
        """End every environment that has been idle for longer than its keep-alive."""
        now = self._clock.now()
        with self._lock:
            gone = [p for p in self._places if now > (self._reclaimed_at(p) or now)]
            self._remove(gone, "idle")
        for place in gone:
            self._end(place)

    def _reclaimed_at(self, place: _Place) -> float | None:
        """When an idle environment's keep-alive ends; None for a busy or a provisioned one."""
        if place.idle_since is None or place.provisioned:
            return None
        least, most = self.keep_alive_minutes
        return place.idle_since + 60 * (least + place.luck * (most - least))

    def _plan_reclaiming(self, *places: _Place) -> None:
        """Come back when the first of these ends; one entry on the agenda is enough for all."""
        ends = [end for place in places if (end := self._reclaimed_at(place)) is not None]
        due = min(ends, default=None)
        if due is None or (self._next_end and self._next_end.due <= due):
            return
        if self._next_end:
            self._next_end.cancel()
        self._next_end = self._agenda.at(due + 0.001, self._reclaim_and_plan, silent=True)

    def _reclaim_and_plan(self) -> None:
        self.reclaim()
        with self._lock:
            self._next_end = None
            self._plan_reclaiming(*self._places)

    def keep_alive(self, least: float, most: float) -> None:
        """Set how many minutes an idle environment is kept; it holds for those that are idle already, too.

        Raises:
            ValueError: not 0 <= least <= most.
        """
        if not 0 <= least <= most < float("inf"):
            raise ValueError(f"an idle environment cannot be kept from {least} to {most} minutes: give 0 or more")
        self.keep_alive_minutes = (least, most)
        with self._lock:
            self._plan_reclaiming(*self._places)

    def replace(self, arn: str) -> int:
        """End the idle on-demand environments of a function, busy ones after their call; how many were idle."""
        return self._end_all([p for p in self._places if p.function.arn == arn and not p.provisioned], "replaced")

    def end_version(self, arn: str, version: str) -> None:
        """End the environments of a version that was deleted, busy ones after their call."""
        self._end_all([p for p in self._places if (p.function.arn, p.function.version) == (arn, version)], "deleted")

    def retire(self, arn: str) -> None:
        """End the environments of a function that was deleted, busy ones after their call."""
        self._end_all([p for p in self._places if p.function.arn == arn], "deleted")
        with self._lock:
            self._last_end.pop(arn, None)
            self._born.pop(arn, None)
            self.limits.forget(arn)
        self.snapshots.drop(arn)

    def provision(self, function: FunctionVersion, most: int) -> str | None:
        """Start one environment ahead of any call, and keep it for calls of this version.

        Returns the name of its log stream; None when there are `most` already.

        Raises:
            InitFailed: the handler could not be loaded.
        """
        with self._lock:
            if self._closed or sum(p.provisioned and p.runs(function) and not p.ends for p in self._places) >= most:
                return None
            place = self._new(function, PROVISIONED)
            self._places.append(place)
        try:
            began = self._clock.now()
            place.environment.prepare()
            place.prepared = True
            self.lanes.ran(place.environment.stream, [Span("init", began, self._clock.now())])
        except InitFailed:
            place.ends = "ended"
            raise
        finally:
            self._give_back(place)
        return place.environment.stream

    def ready(self, function: FunctionVersion) -> int:
        """How many provisioned environments of a version are initialised."""
        with self._lock:
            return sum(p.prepared and p.runs(function) and not p.ends for p in self._places)

    def withdraw(self, function: FunctionVersion, keep: int = 0) -> None:
        """End all but `keep` of a version's provisioned environments, free ones first, busy ones after their call."""
        mine = [p for p in self._places if p.provisioned and p.runs(function) and not p.ends]
        mine.sort(key=lambda p: p.idle_since is None)
        self._end_all(mine[: max(0, len(mine) - keep)], "replaced")

    def _end_all(self, places: list[_Place], why: str) -> int:
        """End these now, or after their call; how many ended now."""
        with self._lock:
            for place in places:
                place.ends = why
            gone = [p for p in places if p.idle_since is not None and p in self._places]
            self._remove(gone, why)
        for place in gone:
            self._end(place)
        return len(gone)

    def alive(self) -> list[tuple[FunctionVersion, int, int, str]]:
        """Function, environment number, process id and the operating system's word on it, for every live process."""
        with self._lock:
            places = list(self._places)
        found = []
        for place in places:
            pid, look = place.environment.pid, processes.state if place.idle_since is None else processes.settled
            word = look(pid) if pid else None
            if pid and word:
                found.append((place.function, place.environment.number, pid, word))
        return found

    def process_of(self, access_key_id: str) -> int | None:
        """The process of the environment that holds this key."""
        with self._lock:
            return next((p.environment.pid for p in self._places if p.key.access_key_id == access_key_id), None)

    def close(self) -> None:
        """End everything, busy environments too."""
        with self._lock:
            self._closed = True
            idle = [p for p in self._places if p.idle_since is not None]
            busy = [p for p in self._places if p.idle_since is None]
            self._places = busy
        self.snapshots.close()
        for place in busy:
            if place.environment.pid:
                processes.kill(place.environment.pid)
        for place in idle:
            self._end(place)
