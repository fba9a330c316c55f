"""What runs on behalf of the lab: the cloud, its guard, and the execution environments, as the system sees them.

On AWS nobody sees the processes. Here they are ordinary ones, with the numbers and states that any task manager shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LabProcess:
    """One process that runs on behalf of the lab.

    Args:
        what: "cloud" (answers every request), "guard" (ends what is left), or "function".
        pid: its number.
        state: what the operating system says: "frozen", "running" or "waiting".
        function: whose environment it is, for a function.
        environment: the environment's number, for a function.
    """

    what: str
    pid: int
    state: str
    function: str | None = None
    environment: int | None = None


class Processes(list[LabProcess]):
    """A list of processes that shows itself as a table."""

    def __init__(self, found: Sequence[LabProcess], name: str | None = None) -> None:
        super().__init__(found)
        self._name = name

    @property
    def _empty(self) -> str:
        return f"No process of {self._name}: nothing is running." if self._name else "Nothing is running."

    def _table(self) -> Any:
        from lambdalab.show.cards import processes_table

        rows = [(p.pid, f"{p.function}, environment {p.environment}" if p.function else p.what, p.state) for p in self]
        return processes_table(rows, when=f"of {self._name}" if self._name else "now")

    def _repr_html_(self) -> str:
        return self._table().html() if self else f"<p>{self._empty}</p>"

    def __repr__(self) -> str:
        return str(self._table().text()) if self else self._empty
