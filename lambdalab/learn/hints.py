"""`hint`: the next hint of an exercise, then a worked twin (workbook 00).

Three hints: where to look, what to do, a fragment with its key expression missing. Reading them costs nothing; how
many were read stays in the student's own file. The milestones of the capstone have hints too, and no twin.
"""

from __future__ import annotations

from typing import Any

from lambdalab.learn import store
from lambdalab.learn.capstone.hints import Milestone, milestones
from lambdalab.learn.display import Shown, show
from lambdalab.learn.exercises import Exercise, find

HINTS = 3
TWIN = "twin"


def hint(number: str, which: int | str | None = None) -> None:
    """Show the next hint of an exercise (workbook 00).

    Args:
        number: "01.3", or "13.4" for milestone 4 of the capstone.
        which: 1, 2 or 3 for a certain hint, "twin" for the worked twin; None for the next one.

    Raises:
        ValueError: there is no such exercise or hint; the text names the known ones.
    """
    exercise = _found(number)
    used = used_of(number)
    if which is None:
        which = used + 1 if used < HINTS else TWIN if exercise.twin else HINTS
    if which == TWIN and exercise.twin:
        show(_twin(exercise))
        return
    if not isinstance(which, int) or not 1 <= which <= HINTS:
        known = f'1, 2, 3 and "{TWIN}"' if exercise.twin else "1, 2 and 3"
        raise ValueError(f"exercise {number} has the hints {known}, not {which!r}")
    read = max(used, which)

    def keep(data: dict[str, Any]) -> None:
        data["hints"][number] = read

    store.change(keep)
    show(_hint(exercise, which))


def used_of(number: str) -> int:
    """How many hints of this exercise have been read."""
    return int(store.load()["hints"].get(number, 0))


def _found(number: str) -> Exercise | Milestone:
    known = milestones()
    if number in known:
        return known[number]
    if number.partition(".")[0] == next(iter(known)).partition(".")[0]:
        raise ValueError(f"the capstone has no milestone {number!r}; known are {', '.join(known)}")
    return find(number)


def _hint(exercise: Exercise | Milestone, which: int) -> Shown:
    last = " shows a worked twin." if exercise.twin else f" shows it again; {which} of {HINTS} is the last one."
    after = f'hint("{exercise.number}")' + (" shows the next one." if which < HINTS else last)
    return _frame(f"Hint {which} of {HINTS} for {exercise.number}", exercise.hints[which - 1], after)


def _twin(exercise: Exercise | Milestone) -> Shown:
    note = "The same idea, worked out on another example."
    return _frame(f"A worked twin of {exercise.number}", exercise.twin, note)


def _frame(kicker: str, text: str, note: str) -> Shown:
    """Prose, with the lines that are indented as code shown as code."""
    from lambdalab.show.frame import card, code_block, quiet, rich

    body, text = "", text.strip("\n")
    for block in text.split("\n\n"):
        code = all(line.startswith("    ") or not line for line in block.split("\n"))
        body += code_block("\n".join(line[4:] for line in block.split("\n"))) if code else f"<p>{rich(block)}</p>"
    html = card(kicker=kicker, heading="", body_html=body + quiet(note), live=True)
    return Shown(html, f"{kicker}\n{text}\n{note}")
