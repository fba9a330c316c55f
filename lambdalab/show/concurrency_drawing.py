"""How one run of picture S10 is drawn: three panels over one time axis, each kind of environment named on its area.

On AWS three graphs stand apart, each with its own scale. Here they share their time, and all frames of an explorer
share their axes, so heights can be compared from frame to frame. Left out: what the words say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.show import theme
from lambdalab.show.chart import Board, Panel
from lambdalab.show.concurrency_case import Case, calls_in_words
from lambdalab.show.figure import wide
from lambdalab.show.numbers import SPACE, count, milliseconds, number, period, steps

HEIGHT = 654
_LEFT, _RIGHT, _NOTES = 84, 690, 708  # pixels: the panels, and what is said beside them
_PANELS = ((128, 226), (306, 432), (492, 570))  # pixels: top and bottom of each, under a title of one line
_LEAST = 26  # pixels of height that a word on an area needs


@dataclass(frozen=True)
class Scale:
    """The axes; an explorer has the same for all frames.

    Args:
        seconds: the length of the time axis.
        arrivals, environments, rejected: the highest value of each panel, above zero; the last is 0.5 where no call was
            refused, so that its axis shows the zero alone.
        unit: the stretch to which arrivals and throttles are counted, in seconds.
    """

    seconds: float
    arrivals: float
    environments: float
    rejected: float
    unit: float

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Scale:
        first = cases[0].series.seconds
        unit = 1.0 if first >= 1 else first
        most = max([1.0, *(top for case in cases for top in case.total)])
        limits = [case.limit for case in cases if case.limit is not None and case.limit <= 2 * most]
        return cls(
            max(case.length for case in cases) or 1.0,
            max([1.0, *(float(each) * unit / first for case in cases for each in case.series.arrivals)]),
            float(max([most, *limits])),
            max([0.5, *(float(each) * unit / first for case in cases for each in case.series.rejected)]),
            unit,
        )


def _panels(board: Board, scale: Scale, lower: float) -> list[Panel]:
    tops = (scale.arrivals, scale.environments, scale.rejected)
    return [
        Panel(board, _LEFT, _RIGHT, top + lower, bottom + lower, x=(0, scale.seconds), y=(0, highest))
        for (top, bottom), highest in zip(_PANELS, tops, strict=True)
    ]


def ground(board: Board, scale: Scale, limit: int | None, lower: float = 0) -> None:
    """What all frames share: headings and axes."""
    arrivals, environments, rejected = _panels(board, scale, lower)
    each = "a second" if scale.unit == 1 else f"in each {milliseconds(1000 * scale.unit)}"
    arrivals.heading(f"Arrivals {each}", above=24)
    above = 46 if limit is not None and limit <= scale.environments else 24
    environments.heading("Environments", above=above)
    rejected.heading(f"T, throttled {each}: hollow, nothing ran", above=24)
    arrivals.y_ticks(_counts(scale.arrivals))
    environments.y_ticks(_counts(scale.environments))
    rejected.y_ticks(_counts(scale.rejected))
    for panel in (arrivals, environments):
        panel.x_axis()
    ticks = [30.0 * n for n in range(5)] if scale.seconds == 120 else steps(scale.seconds)
    rejected.x_axis([(v, number(v) + (f"{SPACE}s" if v == ticks[-1] else "")) for v in ticks])


def _counts(top: float) -> list[tuple[float, str]]:
    values = steps(top, whole=True)
    return [(value, number(value)) for value in (values if len(values) <= 4 else values[::2])]


def frame(board: Board, case: Case, scale: Scale, lower: float = 0) -> None:
    """One run on the ground that `ground` has drawn."""
    arrivals, environments, rejected = _panels(board, scale, lower)
    series, share = case.series, scale.unit / case.series.seconds
    edges = [index * series.seconds for index in range(len(series.arrivals) + 1)]
    arrivals.bars(edges, [float(each) * share for each in series.arrivals], role="axis")
    rejected.bars(edges, [float(each) * share for each in series.rejected], role="throttled", hollow=True)
    zero, busy, taken, total = [0.0] * len(edges[1:]), case.busy, case.taken, case.total
    environments.area(edges, taken, total, role="idle")
    environments.area(edges, zero, busy, role="invoke")
    for left, right, low, high in zip(edges[:-1], edges[1:], busy, taken, strict=True):
        if environments.up(low) - environments.up(high) >= 1:
            x, y = environments.across(left), environments.up(high)
            board.pen.block(
                round(x, 1), round(y, 1), round(environments.across(right) - x, 1),
                round(environments.up(low) - y, 1), "init", outline="init_line",
            )  # fmt: skip
    if case.limit is not None and case.limit <= scale.environments:
        environments.line([(0, case.limit), (scale.seconds, case.limit)], role="text", width=theme.LIMIT)
        y = environments.up(case.limit) - 14
        board.text(_LEFT + 4, y, f"limit {count(case.limit)}", role="text", bold=True, plate=True)
    _words(board, environments, edges, busy, taken, total)
    _notes(board, case, lower)


def _room(
    panel: Panel,
    edges: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    words: str,
    near: int | None = None,
) -> tuple[float, float] | None:
    """The middle of a place between two step lines that has room for the words.

    Args:
        panel, edges, low, high: where the lines are.
        words: in one line.
        near: the stretch that the place should be next to; without it the highest place is taken.
    """
    need = wide(words, theme.LABEL) + 12
    column = (panel.right - panel.left) / max(1, len(low))
    span = max(1, math.ceil(need / column))
    found = []
    for first in range(len(low) - span + 1):
        top, bottom = panel.up(min(high[first : first + span])), panel.up(max(low[first : first + span]))
        if bottom - top >= _LEAST:
            away = abs(first + span / 2 - near) if near is not None else top - bottom
            found.append((away, first, (top + bottom) / 2))
    if not found:
        return None
    _, first, y = min(found)
    return (panel.across(edges[first]) + panel.across(edges[first + span])) / 2, y


def _words(
    board: Board, panel: Panel, edges: Sequence[float], busy: Sequence[float], taken: Sequence[float],
    total: Sequence[float],
) -> None:  # fmt: skip
    """Each kind of area is named once, on it or, where it is narrow, beside it with a leader."""
    zero, ceiling = [0.0] * len(busy), [panel.value(panel.top)] * len(busy)
    for words, role, low, high in (("busy", "paper", zero, busy), ("idle, warm", "text", taken, total)):
        if spot := _room(panel, edges, low, high, words):
            board.text(*spot, words, size=theme.LABEL, role=role, bold=True, anchor="center")
    most = max(range(len(busy)), key=lambda at: taken[at] - busy[at], default=None)
    if most is not None and panel.up(busy[most]) - panel.up(taken[most]) >= 2:
        free = _room(panel, edges, total, ceiling, "C starting", near=most)
        if free is not None:
            x, y = free
            to = panel.across((edges[most] + edges[most + 1]) / 2), panel.up((taken[most] + busy[most]) / 2)
            board.path(f"M{x:.1f},{y:.1f}L{to[0]:.1f},{to[1]:.1f}", line="text", width=theme.LEADER)
            board.text(x, y, "C starting", size=theme.LABEL, role="text", bold=True, anchor="center", plate=True)


def _notes(board: Board, case: Case, lower: float) -> None:
    """At the right of each panel: its key number."""
    first, second, third = (top + lower + (bottom - top) / 2 - 11 for top, bottom in _PANELS)
    if case.rate is not None:
        board.text(_NOTES, first, f"{number(case.rate)} a second\nat the peak", role="text")
    else:
        board.text(_NOTES, first, f"{calls_in_words(case.calls)}\nin {period(case.length)}", role="text")
    if case.full_seconds:
        board.text(_NOTES, second, f"at the limit\nfor {period(case.full_seconds)}", role="text")
    else:
        board.text(_NOTES, second, f"at most {count(case.most)}\nhad a call", role="text")
    if case.refused:
        share = number(100 * case.refused / case.calls, 2)
        board.text(_NOTES, third, f"{share}{SPACE}% of all calls\nwere refused", role="throttled", bold=True)
    else:
        board.text(_NOTES, third, "no call\nwas refused")
