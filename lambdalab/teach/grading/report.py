"""The class as a whole: the table for the teacher's records, the table on the screen, the chart.

Which exercise, which wrong answer, how many: a wrong answer is named by the id of the message that its card shows.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lambdalab.show.picture import Table
from lambdalab.teach.grading.graded import GRADED, Graded

_DONE = "done"


@dataclass(frozen=True)
class Line:
    """One exercise over the class.

    Args:
        exercise: "02.1".
        most: the points that it can earn.
        done: how many have it right.
        wrong: how often each message was shown, the most frequent first.
    """

    exercise: str
    most: float
    done: int
    wrong: tuple[tuple[str, int], ...]


def lines(graded: Sequence[Graded]) -> list[Line]:
    """The exercises in their order."""
    seen: dict[str, Counter[str]] = {}
    most: dict[str, float] = {}
    for one in graded:
        for mark in one.marks:
            seen.setdefault(mark.exercise, Counter())[mark.message_id] += 1
            most[mark.exercise] = mark.most
    found = []
    for exercise, counts in sorted(seen.items()):
        wrong = tuple((id, count) for id, count in counts.most_common() if id != _DONE)
        found.append(Line(exercise, most[exercise], counts[_DONE], wrong))
    return found


def write_csv(graded: Sequence[Graded], path: Path) -> None:
    """One row for each submission: points, then for each exercise its points and its message."""
    exercises = [(line.exercise, line.most) for line in lines(graded)]
    head = ["submission", "state", "points", "of"]
    head += [column for exercise, _ in exercises for column in (exercise, f"{exercise} message")]
    of = sum(most for _, most in exercises)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*head, "audit"])
        for one in graded:
            marks = {mark.exercise: mark for mark in one.marks}
            cells: list[str] = []
            for exercise, _ in exercises:
                found = marks.get(exercise)
                cells += [number(found.points), found.message_id] if found else ["0", "not-judged"]
            table.writerow([one.name, one.state, number(one.points), number(of), *cells, "; ".join(one.notes)])


def number(points: float) -> str:
    """Points as they are written: 2, or 2.5."""
    return f"{points:g}"


def table(graded: Sequence[Graded]) -> Table:
    """What the class shows, an exercise a row."""
    judged = [one for one in graded if one.marks]
    rows = []
    for line in lines(graded):
        wrong = ", ".join(f"{id} {count}" for id, count in line.wrong)
        rows.append((line.exercise, number(line.most), f"{line.done} of {len(judged)}", wrong or "none"))
    caption = f"{_submissions(len(judged))}: which wrong answer, and how many"
    return Table(
        caption=caption,
        columns=("exercise", "points", "right", "not yet"),
        rows=rows,
        align="lrrl",
        widths=(14, 12, 18, 56),
    )


def _submissions(count: int) -> str:
    return f"{count} submission{'' if count == 1 else 's'}"


def unread(graded: Sequence[Graded]) -> list[str]:
    """A sentence for each submission that could not be graded to its end."""
    return [f"{one.name}: {one.state}" for one in graded if one.state != GRADED]


def finding(graded: Sequence[Graded]) -> str:
    """The most frequent wrong answer, in a sentence."""
    judged = sum(bool(one.marks) for one in graded)
    worst = max(((count, line.exercise, id) for line in lines(graded) for id, count in line.wrong), default=(0, "", ""))
    if not worst[0]:
        return f"Every exercise is right in {_submissions(judged)}"
    return f"Most frequent: {worst[2]} in {worst[1]}, {worst[0]} of {_submissions(judged)}"
