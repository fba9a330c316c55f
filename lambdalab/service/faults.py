"""Faults on request: what goes wrong on AWS now and then, and here when somebody asks for it.

On AWS a process dies in mid-handler, a write fails or its answer is lost, an event comes twice or late, and nobody can
say when. A handler that bears all this has to be tried, so here the next one can be ordered. Left out: faults by
chance, which a handler can draw itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lambdalab.service.tally import LONGEST_SECONDS

FAIL, KILL, HANG, HOLD, TWICE, LATE = "fail", "kill", "hang", "hold", "twice", "late"
_OF_REQUESTS = (FAIL, KILL, HANG, HOLD)
_REMEMBERED_EVENTS = 1_000


@dataclass(frozen=True)
class Fault:
    """One thing that shall go wrong (workbook 07).

    Args:
        what: "fail", "kill", "hang" or "hold" (a request that the function makes is refused, its process is killed at
            it, no answer comes as long as it runs, or it waits until all is cleared), "twice" (an event is given to it
            two times), or "late" (an asynchronous event waits, so that the next overtakes it).
        function: its name.
        operation: of a request, such as "dynamodb:PutItem"; "" for the first one of any kind.
        done: the request is carried out before the fault, so that only its answer is lost.
        seconds: how late.
        times: with how many events.
    """

    what: str
    function: str
    operation: str = ""
    done: bool = False
    seconds: float = 0.0
    times: int = 1

    def __post_init__(self) -> None:
        if self.what not in (*_OF_REQUESTS, TWICE, LATE):
            known = ", ".join((*_OF_REQUESTS, TWICE))
            raise ValueError(f"there is no fault {self.what!r}: give {known} or {LATE}")
        if not 1 <= self.times <= _REMEMBERED_EVENTS:
            raise ValueError(f"a fault can happen with 1 to {_REMEMBERED_EVENTS} events, not with {self.times}")
        if not 0 <= self.seconds < float("inf"):
            raise ValueError(f"an event cannot be {self.seconds} s late: give 0 or more")

    def to_json(self) -> Mapping[str, Any]:
        return asdict(self)


class Faults:
    """What is ordered and has not happened yet, in the order of its asking."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._held, self._cleared = 0, 0
        self._left: list[tuple[Fault, int]] = []
        self._met: OrderedDict[str, Fault] = OrderedDict()

    def order(self, fault: Fault) -> None:
        """Let it happen with the next events."""
        with self._lock:
            self._left.append((fault, fault.times))

    def clear(self) -> None:
        """Let nothing more go wrong."""
        with self._lock:
            self._left.clear()
            self._met.clear()
            self._cleared += 1
            self._lock.notify_all()

    def left(self) -> list[tuple[Fault, int]]:
        """What has not happened yet, and with how many events it will."""
        with self._lock:
            return list(self._left)

    def hold(self) -> None:
        """Wait until all is cleared, as long as an event may run at most."""
        with self._lock:
            now = self._cleared
            self._held += 1
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._cleared != now, LONGEST_SECONDS)
            self._held -= 1

    def until_held(self, seconds: float) -> bool:
        """Wait until a request is held; whether one is."""
        with self._lock:
            return self._lock.wait_for(lambda: self._held > 0, seconds)

    def of_event(self, what: str, function: str) -> Fault | None:
        """The fault that meets an event of this function now."""
        if not self._left:
            return None
        with self._lock:
            return self._take(lambda fault: fault.what == what and fault.function == function)

    def of_request(self, function: str, request_id: str, operation: str) -> Fault | None:
        """The fault that meets a request of this function now.

        One event's fault stays with it: when its client tries the same operation again, that fails again.

        Args:
            request_id: of the event that the function works on.
            operation: such as "dynamodb:PutItem".
        """
        if not self._left and not self._met:
            return None
        with self._lock:
            met = self._met.get(request_id)
            if met and met.operation in ("", operation):
                return met
            found = self._take(
                lambda fault: (
                    fault.what in _OF_REQUESTS and fault.function == function and fault.operation in ("", operation)
                )
            )
            if found and found.what == FAIL:
                self._met[request_id] = found
                if len(self._met) > _REMEMBERED_EVENTS:
                    self._met.popitem(last=False)
            return found

    def _take(self, meant: Callable[[Fault], bool]) -> Fault | None:
        for place, (fault, times) in enumerate(self._left):
            if meant(fault):
                self._left[place : place + 1] = [(fault, times - 1)] if times > 1 else []
                return fault
        return None
