"""Picture S10: arrivals, the environments that they need, and what a limit refuses, over one time axis.

On AWS three metrics show this, each a minute wide: Invocations, ConcurrentExecutions and Throttles. Here the same is
drawn second by second from a simulation, or in finer steps from what the lab measured; the explorer simulates a frame
for each peak rate and each length of a call. Left out: smoothing, and who called.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields

from lambdalab.observe.records import Invocation, Lane
from lambdalab.show import explorer, theme
from lambdalab.show.chart import Board
from lambdalab.show.concurrency_case import Case, alt, conditions, finding, table
from lambdalab.show.concurrency_drawing import HEIGHT, Scale, frame, ground
from lambdalab.show.figure import title_room
from lambdalab.show.numbers import SPACE, count, in_words, milliseconds, number
from lambdalab.show.picture import Picture, Table

RATES = (60, 120, 180, 240, 300, 360, 420, 480)
DURATIONS_MS = (100, 300, 1000)
SECONDS, STEP = 120.0, 2.0  # of a simulated run, and of a stretch in it
INIT_SECONDS = 0.25
_SIMULATED = "Simulated"


def concurrency(case: Case, *, colours: theme.Theme | None = None) -> Picture:
    """One run, simulated or measured (lesson 09).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html.

    Args:
        case: the run.
        colours: LIGHT or DARK, for a file; without it those of the page.
    """
    return Picture(table=table(case), alt=alt(case), svg=_drawn(case, Scale.of([case]), colours))


def concurrency_measured(
    lanes: Sequence[Lane],
    invocations: Sequence[Invocation] = (),
    *,
    limit: int | None = None,
    last: int | None = None,
    colours: theme.Theme | None = None,
) -> Picture:
    """The lab's last calls in the same form (lesson 09).

    Args:
        lanes: from `lab.lanes(name)`.
        invocations: from `lab.history(name)`, for the calls that were turned away.
        limit: how many environments the function may have, such as its reserved concurrency.
        last: only so many calls that ran, the last ones, and the refusals since the first of them.
        colours: LIGHT or DARK, for a file; without it those of the page.

    Raises:
        ValueError: `last` is not above zero.
    """
    from lambdalab.show.concurrency_measured import measured

    return concurrency(measured(lanes, invocations, limit=limit, last=last), colours=colours)


def concurrency_explorer(
    rates: Sequence[float] = RATES,
    durations_ms: Sequence[float] = DURATIONS_MS,
    limit: int | None = 100,
    *,
    rate: float | None = None,
    duration_ms: float | None = None,
    colours: theme.Theme | None = None,
) -> Picture:
    """Two minutes with a peak, simulated for each peak rate and each length of a call (lesson 09).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html.

    Args:
        rates: the slider: calls a second at the peak, at most 12.
        durations_ms: the buttons: milliseconds of a warm call, at most 3.
        limit: the most environments that may have a call at the same time, as reserved concurrency; None for none.
        rate, duration_ms: draw this frame alone.
        colours: LIGHT or DARK, for a file; without it those of the page.

    Raises:
        ValueError: too many frames, or a rate or a duration that is not above zero.
    """
    if rate is not None or duration_ms is not None:
        return concurrency(simulated(rate or rates[-1], duration_ms or _middle(durations_ms), limit), colours=colours)
    cases = [[simulated(rate, duration, limit) for rate in rates] for duration in durations_ms]
    return explored(cases, colours=colours)


def simulated(rate: float, duration_ms: float, limit: int | None) -> Case:
    """One frame: half a minute with a tenth of the calls, a minute at the peak, and half a minute as before."""
    if rate <= 0 or duration_ms <= 0:
        raise ValueError(f"{rate} calls a second of {duration_ms} ms are no load: give numbers above zero")
    from lambdalab.models.arrivals import bursts  # here, so that the pictures of other lessons are there at once
    from lambdalab.models.simulation import Series, simulate

    call = duration_ms / 1000
    times = bursts(rate / 10, rate, every=SECONDS, lasting=SECONDS / 2, seconds=SECONDS, seed=9)
    result = simulate(
        times, warm_service=call, cold_service=call + INIT_SECONDS, keep_alive=math.inf, service="constant",
        limit=limit, series=STEP,
    )  # fmt: skip
    assert result.series is not None
    kept = {field.name: getattr(result.series, field.name)[: round(SECONDS / STEP)] for field in fields(Series)[1:]}
    return Case(Series(STEP, **kept), call, limit, rate)


def explored(cases: Sequence[Sequence[Case]], *, colours: theme.Theme | None = None) -> Picture:
    """The explorer of runs that were made already: a row for each button, in it one for each step of the slider.

    Args:
        cases: all with the same limit and of the same length.
        colours: LIGHT or DARK, for a file; without it those of the page.
    """
    every = [case for row in cases for case in row]
    scale, limit, middle = Scale.of(every), every[0].limit, len(cases) // 2
    lower = max(title_room(finding(case), conditions(case)) for case in every)
    base = Board(HEIGHT, colours)
    ground(base, scale, limit, lower)
    drawings = [[_drawn(case, scale, colours, shared=base.parts, lower=lower) for case in row] for row in cases]
    slider = explorer.Choice("Peak, calls a second", [number(case.rate or 0) for case in cases[0]])
    buttons = explorer.Choice("One call takes", [milliseconds(1000 * row[0].call_seconds) for row in cases], middle)
    first = next((at for at, case in enumerate(cases[middle]) if case.refused), None)
    svg = explorer.html(drawings, slider, buttons, shared=[base.parts], decisive=first)
    return Picture(table=_table(cases, limit), alt=_alt(cases), svg=svg)


def _middle(values: Sequence[float]) -> float:
    return values[len(values) // 2]


def _drawn(case: Case, scale: Scale, colours: theme.Theme | None, *, shared: str = "", lower: float = -1) -> str:
    title, told = finding(case), conditions(case)
    lower = title_room(title, told) if lower < 0 else lower
    board = Board(HEIGHT + round(lower), colours)
    board.title(title, told)
    if shared:
        board.put(shared)
    else:
        ground(board, scale, case.limit, lower)
    frame(board, case, scale, lower)
    board.bottom("Measured on this machine" if case.measured else _SIMULATED)
    return board.svg(alt(case))


def _table(cases: Sequence[Sequence[Case]], limit: int | None) -> Table:
    """A row for each rate, at most eight: what was refused with each length of a call."""
    steps = len(cases[0])
    kept = range(steps) if steps <= 8 else [round(at * (steps - 1) / 7) for at in range(8)]
    rows = []
    for at in kept:
        cells = [f"{count(row[at].refused)} of {count(row[at].calls)}" if row[at].refused else "none" for row in cases]
        rows.append((f"{number(cases[0][at].rate or 0)} a second", *cells))
    what = f"at a limit of {count(limit)}" if limit is not None else "without a limit"
    columns = ("peak", *(f"calls of {milliseconds(1000 * row[0].call_seconds)}" for row in cases))
    return Table(f"Calls refused {what}, simulated", columns, rows)


def _alt(cases: Sequence[Sequence[Case]]) -> str:
    last = cases[len(cases) // 2][-1]
    found = finding(last)
    told = f"Simulated, {number(last.rate or 0)} a second of {number(last.call_seconds)}{SPACE}s"
    frames = f"{in_words(len(cases[0]))} rates and {in_words(len(cases))} durations"
    return f"{told}: {found[0].lower()}{found[1:]}. Frames for {frames}: arrivals, environments, throttles over time."
