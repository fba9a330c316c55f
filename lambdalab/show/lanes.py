"""The lanes of execution environments as data: a list that shows itself as a small table.

On AWS there is no such list. Here a lane says when its environment was started and why, what ran in it, and how it
ended; `swimlanes` draws the same. Left out: the single calls, which each lane holds as its `spans`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.clock import Jump
from lambdalab.observe.records import Lane
from lambdalab.show.calls import calls_of
from lambdalab.show.lane_blocks import ENDS
from lambdalab.show.picture import Table

MOST_ROWS = 8
_WHY = {
    "first": "first call",
    "busy": "others busy",
    "idle": "last one reclaimed",
    "changed": "code or settings changed",
    "ended": "last one ended",
    "replaced": "last one replaced",
}


class Lanes(list[Lane]):
    """Execution environments in order of birth, function by function (lesson 03).

    Args:
        found: the lanes.
        jumps: the turns of the lab's clock.
        names: the functions in the order that was asked for; without one, the order of their first environments.
    """

    def __init__(self, found: Sequence[Lane], jumps: Sequence[Jump] = (), names: Sequence[str] = ()) -> None:
        order = list(dict.fromkeys([*names, *(lane.function for lane in found)]))
        super().__init__(sorted(found, key=lambda lane: order.index(lane.function)))
        self.jumps = tuple(jumps)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], names: Sequence[str] = ()) -> Lanes:
        """What the lab's own call answered."""
        found = [Lane.from_json(lane) for lane in data["lanes"]]
        return cls(found, [Jump(**jump) for jump in data["jumps"]], names)

    def _table(self) -> Table:
        rows = []
        for lane in self:
            calls = calls_of([lane])
            ahead = lane.initialization == "provisioned-concurrency"
            rows.append(
                (
                    f"{lane.function}, environment {lane.number}",
                    "provisioned" if ahead else _WHY.get(lane.why, lane.why),
                    str(len(calls)),
                    str(sum(call.start is not None for call in calls)),
                    ENDS.get(lane.why_ended or "", lane.why_ended or "") or "alive",
                )
            )
        if len(rows) > MOST_ROWS:
            more = len(rows) - MOST_ROWS + 1
            rows = [*rows[: MOST_ROWS - 2], (f"… {more} more", "", "", "", ""), rows[-1]]
        caption = f"{len(self)} {'environment' if len(self) == 1 else 'environments'}, measured on this machine"
        return Table(caption, ("", "started for", "calls", "cold", "now"), rows, align="llrrl")

    def _repr_html_(self) -> str:
        return self._table().html()

    def __repr__(self) -> str:
        return self._table().text()
