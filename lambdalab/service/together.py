"""Calls that start at the same moment, whatever the speed of the machine.

On AWS a burst of calls needs many environments because the calls overlap; on a laptop the first call may be over
before the last one arrives. Here a function's next calls can be told to wait for each other: each holds its
environment and stands still until all of them hold one, or were turned away. There is nothing like it on AWS.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

MOST = 50
LONGEST_SECONDS = 10.0


@dataclass
class _Gathering:
    wanted: int
    came: int = 0
    open: bool = False


class Together:
    """One gathering for each function at most (lesson 03)."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._gatherings: dict[str, _Gathering] = {}

    def expect(self, arn: str, wanted: int) -> None:
        """Let the function's next calls wait until so many have come, for ten seconds at most.

        Raises:
            ValueError: not 1 to 50 calls.
        """
        if not 1 <= wanted <= MOST:
            raise ValueError(f"{wanted} calls cannot start together: give 1 to {MOST}")
        gathering = _Gathering(wanted)
        with self._changed:
            self._gatherings[arn] = gathering
        timer = threading.Timer(LONGEST_SECONDS, self._open, [gathering])
        timer.daemon = True
        timer.start()

    def come(self, arn: str, *, turned_away: bool = False) -> None:
        """One call is here: it holds an environment and waits for the others, or it was turned away and goes on."""
        with self._changed:
            gathering = self._gatherings.get(arn)
            if gathering is None or gathering.open:
                return
            gathering.came += 1
            if gathering.came == gathering.wanted:
                gathering.open = True
                self._changed.notify_all()
            elif not turned_away:
                self._changed.wait_for(lambda: gathering.open)

    def came(self, arn: str) -> int:
        """How many calls came to the function's last gathering."""
        with self._changed:
            gathering = self._gatherings.get(arn)
            return gathering.came if gathering else 0

    def _open(self, gathering: _Gathering) -> None:
        with self._changed:
            gathering.open = True
            self._changed.notify_all()
