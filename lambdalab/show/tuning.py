"""Power tuning drawn: the middle call's time, and its price, as a bar for each memory size.

AWS Lambda Power Tuning draws both as lines on two scales in one panel, where their crossing means nothing. Here each
has a panel of its own, from zero. Left out: the init, which stands in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from lambdalab.facts import prices_date
from lambdalab.show import theme
from lambdalab.show.chart import Board, Panel
from lambdalab.show.figure import EDGE, cut, title_room
from lambdalab.show.numbers import SPACE, milliseconds, money, number
from lambdalab.show.picture import Picture, Table

if TYPE_CHECKING:
    from lambdalab.tuning import Size, Tuning

Show = Literal["time", "cost", "both"]
_SHOWN: dict[str, tuple[str, ...]] = {"time": ("time",), "cost": ("cost",), "both": ("time", "cost")}
_LEFT, _RIGHT, _TOP, _BELOW = EDGE, 880, 100, 76  # pixels; below: the sizes and the bottom line
_HIGH = {1: 250, 2: 150, 4: 70}  # pixels of bars, by the number of panels
_OVER = 62  # pixels over a panel's bars, for its heading and a value
_ALIKE = 1.15  # times that differ by less than this are called equal


def _gain(run: Tuning) -> float:
    """How many times as fast the fastest size is as the smallest."""
    return run.rows[0].median_ms / (run.fastest().median_ms or 1)


def _times(ratio: float) -> str:
    return f"{number(ratio, 2)} times as fast"


def finding(runs: Sequence[Tuning]) -> str:
    """The title: what memory did to the time, and where the price is lowest."""
    names = [cut(run.function, 200) for run in runs]
    first, size = runs[0], f"{runs[0].cheapest().memory_mb:,}{SPACE}MB"
    if len(first.rows) == 1:
        return f"{names[0]} at {size}: {milliseconds(first.rows[0].median_ms)}"
    if len(runs) == 1:
        if _gain(first) < _ALIKE:
            return f"More memory did not make {names[0]} faster; it is cheapest with {size}"
        return f"More memory made {names[0]} {_times(_gain(first))}; it is cheapest with {size}"
    slow, quick = sorted(zip([_gain(run) for run in runs], names, strict=True))
    if slow[0] < _ALIKE <= quick[0]:
        return f"More memory made {quick[1]} {_times(quick[0])}, and {slow[1]} no faster"
    if quick[0] < _ALIKE:
        return f"More memory made neither {names[0]} nor {names[1]} faster"
    return f"More memory made {quick[1]} {_times(quick[0])}, and {slow[1]} {_times(slow[0])}"


def tuning(runs: Sequence[Tuning], *, show: Show = "both", colours: theme.Theme | None = None) -> Picture:
    """Time, price, or both at each memory size (lesson 11).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html.

    Args:
        runs: one function or two.
        show: "time", "cost" or "both".
        colours: LIGHT or DARK, for a file; without it those of the page.

    Raises:
        ValueError: not one or two runs, two at different sizes, or another word for `show`.
    """
    if not 1 <= len(runs) <= 2:
        raise ValueError(f"{len(runs)} runs are not drawn side by side: give one or two")
    if len({tuple(row.memory_mb for row in run.rows) for run in runs}) > 1:
        raise ValueError("two functions are compared at the same memory sizes: tune both with the same `memory`")
    if show not in _SHOWN:
        raise ValueError(f"{show!r} cannot be shown: choose one of {', '.join(_SHOWN)}")
    panels = [(run, kind) for run in runs for kind in _SHOWN[show]]
    title = finding(runs)
    told = f"The middle one of {len(runs[0].rows[0].durations_ms)} warm calls at each size; bold: the lowest"
    lower, high = title_room(title, told), _HIGH[len(panels)]
    height = _TOP + lower + len(panels) * (high + _OVER) + _BELOW
    board = Board(height, colours)
    board.title(title, told)
    for index, (run, kind) in enumerate(panels):
        bottom = _TOP + lower + (index + 1) * (high + _OVER)
        _panel(board, run, kind, bottom - high, bottom, sizes=index == len(panels) - 1)
    board.bottom(_source(runs, show))
    return Picture(table=_table(runs), alt=_alt(runs, show), svg=board.svg(_alt(runs, show)))


def _panel(board: Board, run: Tuning, kind: str, top: float, bottom: float, *, sizes: bool) -> None:
    """Bars of one function's time or price, the best one's value bold."""
    values = [row.median_ms if kind == "time" else float(row.usd_a_million) for row in run.rows]
    words = [milliseconds(row.median_ms) if kind == "time" else money(row.usd_a_million) for row in run.rows]
    level = kind == "time" and _gain(run) < _ALIKE
    best = run.rows.index(run.fastest() if kind == "time" else run.cheapest())
    panel = Panel(board, _LEFT, _RIGHT, top, bottom, x=(-0.5, len(values) - 0.5), y=(0, max(values) or 1))
    name = cut(run.function, 420)
    heading = f"{name}: time of one call" if kind == "time" else f"{name}: price of a million calls"
    board.text(_LEFT, top - 42, heading, size=theme.LABEL, role="text", bold=True)
    role, half = ("invoke" if kind == "time" else "money"), theme.BAR / 2
    for at, (value, word) in enumerate(zip(values, words, strict=True)):
        panel.bars([at - half, at + half], [value], role=role)
        lowest = at == best and not level
        board.text(
            panel.across(at), panel.up(value) - 13, word, role=role if lowest else "text", bold=lowest, anchor="center"
        )
    panel.x_axis([(at, _size(row, at == 0)) for at, row in enumerate(run.rows)] if sizes else [])


def _size(row: Size, first: bool) -> str:
    return f"{row.memory_mb:,}{SPACE}MB" if first else f"{row.memory_mb:,}"


def _source(runs: Sequence[Tuning], show: Show) -> str:
    source = runs[0].source if len({run.source for run in runs}) == 1 else "see the table"
    prices = "" if show == "time" else f"; prices of {prices_date()}"
    return f"{source[0].upper()}{source[1:]}{prices}"


def _table(runs: Sequence[Tuning]) -> Table:
    if len(runs) == 1:
        return runs[0].table()
    rows = []
    for same_size in list(zip(*(run.rows for run in runs), strict=True))[:8]:
        cells = [cell for row in same_size for cell in (milliseconds(row.median_ms), money(row.usd_a_million))]
        rows.append([f"{same_size[0].memory_mb:,}{SPACE}MB", *cells])
    columns = ["memory"] + [f"{run.function}{what}" for run in runs for what in ("", ", a million")]
    sources = " and ".join(dict.fromkeys(run.source for run in runs))
    return Table(f"Middle call and price, {sources}; prices of {prices_date()}", columns, rows, align="rrrrr")


def _alt(runs: Sequence[Tuning], show: Show) -> str:
    what = {"time": "time", "cost": "price", "both": "time and price"}[show]
    ends = [(run.function, run.rows[0], run.fastest()) for run in runs]  # those of the title
    said = [
        f"{cut(name, 200)} {milliseconds(small.median_ms)}, at best {milliseconds(fast.median_ms)}"
        for name, small, fast in ends
    ]
    sizes = f"{runs[0].rows[0].memory_mb:,} to {runs[0].rows[-1].memory_mb:,}{SPACE}MB"
    return f"{finding(runs)}. Bars of {what}, {sizes}: {'; '.join(said)}."
