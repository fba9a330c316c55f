"""What is remembered of execution environments: birth, what ran, and the end.

AWS tells none of this: an environment shows only in the name of its log stream. Here each has a lane, kept for the
swimlanes of lesson 03. Left out: lanes of a deleted function, once the next of its name runs.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import replace

from lambdalab.observe.records import Lane, Span

LANES, SPANS = 2_000, 20_000


class LaneBook:
    """Is told what happens to environments, and remembers the last of it (lesson 03).

    Args:
        most_lanes: how many environments are kept; those that ended longest ago go first.
        most_spans: how many stretches in all of them together.
    """

    def __init__(self, most_lanes: int = LANES, most_spans: int = SPANS) -> None:
        self._most_lanes = most_lanes
        self._lanes: dict[str, Lane] = {}
        self._spans: deque[tuple[str, Span]] = deque(maxlen=most_spans)
        self._owners: dict[str, str] = {}
        self._taken: dict[str, float] = {}
        self._lock = threading.Lock()

    def born(self, stream: str, owner: str, lane: Lane) -> None:
        """An environment was made.

        Args:
            stream: the name of its log stream, which no other environment has.
            owner: the function's ARN.
            lane: who it is; number 1 begins a new function, and what a deleted one of the same ARN left goes.
        """
        with self._lock:
            if lane.number == 1:
                for old in [key for key, arn in self._owners.items() if arn == owner]:
                    self._forget(old)
            self._lanes[stream], self._owners[stream] = lane, owner
            if len(self._lanes) > self._most_lanes:
                over = [(kept.ended, key) for key, kept in self._lanes.items() if kept.ended is not None]
                self._forget(min(over)[1] if over else next(iter(self._lanes)))

    def taken(self, stream: str, moment: float) -> None:
        """A call took it; what runs next in it belongs to this call.

        Args:
            stream: which environment.
            moment: seconds since 1970 on the lab's clock.
        """
        with self._lock:
            self._taken[stream] = moment

    def ran(self, stream: str, spans: Sequence[Span]) -> None:
        """Something ran in it."""
        with self._lock:
            taken = self._taken.pop(stream, None)
            if stream in self._lanes:
                known = [replace(span, taken=taken) if span.kind == "invoke" else span for span in spans]
                self._spans.extend((stream, span) for span in known)

    def ended(self, stream: str, why: str, moment: float) -> None:
        """It is gone.

        Args:
            stream: which environment.
            why: see `Lane.why_ended`.
            moment: seconds since 1970 on the lab's clock.
        """
        with self._lock:
            self._taken.pop(stream, None)
            lane = self._lanes.get(stream)
            if lane is not None and lane.ended is None:
                self._lanes[stream] = replace(lane, ended=moment, why_ended=why)

    def lanes(self, names: Collection[str] = ()) -> list[Lane]:
        """Every lane that is remembered, in order of birth.

        Args:
            names: functions; without one, all.
        """
        with self._lock:
            chosen = {key: lane for key, lane in self._lanes.items() if not names or lane.function in names}
            spans: dict[str, list[Span]] = {key: [] for key in chosen}
            for stream, span in self._spans:
                if stream in spans:
                    spans[stream].append(span)
        return [
            replace(lane, spans=tuple(sorted(spans[key], key=lambda span: span.began))) for key, lane in chosen.items()
        ]

    def _forget(self, stream: str) -> None:
        del self._lanes[stream], self._owners[stream]
