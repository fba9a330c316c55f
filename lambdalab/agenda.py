"""The agenda: what is to be done later, on the lab's clock, and who does it.

On AWS retries, schedules, visibility times and poll intervals pass by themselves. Here everything that waits is an
entry of one agenda. Turning the clock goes from due moment to due moment, and lets what is due be done before the
clock is turned further: so six hours of retries pass in a second, in their right order. Left out: an order among
entries of the same moment, which run side by side as they would on AWS.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from lambdalab.clock import LabClock

_THREADS = 256  # they are started as they are needed; most wait for a function
_GLANCE = 0.1
_PATIENCE = 60.0
"""Seconds of the machine's clock that turning waits for work that does not end, at one due moment."""


@dataclass(order=True)
class Entry:
    """One action and its moment; the order of two is that of their moments, then of their making.

    Args:
        due: seconds since 1970 on the lab's clock.
        silent: nothing of it is seen in a picture, so that a turn of the clock across it is one turn.
    """

    due: float
    number: int
    action: Callable[[], None] = field(compare=False)
    silent: bool = field(default=False, compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Take it off the agenda; nothing happens when it has begun."""
        self.cancelled = True


class Agenda:
    """Everything that waits, in one order (lesson 07)."""

    def __init__(self, clock: LabClock) -> None:
        self.clock = clock
        self._entries: list[Entry] = []
        self._numbers = itertools.count()
        self._running, self._heard = 0, False
        self._changed = threading.Condition()
        self._turning = threading.Lock()
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="agenda")
        self._closed = False
        threading.Thread(target=self._feed, name="agenda", daemon=True).start()

    def at(self, moment: float, action: Callable[[], None], *, silent: bool = False) -> Entry:
        """Have something done at a moment of the lab's clock, in a thread of the agenda's."""
        entry = Entry(moment, next(self._numbers), action, silent)
        with self._changed:
            heapq.heappush(self._entries, entry)
            first = self._entries[0] is entry
        if first:
            self.clock.wake()
        return entry

    def soon(self, action: Callable[[], None]) -> Entry:
        """Have something done now, by another thread."""
        return self.at(self.clock.now(), action)

    def advance(self, seconds: float) -> float:
        """Turn the clock forward, and have done on the way what falls due; the time it shows then.

        Raises:
            ValueError: `seconds` is negative or not a number.
        """
        with self._turning:
            goal, joined = self.clock.turned + seconds, False
            while seconds > 0:
                self.settle()
                left, due = goal - self.clock.turned, self._next()
                if due is None or due > self.clock.now() + left:
                    break
                self._heard = False
                self.clock.advance(max(0.0, due - self.clock.now()), joined=joined)
                self.settle()
                joined = not self._heard
            self.clock.advance(goal - self.clock.turned if seconds > 0 else seconds, joined=joined)
            self.settle()
            return self.clock.now()

    def settle(self) -> bool:
        """Wait until nothing is due and nothing runs, a minute at most; whether it came to that."""
        last = time.monotonic() + _PATIENCE
        with self._changed:
            while self._running or self._is_due():
                if self._closed or time.monotonic() > last:
                    return False
                self._changed.wait(_GLANCE)  # an entry that is cancelled tells nobody
        return True

    def close(self) -> None:
        """Begin nothing more."""
        self._closed = True
        self.clock.wake()
        with self._changed:
            self._changed.notify_all()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> float | None:
        with self._changed:
            self._forget_cancelled()
            return self._entries[0].due if self._entries else None

    def _forget_cancelled(self) -> None:
        while self._entries and self._entries[0].cancelled:
            heapq.heappop(self._entries)

    def _is_due(self) -> bool:
        self._forget_cancelled()
        return bool(self._entries) and self._entries[0].due <= self.clock.now()

    def _feed(self) -> None:
        """Hand over what is due, for ever."""
        while not self._closed:
            ticket = self.clock.ticket()
            with self._changed:
                entry = heapq.heappop(self._entries) if self._is_due() else None
                due = self._entries[0].due if self._entries else None
                self._running += entry is not None
                self._heard |= entry is not None and not entry.silent
            if entry is None:
                self.clock.wait_until(due, ticket)
                continue
            try:
                self._workers.submit(entry.action).add_done_callback(self._done)
            except RuntimeError:  # closed in this moment
                return

    def _done(self, done: Future[None]) -> None:
        if not done.cancelled() and (wrong := done.exception()):  # a fault of the lab must not vanish in a thread
            traceback.print_exception(wrong)
        with self._changed:
            self._running -= 1
            self._changed.notify_all()
