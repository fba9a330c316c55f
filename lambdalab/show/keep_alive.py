"""How long idle environments are kept, against cold starts and against the memory that waits, as an explorer.

AWS does not publish how long it keeps an idle environment, and has changed it; what others measured stands above, with
its date. Here each time is simulated, for several rates and for two ways of choosing among idle environments. Left out:
provisioned concurrency, whose environments are always kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.facts import Fact, fact
from lambdalab.show import explorer, theme
from lambdalab.show.chart import Board, Panel
from lambdalab.show.figure import title_room
from lambdalab.show.numbers import SPACE, number, steps
from lambdalab.show.picture import Picture, Table

RATES = (1, 2, 4, 6, 12, 60, 3600)  # calls an hour
MINUTES = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60)
POLICIES = ("newest", "recent")
CALL_SECONDS, INIT_SECONDS, INVOCATIONS = 1.0, 0.25, 20_000
HEIGHT = 620
_LEFT, _RIGHT, _NOTES = 84, 690, 708  # pixels
_PUBLISHED, _COLD, _IDLE = (112, 216), (272, 392), (448, 540)  # pixels: top and bottom of each panel
_ROW = 26  # pixels of a published figure
_READINGS = ("in_2017", "in_june_2019", "in_july_2019", "in_january_2021")
_LEAST = 0.0005  # the smallest share of cold starts that is told: ten of the calls simulated
_TOLD = 10  # minutes of keep-alive that the words are about, beside the longest
_CHOSEN = {"newest": "the newest", "recent": "the most recently used"}


@dataclass(frozen=True)
class Kept:
    """What one keep-alive does to one load.

    Args:
        minutes: how long an idle environment is kept.
        cold: the share of calls that start cold, 0 to 1.
        idle: how many environments wait, on average.
    """

    minutes: float
    cold: float
    idle: float


@dataclass(frozen=True)
class Load:
    """One frame: a rate and a policy, at each keep-alive.

    Args:
        an_hour: calls an hour, at random moments.
        policy: "newest" or "recent".
        memory_mb: of an environment.
        kept: a keep-alive each, the shortest first.
    """

    an_hour: float
    policy: str
    memory_mb: int
    kept: tuple[Kept, ...]

    @property
    def told(self) -> tuple[Kept, Kept]:
        """The two that the words are about: the one nearest to ten minutes, and the longest."""
        return min(self.kept, key=lambda each: abs(each.minutes - _TOLD)), self.kept[-1]

    def gb_hours(self, kept: Kept) -> float:
        """Memory that waits in a day."""
        return kept.idle * self.memory_mb / 1024 * 24


def keep_alive_explorer(
    rates: Sequence[float] = RATES,
    policies: Sequence[str] = POLICIES,
    minutes: Sequence[float] = MINUTES,
    *,
    memory_mb: int = 512,
    rate: float | None = None,
    policy: str | None = None,
    colours: theme.Theme | None = None,
) -> Picture:
    """Cold starts and idle memory against keep-alive, simulated (lesson 09).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, which gives no time.

    Args:
        rates: the slider: calls an hour, at most 12.
        policies: the buttons: which idle environment takes a call, "newest" or "recent", the most recently used.
        minutes: the keep-alives.
        memory_mb: of an environment.
        rate, policy: draw this frame alone.
        colours: LIGHT or DARK, for a file; without it those of the page.

    Raises:
        ValueError: too many frames, an unknown policy, or a figure that is not above zero.
    """
    alone = rate is not None or policy is not None
    if alone:
        rates, policies = [rate or rates[-1]], [policy or policies[0]]
    if not rates or not minutes or min(*rates, *minutes, memory_mb) <= 0:
        raise ValueError("rates, minutes and memory must be above zero: give at least one of each")
    if unknown := [each for each in policies if each not in _CHOSEN]:
        raise ValueError(f"there is no policy {unknown[0]!r}: choose of {', '.join(_CHOSEN)}")
    times = sorted(minutes)
    loads = [[_simulated(each, rule, times, memory_mb) for each in rates] for rule in policies]
    return explored(loads, alone=alone, colours=colours)


def _simulated(an_hour: float, policy: str, minutes: Sequence[float], memory_mb: int) -> Load:
    from lambdalab.models.simulation import simulate  # here, so that the pictures of other lessons are there at once

    kept = []
    for each in minutes:
        result = simulate(
            rate=an_hour / 3600, warm_service=CALL_SECONDS, cold_service=CALL_SECONDS + INIT_SECONDS,
            keep_alive=60.0 * each, policy=policy, invocations=INVOCATIONS, seed=9,
        )  # fmt: skip
        kept.append(Kept(each, result.p_cold.value, result.idle.value))
    return Load(an_hour, policy, memory_mb, tuple(kept))


def explored(loads: Sequence[Sequence[Load]], *, alone: bool = False, colours: theme.Theme | None = None) -> Picture:
    """The explorer of loads that were simulated already: a row for each policy, in it one for each rate.

    Args:
        loads: all with the same keep-alives.
        alone: only the last frame of the first row.
        colours: LIGHT or DARK, for a file; without it those of the page.
    """
    every = [load for row in loads for load in row]
    longest = every[0].kept[-1].minutes
    most = max([1.0, *(load.gb_hours(kept) for load in every for kept in load.kept)])
    lower = max(title_room(finding(load), conditions(load)) for load in every)
    base = Board(HEIGHT, colours)
    _ground(base, longest, most, lower)
    shown = loads[0][-1]
    if alone:
        svg = _drawn(shown, longest, most, base, colours, lower, alone=True)
        return Picture(table=_table(loads[0]), alt=_alt(shown), svg=svg)
    drawings = [[_drawn(load, longest, most, base, colours, lower) for load in row] for row in loads]
    slider = explorer.Choice("Calls", [_rate(load.an_hour) for load in loads[0]], len(loads[0]) // 2)
    rules = [_CHOSEN[row[0].policy] for row in loads]
    buttons = explorer.Choice("A call takes, of the idle ones,", rules, 0) if len(loads) > 1 else None
    svg = explorer.html(drawings, slider, buttons, shared=[base.parts], decisive=slider.at)
    return Picture(table=_table(loads[0]), alt=_alt(loads[0][slider.at]), svg=svg)


def _rate(an_hour: float) -> str:
    """Such as "12 an hour", "10 a minute", "1 a second"."""
    for a_piece, piece in ((3600, "second"), (60, "minute")):
        if an_hour >= a_piece:
            return f"{number(an_hour / a_piece)} a {piece}"
    return f"{number(an_hour)} an hour"


def _minutes(minutes: float) -> str:
    return f"{number(minutes)}{SPACE}min"


def _percent(share: float) -> str:
    """A share that a simulation of so few calls can tell from none."""
    return f"{number(100 * share, 2)}{SPACE}%" if share >= _LEAST else f"under {number(100 * _LEAST)}{SPACE}%"


def finding(load: Load) -> str:
    """The title: the share of cold starts at about ten minutes, and at the longest."""
    short, long = load.told
    start = f"Kept {_minutes(short.minutes)}"
    if short is not long and _percent(short.cold) == _percent(long.cold):
        return f"{start} or {_minutes(long.minutes)}, {_percent(long.cold)} of the calls start cold"
    first = f"{start}, {_percent(short.cold)} of the calls start cold"
    return first if short is long else f"{first}; kept {_minutes(long.minutes)}, {_percent(long.cold)}"


def conditions(load: Load) -> str:
    """The subtitle: what was simulated."""
    call = f"each {number(CALL_SECONDS)}{SPACE}s, {load.memory_mb:,}{SPACE}MB"
    return f"Simulated: {_rate(load.an_hour)}, {call}; a call takes {_CHOSEN[load.policy]} idle environment"


def _alt(load: Load) -> str:
    short, long = load.told
    idle = f"{number(load.gb_hours(short))} and {number(load.gb_hours(long))} GB-hours a day wait"
    found = finding(load)
    lines = "Lines over minutes: cold starts, idle memory"
    told = f"Simulated, {_rate(load.an_hour)}, {_CHOSEN[load.policy]} first"
    return f"{told}: {found[0].lower()}{found[1:]}. {lines}; {idle}."


def _table(loads: Sequence[Load]) -> Table:
    kept = [at for at in (5.0, float(_TOLD), 30.0, 60.0) if any(each.minutes == at for each in loads[0].kept)]
    kept = kept or [loads[0].kept[-1].minutes]  # whatever else was asked for
    rows = []
    for load in loads[:8]:
        found = [next(each for each in load.kept if each.minutes == at) for at in kept]
        idle = f"{number(load.gb_hours(load.told[0]))} GB-hours"
        rows.append((_rate(load.an_hour), *(_percent(each.cold) for each in found), idle))
    told = _minutes(loads[0].told[0].minutes)
    columns = ("calls", *(f"cold, kept {_minutes(at)}" for at in kept), f"idle a day, kept {told}")
    rule = _CHOSEN[loads[0].policy]
    return Table(f"Cold starts and idle memory, simulated; a call takes {rule} idle environment", columns, rows)


def _ground(board: Board, longest: float, most: float, lower: float) -> None:
    published, cold, idle = _panels(board, longest, most, lower)
    published.heading("Keep-alive on AWS, published: about", above=18)
    for at, reading in enumerate(_READINGS):
        low, high = fact(f"keep_alive.{reading}.least"), fact(f"keep_alive.{reading}.most")
        named = reading.removeprefix("in_").replace("_", " ").capitalize()
        _reading(board, published, at, f"{named}: ", low, high, longest)
    cold.heading("Cold starts, of 100 calls")
    cold.y_ticks([(0, "0"), (50, "50"), (100, "100")])
    cold.x_axis()
    idle.heading("Memory that waits, GB-hours a day: not on your bill")
    idle.y_ticks([(value, number(value)) for value in steps(most)])
    ticks = (
        [value for value in (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0) if value <= longest]
        if longest == 60
        else steps(longest)
    )
    idle.x_axis([(at, number(at) + (f"{SPACE}min" if at == ticks[-1] else "")) for at in ticks])


def _reading(board: Board, panel: Panel, at: int, named: str, low: Fact, high: Fact, longest: float) -> None:
    """A published range: hollow and dotted, for it was not measured here."""
    y = panel.top + _ROW * at + _ROW / 2
    left, right = panel.across(min(float(low.value), longest)), panel.across(min(float(high.value), longest))
    left, right = (left, right) if right - left > 8 else (left - 4, right + 4)
    board.path(
        f"M{left:.1f},{y - 8:g}H{right:.1f}V{y + 8:g}H{left:.1f}Z", line="text", width=2, more=' stroke-dasharray="2 3"'
    )
    minutes = number(low.value) if low.value == high.value else f"{number(low.value)} to {number(high.value)}"
    words = f"{named}{minutes}{SPACE}min"
    if right < _NOTES - 200:
        board.text(right + 10, y, words, role="text")
    else:
        board.text(left - 10, y, words, role="text", anchor="right")


def _panels(board: Board, longest: float, most: float, lower: float) -> list[Panel]:
    tops = (1.0, 100.0, most)
    return [
        Panel(board, _LEFT, _RIGHT, top + lower, bottom + lower, x=(0, longest), y=(0, highest))
        for (top, bottom), highest in zip((_PUBLISHED, _COLD, _IDLE), tops, strict=True)
    ]


def _drawn(
    load: Load, longest: float, most: float, base: Board, colours: theme.Theme | None, lower: float, *,
    alone: bool = False,
) -> str:  # fmt: skip
    board = Board(HEIGHT + round(lower), colours)
    board.title(finding(load), conditions(load))
    if alone:
        board.pen.parts.append(base.parts)
    else:
        board.put(base.parts)
    _, cold, idle = _panels(board, longest, most, lower)
    cold.line([(each.minutes, 100 * each.cold) for each in load.kept], role="init_line", dash="8 5")
    idle.line([(each.minutes, load.gb_hours(each)) for each in load.kept], role="axis", dash="8 5")
    short, long = load.told
    for each in {short.minutes: short, long.minutes: long}.values():
        cold.mark(each.minutes, 100 * each.cold, role="init_line", hollow=True, diamond=True, drop=True)
        idle.mark(each.minutes, load.gb_hours(each), role="axis", hollow=True, diamond=True, drop=True)
    told = [f"kept {_minutes(each.minutes)}:\n" for each in (short, long)]
    for panel, words in (
        (cold, [f"{_percent(each.cold)} cold" for each in (short, long)]),
        (idle, [f"{number(load.gb_hours(each))} GB-hours" for each in (short, long)]),
    ):
        for row in range(1 if short is long else 2):
            board.text(_NOTES, panel.top + 4 + 52 * row, told[row] + words[row], role="text")
    source = fact(f"keep_alive.{_READINGS[0]}.least").source
    board.bottom(f"Simulated; keep-alive on AWS: published ({source}), it changes")
    return board.svg(_alt(load))
