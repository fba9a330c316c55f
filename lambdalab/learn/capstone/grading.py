"""`grade`: the capstone's milestones one after the other, points by the rubric, one message, one card.

A milestone includes all before it. Only what is deployed is looked at. An attempt is remembered like one of an
exercise. Left out: readability and the explanation, 20 points that people give.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.learn import store
from lambdalab.learn.capstone import browse, budget, nightly, notify, pictures, rights, rows, survive
from lambdalab.learn.capstone.looks import Look, Looks, Part
from lambdalab.learn.capstone.system import FUNCTIONS, System
from lambdalab.learn.display import Card, Shown
from lambdalab.learn.exercises import Message, Stop
from lambdalab.learn.feedback import DONE

LESSON, LAST = "13", 7
_KEPT_ATTEMPTS = 200


@dataclass(frozen=True)
class _Kind:
    name: str
    doing: str
    milestone: int
    most: int
    looks: Callable[[System], Looks]
    points: Callable[[Sequence[Look], int], int]


def of_behaviour(looks: Sequence[Look], most: int) -> int:
    """All for all; half for the main case and half of the hidden ones."""
    hidden = [look for look in looks if not look.main]
    if not looks or not all(look.ok for look in looks if look.main):
        return 0
    right = sum(look.ok for look in hidden)
    return most if right == len(hidden) else most // 2 if 2 * right >= len(hidden) else 0


def of_faults(looks: Sequence[Look], most: int) -> int:
    """All for none that failed, half for one."""
    failed = sum(not look.ok for look in looks)
    return most if looks and not failed else most // 2 if looks and failed == 1 else 0


def of_budget(looks: Sequence[Look], most: int) -> int:
    """Nothing without a measurement; half with one count exceeded."""
    return 0 if any(look.id == budget.NOT_MEASURED for look in looks) else of_faults(looks, most)


def of_rights(looks: Sequence[Look], most: int) -> int:
    """Nothing where a role may do everything; half with one wildcard."""
    return 0 if any(look.id == rights.EVERYTHING for look in looks) else of_faults(looks, most)


PARTS = (
    _Kind("M0 walking skeleton", "one upload", 0, 0, pictures.skeleton, of_behaviour),
    _Kind("M1 resize", "photos of all kinds", 1, 8, pictures.thumbnails, of_behaviour),
    _Kind("M2 index", "uploads told twice, late and at once", 2, 8, rows.index, of_behaviour),
    _Kind("M3 browse", "list, show, delete", 3, 8, browse.browse, of_behaviour),
    _Kind("M4 notify", "who hears, who counts", 4, 8, notify.notify, of_behaviour),
    _Kind("M5 clean up", "41 nights", 5, 8, nightly.clean_up, of_behaviour),
    _Kind("M6 survive", "150 uploads at once, then one fault after the other", 6, 20, survive.survive, of_faults),
    _Kind("M7 budget", "20 photos, counted", 7, 10, budget.budget, of_budget),
    _Kind("permissions", "roles and strangers", 6, 10, rights.rights, of_rights),
)


@dataclass(frozen=True, repr=False)
class Grade(Card):
    """What one grading of the capstone found (lesson 13); as a cell's last value it shows its card.

    Args:
        milestone: up to which it was graded.
        parts: the lines of the rubric.
        message_id: "done", "not-run", "case", or the id of a wrong answer.
        message: the one thing to look at now; None when all is as asked.
        turned_s: by how many seconds the lab's clock was turned.
        copied: lines that show it in a cell.
        attempt: the number of different systems that were graded up to this milestone, this one included.
        failed: how many of them were not right.
    """

    milestone: int
    parts: Sequence[Part]
    message_id: str
    message: Message | None
    turned_s: float
    copied: str = ""
    attempt: int = 0
    failed: int = 0

    @property
    def done(self) -> bool:
        return self.message_id == DONE

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def most(self) -> int:
        """The points that this milestone can give; 80 with the last."""
        return sum(part.most for part in self.parts)

    @property
    def data(self) -> dict[str, Any]:
        """The same as plain values, for a table of a class."""
        parts = [
            {
                "name": part.name,
                "milestone": part.milestone,
                "points": part.points,
                "most": part.most,
                "stopped": part.stopped.seen if part.stopped else "",
                "looks": [
                    {"ok": look.ok, "tried": look.tried, "seen": look.seen, "wanted": look.wanted, "id": look.id}
                    for look in part.looks
                ],
            }
            for part in self.parts
        ]
        message = " ".join((self.message.seen, self.message.advice)).strip() if self.message else ""
        return {
            "exercise": LESSON,
            "milestone": self.milestone,
            "points": self.points,
            "most": self.most,
            "message_id": self.message_id,
            "message": message,
            "turned_s": self.turned_s,
            "attempt": self.attempt,
            "parts": parts,
        }

    def shown(self) -> Shown:
        from lambdalab.learn.capstone.card import card

        return card(self)


def grade(lab: Any, lesson: str, milestone: int) -> Grade:
    """Look at the deployed photo service up to a milestone, and remember the attempt (lesson 13).

    With more than one part it says what it looks at, in a line for each.

    Args:
        lab: where it is deployed; also one that another process has started.
        lesson: "13".
        milestone: 0 to 7; each includes those before.

    Raises:
        ValueError: there is no such lesson or milestone.
    """
    if lesson != LESSON:
        raise ValueError(f"lesson {lesson!r} has no milestones to grade: only the capstone has, {LESSON!r}")
    if type(milestone) is not int or not 0 <= milestone <= LAST:
        raise ValueError(f"there is no milestone {milestone!r} in the capstone: give 0 to {LAST}")
    found = judge(lab, milestone, told=_say if milestone else _nothing)
    return found if found.message_id == "not-run" else _keep(lab, found)


def _say(words: str) -> None:
    """A line for each part when it begins, since some take a minute."""
    print(words, flush=True)


def _nothing(words: str) -> None:
    """No progress is shown."""


def judge(lab: Any, milestone: int, only: Sequence[str] | None = None, told: Callable[[str], None] = _nothing) -> Grade:
    """Grade and remember nothing.

    Args:
        only: the names of the parts to look at; None for all up to the milestone.
        told: hears what is looked at, when that begins.
    """
    kinds = [kind for kind in PARTS if kind.milestone <= milestone and (only is None or kind.name in only)]
    system, parts = System(lab), list[Part]()
    try:
        for kind in kinds:
            told(f"{kind.name}: {kind.doing}")
            parts.append(_looked(system, kind))
    finally:
        system.leave()
    return chosen(Grade(milestone, parts, DONE, None, system.turned))


def _looked(system: System, kind: _Kind) -> Part:
    looks: list[Look] = []
    stopped = None
    try:
        looks.extend(kind.looks(system))
    except Stop as stop:
        stopped = stop.message
    except ClientError as refused:  # such as a table whose key is another one
        text = str(refused)
        stopped = Message(f"The grading was refused: {text}", "Compare names and keys with the specification.")
        stopped = stopped.within_limit()
    finally:
        system.lab.faults.clear()
    points = 0 if stopped else kind.points(looks, kind.most)
    return Part(kind.name, kind.milestone, kind.most, tuple(looks), stopped, points)


def chosen(grade: Grade) -> Grade:
    """The one message: of the first part that is not as asked; there, a known wrong answer first."""
    for part in grade.parts:
        failed = [look for look in part.looks if not look.ok]
        if part.stopped:  # it tells more than what was seen before
            return replace(grade, message_id="case" if part.looks else "not-run", message=part.stopped)
        if failed:
            one = next((look for look in failed if look.id), failed[0])
            return replace(grade, message_id=one.id or "case", message=one.said(part.milestone), copied=one.copied)
    return grade


def _keep(lab: Any, found: Grade) -> Grade:
    """Add the attempt to the progress file and number it; the same system with the same outcome is no new one."""
    outcome = f"{_code(lab)} {found.message_id} {found.points}"
    code = hashlib.sha256(outcome.encode()).hexdigest()[:16]

    def keep(data: dict[str, Any]) -> Grade:
        attempts = data["exercises"].setdefault(f"{LESSON}.{found.milestone}", {}).setdefault("attempts", [])
        attempts[:] = [attempt for attempt in attempts if attempt["code"] != code]
        kept = {"code": code, "passed": found.done, "message": found.message_id}
        attempts.append({**kept, "points": found.points, "most": found.most})
        del attempts[:-_KEPT_ATTEMPTS]
        return replace(found, attempt=len(attempts), failed=sum(not attempt["passed"] for attempt in attempts))

    return store.change(keep)


def _code(lab: Any) -> str:
    """The same while the four functions are; roles, rules and queues show in the outcome only."""
    client, known = lab.client("lambda"), []
    for name in FUNCTIONS:
        try:
            said = client.get_function_configuration(FunctionName=name)
        except client.exceptions.ResourceNotFoundException:
            continue
        known.append([name, *(said.get(part) for part in ("CodeSha256", "Role", "Timeout", "MemorySize"))])
    return json.dumps(known)
