"""Counting: what each function did and asked for, told apart by the credentials that its environment holds.

On AWS every request is signed with the session of the environment that sent it, and CloudTrail keeps who asked for
what. Here the door reports each signed request, and the service says which event an environment works on.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from lambdalab.keys import Key
from lambdalab.observe.counts import Counts, EventCounts

REMEMBERED_EVENTS = 2000
LONGEST_SECONDS = 900  # an event runs no longer


@dataclass
class _Event:
    inits: int = 0
    log_bytes: int = 0
    requests: Counter[str] = field(default_factory=Counter)


@dataclass
class _Function:
    invocations: int = 0
    throttles: int = 0
    inits: int = 0
    log_bytes: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    environments: set[str] = field(default_factory=set)
    events: OrderedDict[str, _Event] = field(default_factory=OrderedDict)

    def event(self, request_id: str) -> _Event:
        found = self.events.setdefault(request_id, _Event())
        if len(self.events) > REMEMBERED_EVENTS:
            self.events.popitem(last=False)
        return found


class Tally:
    """The counts of every function, by name."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._functions: dict[str, _Function] = {}
        self._working: dict[str, str] = {}

    def begins(self, access_key_id: str, request_id: str) -> None:
        """The environment that holds this key works on this event from now on."""
        with self._lock:
            self._working[access_key_id] = request_id

    def working(self, access_key_id: str) -> str | None:
        """The request id of the event that the environment with this key works on; None for no such environment."""
        return self._working.get(access_key_id)

    def until_it_ends(self, access_key_id: str) -> None:
        """Wait until the event ends on which the environment with this key works now."""
        with self._lock:
            event = self._working.get(access_key_id)
            self._lock.wait_for(lambda: self._working.get(access_key_id) != event, LONGEST_SECONDS)

    def ends(self, access_key_id: str, name: str, request_id: str, stream: str, *, inits: int, log_bytes: int) -> None:
        """It has done so; `stream` tells environments apart."""
        with self._lock:
            self._working.pop(access_key_id, None)
            self._lock.notify_all()
            function = self._of(name)
            function.invocations += 1
            function.environments.add(stream)
            for counted in (function, function.event(request_id)):
                counted.inits += inits
                counted.log_bytes += log_bytes

    def loaded(self, name: str, stream: str) -> None:
        """An environment was initialised ahead of any call."""
        with self._lock:
            self._of(name).inits += 1
            self._of(name).environments.add(stream)

    def throttled(self, name: str) -> None:
        with self._lock:
            self._of(name).throttles += 1

    def asked(self, key: Key, operation: str) -> None:
        """An environment's key signed a request for this operation; its session is the function's name."""
        with self._lock:
            function = self._of(key.principal.rpartition("/")[2])
            function.requests[operation] += 1
            request_id = self._working.get(key.access_key_id)
            if request_id:
                function.event(request_id).requests[operation] += 1

    def counts(self, name: str) -> Counts:
        """What the function of this name has done."""
        with self._lock:
            f = self._of(name)
            events = {id_: EventCounts(e.inits, dict(e.requests), e.log_bytes) for id_, e in f.events.items()}
            environments, requests = len(f.environments), dict(f.requests)
            return Counts(name, f.invocations, f.throttles, f.inits, environments, requests, f.log_bytes, events)

    def _of(self, name: str) -> _Function:
        return self._functions.setdefault(name, _Function())
