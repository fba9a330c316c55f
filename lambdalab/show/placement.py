"""The workload plane as an explorer: how full a container may be moves the border, and with it the verdicts.

AWS's guides compare a function with a container that is well used. Here the slider takes away what such a container has
to keep free for its peaks, and the buttons say how many pieces one container does at once: one that computes, or ten
that mostly wait for others. A verdict follows the border where price alone decides it; limits, state, latency and
systems stay. Lesson 12. Left out: the student's own cards, which `workload_plane` shows.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.facts import prices_date
from lambdalab.models.workloads import Workload, border, workloads
from lambdalab.show import explorer, theme
from lambdalab.show.figure import title_room
from lambdalab.show.numbers import in_words
from lambdalab.show.picture import Picture, Table
from lambdalab.show.plane import FUNCTION, Mark, axes, frame
from lambdalab.show.workloads import AXES, fits, listed, percent, region, source

BUSY = (1, 0.75, 0.5, 0.4, 0.25, 0.1)
AT_ONCE = (1, 10)
_NAMED = 3  # cards by their letters; more are counted
_ROWS = 8
_full = functools.cache(border)  # each frame asks for the same lengths


def placement_explorer(
    given: Sequence[Workload] | None = None,
    busy: float | Sequence[float] = BUSY,
    at_once: int | Sequence[int] = AT_ONCE,
    *,
    colours: theme.Theme | None = None,
) -> Picture:
    """Where standing becomes cheaper, by how full a container may be, and whose verdict turns (lesson 12).

    Follows https://aws.amazon.com/fargate/pricing/.

    Args:
        given: the workloads; without them the twelve of the lesson.
        busy: how full a container may be, from above 0 to 1; one, or at most twelve, which are the slider.
        at_once: how many pieces a full container does at the same time; one, or at most three, which are buttons.
        colours: LIGHT or DARK, for a file; without it those of the page.

    Raises:
        ValueError: a share or a number that cannot be, or too many frames.
    """
    shares = list(busy) if isinstance(busy, Sequence) else [busy]
    rooms = list(at_once) if isinstance(at_once, Sequence) else [at_once]
    if not shares or not rooms or not all(0 < share <= 1 for share in shares) or min(rooms) < 1:
        raise ValueError(
            f"a container cannot be {shares} full with {rooms} pieces at once: give shares from above 0 to 1 (50 % is "
            "0.5), and numbers from 1 on"
        )
    cards = tuple(workloads() if given is None else given)
    rows = [[Filled(cards, share, room) for share in shares] for room in rooms]
    lower = max(title_room(finding(each), conditions(each)) for row in rows for each in row)
    ground = axes(lower, colours)
    alone = len(shares) == len(rooms) == 1
    drawings = [[_drawn(each, ground, lower, colours, shared=not alone) for each in row] for row in rows]
    first = rows[0][0]
    if alone:
        return Picture(table=_table(rows), alt=_alt(first), svg=drawings[0][0])
    slider = explorer.Choice("How full a container may be", [percent(share) for share in shares], 0)
    pieces = [f"{room:,}" for room in rooms]
    buttons = explorer.Choice("Pieces that a full container does at once", pieces, 0) if len(rooms) > 1 else None
    turning = next((at for at, each in enumerate(rows[0]) if each.turned), None)
    svg = explorer.html(drawings, slider, buttons, shared=[ground], decisive=turning)
    return Picture(table=_table(rows), alt=_alt(first), svg=svg)


@dataclass(frozen=True)
class Filled:
    """One frame: the workloads, beside a container that may be so full.

    Args:
        workloads: the cards.
        busy: how full it may be, from above 0 to 1.
        at_once: how many pieces it does at the same time when it is full.
    """

    workloads: tuple[Workload, ...]
    busy: float
    at_once: int

    def edge(self, run_s: float) -> float:
        """The share of the time from which on the container is cheaper; above 1 it never is.

        Args:
            run_s: seconds of one piece.
        """
        return _full(run_s) / (self.busy * self.at_once)

    def function(self, one: Workload) -> bool:
        """Whether a function is its verdict: the border decides where no limit, no system and no start does."""
        by_price = not one.broken and not one.windows and one.starts_in_time
        return by_price and region(one.share, one.run_s, self.edge) == FUNCTION

    @property
    def functions(self) -> list[str]:
        """The letters of those whose verdict is a function."""
        return [one.letter for one in self.workloads if self.function(one)]

    @property
    def turned(self) -> list[str]:
        """The letters of those whose verdict is another one than beside a full container with one piece at a time."""
        return [one.letter for one in self.workloads if self.function(one) != fits(one)]

    @property
    def crossed(self) -> list[str]:
        """The letters of those that lie in another region than there, and keep their verdict."""
        moved = [
            one.letter
            for one in self.workloads
            if region(one.share, one.run_s, self.edge) != region(one.share, one.run_s, _full)
        ]
        return [letter for letter in moved if letter not in self.turned]


def _cards(letters: Sequence[str]) -> str:
    return listed(letters) if len(letters) <= _NAMED else f"{in_words(len(letters))} cards"


def finding(case: Filled) -> str:
    """The title: from where on the container is cheaper, and which verdicts turn."""
    start = "Full" if case.busy == 1 else f"Filled to {percent(case.busy)}"
    if case.at_once > 1:
        start += f" with {in_words(case.at_once)} pieces at once"
    edge = case.edge(1)
    cheaper = f"cheaper from {percent(edge)} of the time on" if edge < 1 else "never cheaper"
    return f"{start}, a container is {cheaper}; {_verdicts(case)}"


def _verdicts(case: Filled) -> str:
    if not case.workloads:
        return "no workload is given"
    if case.busy == case.at_once == 1:
        return f"{in_words(len(case.functions))} of {in_words(len(case.workloads))} fit a function"
    if not case.turned:
        return "no verdict turns"
    several = len(case.turned) > 1
    if case.turned[0] in case.functions:
        return f"{_cards(case.turned)} become functions" if several else f"{case.turned[0]} becomes a function"
    return f"{_cards(case.turned)} {'become' if several else 'becomes'} something else"


def _kept(case: Filled) -> str:
    """Those that cross the border and keep their verdict, if any."""
    if not case.crossed:
        return ""
    several = len(case.crossed) > 1
    words = ("cross", "stay squares") if several else ("crosses", "stays a square")
    return f"{_cards(case.crossed)} {words[0]} the border too, and {words[1]}"


def conditions(case: Filled) -> str:
    """The subtitle: the axes, for which length the share is told, and what else crossed."""
    return "; ".join(part for part in (AXES, "title for pieces of 1 s", _kept(case)) if part)


def _alt(case: Filled) -> str:
    parts = (finding(case), "A mark a workload; the border is dashed", _kept(case))
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


def _table(rows: Sequence[Sequence[Filled]]) -> Table:
    columns, lines = ["full to"], [[percent(each.busy)] for each in rows[0][:_ROWS]]
    for row in rows:
        columns += [f"{row[0].at_once:,} at once: cheaper from", "functions"]
        for line, each in zip(lines, row, strict=False):
            edge, turned = each.edge(1), each.turned
            now = f", {'with' if turned[0] in each.functions else 'without'} {_cards(turned)}" if turned else ""
            line += [percent(edge) if edge < 1 else "never", f"{len(each.functions)}{now}"]
    caption = (
        "From which share of the time on a container is cheaper (pieces of 1 s), and how many of the "
        f"{in_words(len(rows[0][0].workloads))} cards fit a function (prices of {prices_date()})"
    )
    return Table(caption, columns, lines)


def _drawn(case: Filled, ground: str, lower: float, colours: theme.Theme | None, *, shared: bool) -> str:
    marks = [Mark(w.letter, w.name, w.share, w.run_s, function=case.function(w)) for w in case.workloads]
    words = (finding(case), conditions(case), source())
    return frame(marks, case.edge, words, _alt(case), ground=ground, lower=lower, shared=shared, colours=colours)
