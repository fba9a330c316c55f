"""A lesson as a plan of minutes: its sections, how long each takes, and which to leave out when time is short.

The minutes are those of the notebook ("Minutes to here"), so a plan cannot go out of step with the lesson. A part
marked "Further" takes no minutes of a class. What may be left out, and in which order, is the guide's choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lambdalab.teach import cells, course
from lambdalab.teach.course import Page
from lambdalab.teach.shape import MINUTES_TO_HERE, headings

_LAST_NUMBER = re.compile(r"(\d+)\D*$")
RECALL = "Recall"


@dataclass(frozen=True)
class Section:
    """One part of a lesson.

    Args:
        title: its heading.
        minutes: how long it takes; 0 for an optional part.
        predictions: the ids of the votes in it.
        in_route: whether cells of it belong to the ninety-minute route.
    """

    title: str
    minutes: int
    predictions: tuple[str, ...] = ()
    in_route: bool = False

    @property
    def further(self) -> bool:
        """Whether it is optional."""
        return self.title.startswith("Further")


@dataclass(frozen=True)
class Plan:
    """A class in which some sections are left out.

    Args:
        kept, dropped: the sections, in their order.
        spare: minutes that are left for talk.
    """

    kept: tuple[Section, ...]
    dropped: tuple[Section, ...]
    spare: int


@cache
def sections(page: Page) -> tuple[Section, ...]:
    """The parts of one lesson in order; their minutes add up to the longest time that the lesson names. Read once.

    Raises:
        ValueError: the lesson names no minutes, or none for a section.
    """
    total = _LAST_NUMBER.search(page.minutes)
    if total is None:
        raise ValueError(f"{page.name} does not say how many minutes it takes")
    notebook = course.read(page.path)
    starts: list[tuple[str, int, int]] = []  # heading, minutes to here, cell
    for heading in headings(notebook):
        if heading.level == 2:
            below = "\n".join(notebook.cells[heading.cell - 1].source.split("\n")[heading.line - 1 :])
            found = MINUTES_TO_HERE.search(below.split("\n## ", 1)[0])
            if found:
                starts.append((heading.text, int(found.group(1)), heading.cell))
    if not starts:
        raise ValueError(f"{page.name} has no section that says 'Minutes to here'")
    opening = ("Opening and objectives", 0, 1)
    core = [start for start in (opening, *starts) if not start[0].startswith("Further")]
    ends = {start[0]: after[1] for start, after in zip(core, [*core[1:], ("", int(total.group(1)), 0)], strict=True)}
    made = []
    everything = [opening, *starts]
    for (title, begin, cell), following in zip(everything, [*everything[1:], ("", 0, 10**6)], strict=True):
        inside = notebook.cells[cell - 1 : max(cell, following[2] - 1)]
        votes = [
            str(call.args[0].value)  # type: ignore[attr-defined]  # an id is a constant
            for one in inside
            if cells.is_code(one) and cells.cell_magic(one) is None
            for call in cells.calls(one, "predict")
        ]
        in_route = any("route-90" in cells.tags(one) for one in inside)
        made.append(Section(title, ends.get(title, begin) - begin, tuple(votes), in_route))
    return tuple(made)


def plan(parts: Sequence[Section], skip: Sequence[str], budget: int, *, without: Sequence[str] = ()) -> Plan:
    """The sections that fit into so many minutes; those to skip go first, in the order in which they are named.

    Args:
        parts: of the lesson.
        skip: headings, the first to go first.
        budget: minutes.
        without: headings that have minutes of their own in the class, such as recall.

    Raises:
        ValueError: it does not fit even without all of them.
    """
    left_out: set[str] = set()
    core = [part for part in parts if not part.further and part.title not in without]
    for title in (None, *skip):
        left_out |= {title} if title else set()
        kept = [part for part in core if part.title not in left_out]
        used = sum(part.minutes for part in kept)
        if used <= budget:
            return Plan(tuple(kept), tuple(part for part in core if part.title in left_out), budget - used)
    raise ValueError(
        f"{used} minutes remain after all that may be skipped, and {budget} are there; name more sections in `skip`"
    )
