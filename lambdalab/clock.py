"""The lab's clock: what waits on AWS for minutes or hours waits here until the clock is turned forward.

Durations of handlers are real and never touched. Keep-alive, retries and schedules follow this clock, which runs like
any other and can be advanced. Left out so far: a faster speed.
"""

from __future__ import annotations

import threading
import time


class LabClock:
    """A clock that can be turned forward, never back (lesson 01)."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._turned = threading.Condition()

    @property
    def offset(self) -> float:
        """Seconds that this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> float:
        """Seconds since 1970, on the lab's clock."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> float:
        """Turn the clock forward and wake everyone who waits on it.

        Raises:
            ValueError: `seconds` is negative or not a number.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"the clock cannot be turned by {seconds} s: it only goes forward; give 0 or more")
        with self._turned:
            self._offset += seconds
            self._turned.notify_all()
        return self.now()

    def wake(self) -> None:
        """Let waiters look again at what they wait for."""
        with self._turned:
            self._turned.notify_all()

    def wait_until(self, moment: float | None) -> None:
        """Wait until `moment` (None: for ever), or until somebody turns the clock or calls `wake`."""
        with self._turned:
            if moment is None:
                self._turned.wait()
            elif moment > self.now():
                self._turned.wait(moment - self.now())
