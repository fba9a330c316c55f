"""Metering: how much was used of everything that AWS bills, and on whose behalf.

On AWS each service meters itself, and the bill comes a month later. Here whoever serves a request, runs a call or keeps
an environment adds to one count, in whole units of the price list; prices are for the notebook to look up. Left out:
what lies in stores, which is billed by the month, and data to the internet.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Kept:
    """Something that is paid for as long as it is kept.

    Args:
        what: "provisioned" for environments kept ready, "snapshot" for the snapshot of a version.
        function: its name.
        architecture: "x86_64" or "arm64".
        memory_mb: the configured size.
        count: how many environments.
        began: seconds since 1970 on the lab's clock.
        ended: the same clock; None while it is kept.
    """

    what: str
    function: str
    architecture: str
    memory_mb: int
    count: int
    began: float
    ended: float | None = None


class Meter:
    """Counts what is used (lesson 11).

    Args:
        now: seconds since 1970 on the lab's clock.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._used: Counter[tuple[str, str]] = Counter()
        self._kept: list[Kept] = []
        self._open: dict[tuple[str, ...], Kept] = {}

    def add(self, use: str, amount: float, who: str = "") -> None:
        """So much more was used.

        Args:
            use: what, such as "s3_puts".
            amount: in units of the price list; halves of a read are possible.
            who: the function on whose behalf; "" for the notebook, for visitors and for AWS's own services.
        """
        with self._lock:
            self._used[use, who] += amount  # type: ignore[assignment]  # a Counter also counts halves

    def keep(self, which: tuple[str, ...], kept: Kept) -> None:
        """From now on this is kept, in place of what was kept under the same name."""
        with self._lock:
            self._close(which)
            self._open[which] = kept
            self._kept.append(kept)

    def end(self, *which: str) -> None:
        """What is kept under a name that begins like this is kept no longer."""
        with self._lock:
            for name in [name for name in self._open if name[: len(which)] == which]:
                self._close(name)

    def _close(self, which: tuple[str, ...]) -> None:
        if found := self._open.pop(which, None):
            found.ended = self._now()

    def to_json(self) -> dict[str, Any]:
        """Everything, for the notebook: uses as [what, who, amount], what is kept, and the moment."""
        with self._lock:
            used = [[use, who, amount] for (use, who), amount in sorted(self._used.items())]
            return {"used": used, "kept": [asdict(kept) for kept in self._kept], "now": self._now()}
