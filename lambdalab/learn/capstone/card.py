"""The card of a grading: points by the rubric, one message, and what was tried, seen and wanted, as HTML and as text.

The parts of the card come from `lambdalab.show`. A line of the rubric that is whole is folded, so that the eye meets
what is not. Left out: colours for right and wrong, as on every card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalab.learn.display import Shown

if TYPE_CHECKING:
    from lambdalab.learn.capstone.grading import Grade
    from lambdalab.learn.capstone.looks import Part

PEOPLE = "Read by people: readability 5, explanation 15."
_LAST, _OFFERED_AFTER = 7, 3


def card(grade: Grade) -> Shown:
    """The card and its text twin."""
    from lambdalab.show.frame import card as frame
    from lambdalab.show.frame import chip, code_block, paragraph, quiet
    from lambdalab.show.theme import DASH, TICK

    kicker = f"Capstone, milestone {grade.milestone}" + (f", attempt {grade.attempt}" if grade.attempt else "")
    looks = [look for part in grade.parts for look in part.looks]
    right = sum(look.ok for look in looks)
    state = ("done" if grade.done else "not yet") + (f": {right} of {len(looks)}" if looks else "")
    points = f"{grade.points} of {grade.most} points"
    lines, body = [f"{kicker}: {state}, {points}"], ""
    said = [("Seen:", grade.message.seen), ("The idea:", grade.message.advice)] if grade.message else []
    for label, text in said:
        if text:
            body += paragraph(label, text)
            lines.append(f"{label} {text}")
    if grade.copied and not grade.done:
        body += quiet("To see it yourself:") + code_block(grade.copied)
        lines += ["To see it yourself:", *(f"    {line}" for line in grade.copied.split("\n"))]
    for part in grade.parts:
        body += _part(part)
        mark = TICK if part.ok else DASH
        lines.append(f"{mark} {part.name}" + (f": {part.points} of {part.most} points" if part.most else ""))
        if part.stopped:
            lines.append(f"    {DASH} {part.stopped.seen}")
        lines += [
            f"    {TICK} {look.tried}: {look.seen}"
            if look.ok
            else f"    {DASH} {look.tried}: seen {look.seen}; wanted {look.wanted}"
            for look in part.looks
        ]
    for note in _notes(grade):
        body += quiet(note)
        lines.append(note)
    chips = [chip(f"{TICK} {state}", "solid") if grade.done else chip(state, "dashed"), chip(points)]
    return Shown(
        frame(kicker=kicker, heading="", body_html=body, chips=chips, live=True), "\n".join(lines).replace("`", "")
    )


def _part(part: Part) -> str:
    """A line of the rubric: what failed stands open, the rest is behind a click."""
    from lambdalab.show.frame import folded, marked, paragraph, quiet, rich, rows_table

    given = f" {part.points} of {part.most} points" if part.most else ""
    summary = f"{part.name}: {sum(look.ok for look in part.looks)} of {len(part.looks)}.{given}"
    if part.stopped:
        return paragraph(f"{part.name}:", f"{part.stopped.seen}{given}")
    if not part.looks:
        return quiet(summary)
    rows = [
        (not look.ok, (marked(look.tried, ok=look.ok), rich(look.seen), rich(look.wanted)))
        for look in sorted(part.looks, key=lambda look: look.ok)
    ]
    table = rows_table(("tried", "seen", "wanted"), rows, label=f"{part.name}: tried, seen, wanted")
    return folded(summary, table, opened=not part.ok)


def _notes(grade: Grade) -> list[str]:
    notes = []
    if grade.failed >= _OFFERED_AFTER and not grade.done:
        part = next((part for part in grade.parts if not part.ok), grade.parts[-1])
        call = f'hint("13.{part.milestone}")'
        notes.append(f"{grade.failed} different attempts: `{call}` shows a first hint. Hints cost nothing.")
    if grade.turned_s:
        days, rest = divmod(round(grade.turned_s), 86_400)
        hours, minutes = rest // 3600, rest % 3600 // 60
        units = ((days, "d"), (hours, "h"), (minutes, "min"))
        parts = [f"{number} {unit}" for number, unit in units if number]
        notes.append(f"The lab's clock was turned by {' '.join(parts) or '1 min'} for this.")
    if grade.milestone == _LAST:
        notes.append(PEOPLE)
    return notes
