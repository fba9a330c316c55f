"""What the capstone's grading sees: one look at the deployed system, and what it says when it is not as asked.

An exercise of a workbook has cases that are run one by one; a whole system is looked at in the order in which things
happen in it, so a milestone yields its looks as it goes. Left out: points, which are `grading`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lambdalab.learn.exercises import Message
from lambdalab.learn.words import short

SECTIONS = {
    0: 'lesson 05, "A bucket asks to come in"',
    1: 'lesson 05, "The key as it arrives"',
    2: 'lesson 07, "A process dies"',
    3: 'lesson 06, "What comes in, what goes out"',
    4: 'lesson 08, "A bus, its rules and their patterns"',
    5: 'lesson 08, "By the clock"',
    6: 'lesson 07, "One bad message among five"',
    7: 'lesson 11, "The bill of one call"',
}
"""What to read again, for each milestone: a section of a lesson."""
_DENIED = re.compile(r"not authorized to perform: (\S+)")


@dataclass(frozen=True)
class Look:
    """One thing that was tried on the system.

    Args:
        ok: whether it was as asked.
        tried: in a few words.
        seen: what was seen.
        wanted: what was asked for.
        id: of the wrong answer that this is, "" for no known one.
        message: what to say of it; None for a general text.
        main: whether it belongs to the milestone's main case.
        copied: lines that show it in a cell.
    """

    ok: bool
    tried: str
    seen: str
    wanted: str
    id: str = ""
    message: Message | None = None
    main: bool = False
    copied: str = ""

    def said(self, milestone: int) -> Message:
        """The message of a look that failed."""
        general = Message(
            f"{self.tried[:1].upper()}{self.tried[1:]}: {self.seen}.",
            f"Wanted: {self.wanted}.",
            f"Look again at {SECTIONS[milestone]}.",
        )
        return (self.message or general).within_limit()


Looks = Iterator[Look]


def equal(tried: str, seen: Any, wanted: Any, *, main: bool = False, copied: str = "") -> Look:
    """A look at one value, which must be equal in value and in type."""
    ok = type(seen) is type(wanted) and seen == wanted
    return Look(ok, tried, short(seen), short(wanted), main=main, copied=copied)


def because(look: Look, id: str, seen: str, idea: str, where: str = "") -> Look:
    """The look with the words of a wrong answer, if it failed."""
    return look if look.ok else replace(look, id=id, message=Message(seen, idea, where).within_limit())


def raised(kind: Any, text: Any) -> str:
    """What a function raised, in a few words; of a right that it lacks, the action's name."""
    denied = _DENIED.search(str(text))
    return f"raised {kind}: {f'{denied[1]} is not allowed' if denied else short(text, 60)}"


@dataclass(frozen=True)
class Part:
    """A line of the rubric with the looks that it rests on.

    Args:
        name: such as "M1 resize" or "survival".
        milestone: whose it is.
        most: the points that it can give.
        looks: in their order.
        stopped: why it could not be looked at, such as a function that is not deployed; None mostly.
        points: given.
    """

    name: str
    milestone: int
    most: int
    looks: Sequence[Look] = field(default_factory=tuple)
    stopped: Message | None = None
    points: int = 0

    @property
    def ok(self) -> bool:
        return self.stopped is None and all(look.ok for look in self.looks)
