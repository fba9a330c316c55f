"""What an environment may use: a share of the CPU and a size of memory, held by watching its processes.

On AWS the memory size buys CPU in proportion, one virtual CPU at 1,769 MB, and a microVM that needs more memory than it
has loses its process. Here the process group is stopped and continued so that the time of all its threads and children
keeps to the share, and it is ended when its resident memory passes the size. Follows
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html; lesson 11. Left out: exact shares below 2 ms.
"""

from __future__ import annotations

import os
import time

from lambdalab.runtime import processes

FULL_CPU_MB = 1769
MOST_PROCESSES = 1024
_BURST = 0.002
"""Seconds of CPU that may be used before the share is felt."""
_TURN = 0.001
"""Seconds of CPU in one turn between two stops."""
_SHORTEST, _QUICK, _SLOW = 0.0005, 0.005, 0.02
_CPUS = os.cpu_count() or 1


class LimitPassed(Exception):
    """The processes of an environment hold more memory than its size, or are too many.

    Args:
        kind: AWS's name of the error that follows from it.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Family:
    """A process with its threads and all its descendants: what they use together."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.children: list[int] = []
        self._seen: dict[int, float] = {}
        self._gone = 0.0
        self._looked = time.perf_counter()

    def look(self) -> None:
        """Find out which children there are now, if the last time is not too near."""
        now = time.perf_counter()
        if now - self._looked < processes.BETWEEN_LOOKS:
            return
        self._looked = now
        found = processes.descendants(self.pid)
        for pid in self._seen.keys() - set(found):
            self._gone += self._seen.pop(pid)
        self.children = found

    def cpu(self) -> float:
        """Seconds of CPU used so far; of a child that has ended, what was seen of it or what its parent was told."""
        own = processes.cpu_seconds(self.pid)
        if not self.children and not self._gone:
            return own
        for pid in self.children:
            self._seen[pid] = max(self._seen.get(pid, 0.0), processes.cpu_seconds(pid))
        return own + max(self._gone, processes.reaped_cpu_seconds(self.pid)) + sum(self._seen.values())

    def memory(self) -> int:
        """Bytes of memory resident now; of a child only what it does not share with its parent."""
        own = processes.resident_bytes(self.pid)
        return own + sum(processes.resident_bytes(pid, shared=False) for pid in self.children)


class Watch:
    """Holds one running invocation to its share and size; `tick` is called again and again by who waits for it."""

    def __init__(self, pid: int, memory_mb: int, *, share: float | None = None) -> None:
        self.share = memory_mb / FULL_CPU_MB if share is None else share
        self._limit = memory_mb * 2**20
        self._family = Family(pid)
        self._held = self.share < _CPUS
        self._stopped = False
        self._credit = 0.0
        self._used: float | None = None
        self._moment = self._looked = 0.0
        self._pause = _QUICK

    def tick(self) -> float:
        """Look, stop or continue, and say after how many seconds to look again.

        At first it only lets the first moment pass, which most invocations do not outlast.

        Raises:
            LimitPassed: the memory size is, or the number of processes; nothing was ended yet.
        """
        now = time.perf_counter()
        if self._moment == 0.0:
            self._moment = now
        if self._used is None and now - self._moment < _BURST:
            return _BURST - (now - self._moment)
        used = self._family.cpu()
        if self._used is None:
            self._used, self._moment = used, now
        spent, passed = used - self._used, now - self._moment
        self._used, self._moment = used, now
        if now - self._looked >= _QUICK:
            self._looked = now
            self._pause = _QUICK if spent > 0 else min(2 * self._pause, _SLOW)
            self._family.look()
            if len(self._family.children) > MOST_PROCESSES:
                raise LimitPassed("Runtime.ExitError")
            if self._family.memory() > self._limit:
                raise LimitPassed("Runtime.OutOfMemory")
        if not self._held:
            return self._pause
        self._credit = min(_BURST, self._credit + passed * self.share - spent)
        return self._stop_or_go()

    def _stop_or_go(self) -> float:
        if self._stopped:
            missing = _TURN - self._credit
            if missing > 0:
                return min(missing / self.share, _SLOW)
            self._go()
        busy = 1 if not self._family.children and processes.threads(self._family.pid) == 1 else _CPUS
        if busy <= self.share:  # it cannot use more than it may
            return self._pause
        if self._credit <= 0:
            processes.freeze(self._family.pid)
            self._stopped = True
            return min((_TURN - self._credit) / self.share, _SLOW)
        return max(_SHORTEST, min(self._credit / (busy - self.share), self._pause))

    def _go(self) -> None:
        processes.thaw(self._family.pid)
        self._stopped = False
