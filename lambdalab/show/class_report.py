"""The class report: which wrong ideas are still there, first votes against later ones, without a name.

AWS has nothing of the kind. Each row is an idea as a student would say it; the wide bar is the first vote, the narrow
one what was left later. Counts, not percentages, and nothing about fewer than three students. Left out: names, ranks.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.show import theme
from lambdalab.show.figure import Canvas, title_room, wide
from lambdalab.show.numbers import count, steps
from lambdalab.show.picture import Picture, Table

HEIGHT = 500
FEWEST = 3  # students: what concerns fewer is left out
ROWS = 6
_LEFT, _RIGHT, _TOP, _BOTTOM = 336, 706, 122, 430  # pixels: the bars, under a title of one line
_WIDE, _NARROW = 32, 18  # pixels
_LINE = 34  # characters of an idea in one line


@dataclass(frozen=True)
class Held:
    """One wrong idea, and how many hold it.

    Args:
        idea: as a student would say it.
        lesson: where it was voted on, "09".
        voters: students who voted there.
        before: of these, how many chose it first.
        after: how many held it at the last vote before the run, or in a review that asked again.
        asked_again: how many of the voters a review has asked again.
    """

    idea: str
    lesson: str
    voters: int
    before: int
    after: int
    asked_again: int = 0


def shown(held: Sequence[Held]) -> list[Held]:
    """The ideas that may be told, the most frequent at the first vote first."""
    told = [each for each in held if each.before >= FEWEST]
    return sorted(told, key=lambda each: (-each.before, -each.after, each.lesson, each.idea))


def class_report(held: Sequence[Held], *, students: int, colours: theme.Theme | None = None) -> Picture:
    """The most frequent wrong ideas of a class, first vote and later (for teachers).

    Args:
        held: one for each wrong idea, in any order.
        students: how many files were read.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: fewer than three students, who could be told apart, or counts that cannot be.
    """
    if students < FEWEST:
        raise ValueError(f"a report of {students} students would not be anonymous; at least {FEWEST} are needed")
    if any(not 0 <= max(each.before, each.after, each.asked_again) <= each.voters <= students for each in held):
        raise ValueError("more students hold an idea than voted, or more voted than there are; count them again")
    told = shown(held)
    rows = _drawn(told)
    canvas = Canvas(HEIGHT, colours or theme.chosen())
    lessons = sorted({each.lesson for each in held})
    counted = f"{count(students)} students"
    if lessons:
        span = f"Lesson {lessons[0]}" if len(lessons) == 1 else f"Lessons {lessons[0]} to {lessons[-1]}"
        counted = f"{span}, {counted}"
    more = f" {len(told) - len(rows)} more in the table of the report." if len(told) > len(rows) else ""
    conditions = f"{counted}: the most frequent wrong ideas.{more}"
    canvas.title(_title(told), conditions)
    if rows:
        _bars(canvas, rows, _TOP + title_room(_title(told), conditions))
    canvas.bottom(f"Anonymous, from progress files; ideas chosen by fewer than {FEWEST} are not shown")
    return Picture(table=_table(rows, students), alt=_alt(told), figure=canvas.drawn())


def _drawn(told: Sequence[Held]) -> list[Held]:
    """The first rows; the idea of the title is among them."""
    first = list(told[:ROWS])
    return [*first[:-1], _persistent(told)] if first and _persistent(told) not in first else first


def _persistent(told: Sequence[Held]) -> Held:
    return max(told, key=lambda each: (each.after, each.before))


def _title(told: Sequence[Held]) -> str:
    if not told:
        return f"No wrong idea was chosen by {FEWEST} students or more"
    most = _persistent(told)
    if not most.after:
        first = told[0]
        return f"Later nobody holds a wrong idea; at first {first.before} of {first.voters} said: {first.idea}"
    if most.after > most.before:
        return f"{most.idea}: {most.before} of {most.voters} said so at first, {most.after} later"
    left = f"all {most.after} still do" if most.after == most.before else f"{most.after} still do"
    return f"{most.idea}: {most.before} of {most.voters} said so, {left}"


def _alt(told: Sequence[Held]) -> str:
    if not told:
        return f"No wrong idea was chosen by {FEWEST} students or more, so no bar is drawn."
    most, change = _persistent(told), max(told, key=lambda each: each.before - each.after)
    many = f"the most persistent of {len(told)} wrong ideas" if len(told) > 1 else "the only wrong idea"
    first = f"{most.idea}: {most.before} of {most.voters} before, {most.after} after, {many}."
    fell = f" Largest change: {change.idea}, {change.before} to {change.after}."
    return first + (fell if change is not most and change.before > change.after else "")


def _table(rows: Sequence[Held], students: int) -> Table:
    return Table(
        caption=f"Wrong ideas, counted in {count(students)} progress files",
        columns=("idea", "lesson", "voted", "first vote", "later", "asked again in a review"),
        rows=[
            (row.idea, row.lesson, str(row.voters), str(row.before), str(row.after), str(row.asked_again))
            for row in rows
        ],
        align="llrrrr",
    )


def _bars(canvas: Canvas, rows: Sequence[Held], top: float) -> None:
    colours = canvas.colours
    most = max(max(row.before, row.after) for row in rows)
    unit = (_RIGHT - _LEFT) / most
    lane = (_BOTTOM - top) / ROWS
    bottom = top + lane * len(rows)
    canvas.pixels(bottom)
    middles = [top + lane * (place + 0.5) for place in range(len(rows))]
    looks = (
        (_WIDE, [row.before for row in rows], colours.idle, colours.idle_line),
        (_NARROW, [row.after for row in rows], colours.second, colours.second),
    )
    for thick, values, fill, line in looks:
        canvas.figure.add_bar(
            orientation="h", base=[_LEFT] * len(rows), x=[value * unit for value in values], y=middles, width=thick,
            marker={"color": fill, "line": {"color": line, "width": theme.AXIS_LINE}}, hoverinfo="skip",
        )  # fmt: skip
    canvas.text(_LEFT, top - 18, "wide bar: first vote · narrow bar: later")
    for row, middle in zip(rows, middles, strict=True):
        lines = textwrap.wrap(row.idea, _LINE) if wide(row.idea, theme.NOTE) > _LEFT - 30 else [row.idea]
        up = 10 * (len(lines) - 1)
        canvas.text(_LEFT - 10, middle - up, "\n".join(lines), colour=colours.text, anchor="right")
        end = _LEFT + max(row.before, row.after) * unit
        canvas.text(end + 10, middle, f"{row.before} before, {row.after} after", colour=colours.text)
    ticks = [value for value in steps(most, whole=True) if value <= most]
    words = [f"{value:.0f} students" if value == ticks[-1] else f"{value:.0f}" for value in ticks]
    places = [_LEFT + value * unit for value in ticks]
    canvas.figure.add_scatter(
        x=[_LEFT, _RIGHT], y=[bottom, bottom], mode="lines", hoverinfo="skip", cliponaxis=False,
        line={"color": colours.axis, "width": theme.AXIS_LINE},
    )  # fmt: skip
    canvas.figure.update_layout(xaxis={"tickvals": places, "ticktext": words})
