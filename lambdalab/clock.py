"""The lab's clock: what waits on AWS for minutes or hours waits here until the clock is turned forward.

Durations of handlers are real and never touched. Keep-alive, retries and schedules follow this clock, which runs like
any other, at the machine's speed or a faster one, and can be turned forward.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

_LONGEST = 30.0
_JUMPS = 10_000  # remembered


@dataclass(frozen=True)
class Jump:
    """One turn of the clock, as a picture marks it (lesson 03).

    Args:
        at: seconds since 1970 on the lab's clock, just before it was turned; right after, it is `at + seconds`.
        seconds: how far it was turned.
    """

    at: float
    seconds: float


def machine(moment: float, jumps: Sequence[Jump]) -> float:
    """A moment of the lab's clock without the turns before it; within a turn, the moment of the turn."""
    return moment - sum(min(max(moment - jump.at, 0.0), jump.seconds) for jump in jumps)


class LabClock:
    """A clock that can be turned forward, never back (lesson 01).

    Args:
        speed: its seconds in one second of the machine's.

    Raises:
        ValueError: `speed` is not above zero.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not 0 < speed < float("inf"):
            raise ValueError(f"a clock cannot run at speed {speed}: give a number above 0, such as 60")
        self._speed, self._began = speed, time.time()
        self._offset = 0.0
        self._jumps: deque[Jump] = deque(maxlen=_JUMPS)
        self._news = 0
        self._changed = threading.Condition()

    @property
    def speed(self) -> float:
        """Its seconds in one second of the machine's."""
        return self._speed

    @property
    def offset(self) -> float:
        """Seconds that this clock is ahead of the machine's."""
        return self.now() - time.time() if self._speed != 1 else self._offset

    def now(self) -> float:
        """Seconds since 1970, on the lab's clock."""
        return self._ran(time.time()) + self._offset

    def _ran(self, moment: float) -> float:
        """What it would show at a moment of the machine's clock if nobody had turned it."""
        return moment if self._speed == 1 else self._began + (moment - self._began) * self._speed

    def at(self, moment: float) -> float:
        """What this clock showed at a moment of the machine's clock, in seconds since 1970."""
        with self._changed:
            shown = self._ran(moment) + self._offset
            for jump in reversed(self._jumps):
                if jump.at + jump.seconds <= shown:
                    break
                shown -= jump.seconds
        return shown

    @property
    def jumps(self) -> Sequence[Jump]:
        """The last ten thousand turns, oldest first."""
        with self._changed:
            return tuple(self._jumps)

    @property
    def turned(self) -> float:
        """Seconds by which it was turned so far."""
        return self._offset

    def advance(self, seconds: float, *, joined: bool = False) -> float:
        """Turn the clock forward and wake everyone who waits on it.

        Args:
            joined: one turn with the last one, since nothing happened in between.

        Raises:
            ValueError: `seconds` is negative or not a number.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"the clock cannot be turned by {seconds} s: it only goes forward; give 0 or more")
        with self._changed:
            if seconds and joined and self._jumps:
                self._jumps[-1] = replace(self._jumps[-1], seconds=self._jumps[-1].seconds + seconds)
            elif seconds:
                self._jumps.append(Jump(self.now(), seconds))
            self._offset += seconds
        self.wake()
        return self.now()

    def wake(self) -> None:
        """Let waiters look again at what they wait for."""
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def ticket(self) -> int:
        """To be taken before looking at what you wait for: news after it are not missed."""
        return self._news

    def wait_until(self, moment: float | None, ticket: int) -> None:
        """Wait until `moment` (None: no particular one), or until there is news that the ticket does not know.

        It may return early, after half a minute at the latest: look again at what you wait for.
        """
        with self._changed:
            left = _LONGEST if moment is None else min((moment - self.now()) / self._speed, _LONGEST)
            if left > 0:
                self._changed.wait_for(lambda: self._news != ticket, left)
