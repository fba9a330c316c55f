"""The hints of the capstone's milestones: three for each, from `content/capstone.toml`.

A milestone is no exercise: what it tries is in this package, and it has no twin. Its number is "13." and the milestone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lambdalab.learn.capstone.looks import SECTIONS
from lambdalab.learn.content import FOLDER, parsed, require

FILE = "capstone.toml"


@dataclass(frozen=True)
class Milestone:
    """One milestone's hints: where to look, what to do, a fragment with its key expression missing."""

    number: str
    hints: tuple[str, str, str]
    twin: str = ""

    @property
    def section(self) -> str:
        """What to read again, 'lesson 08, "By the clock"'."""
        return SECTIONS[int(self.number.partition(".")[2])]


@cache
def milestones() -> Mapping[str, Milestone]:
    """All of them by their number, "13.0" to "13.7".

    Raises:
        ContentError: the file is not as it has to be.
    """
    found = {}
    for row in parsed(FOLDER / FILE)["milestone"]:
        number, hints = str(row["number"]), tuple(row["hints"])
        require(len(hints) == 3, FILE, number, f"3 hints are wanted, there are {len(hints)}")
        found[number] = Milestone(number, hints)
    return found
