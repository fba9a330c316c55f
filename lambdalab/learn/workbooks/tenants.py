"""Exercise 10.2, how many fit?: the student's two counts beside the right ones and those of typical mistakes.

A tenant takes its function's memory and that of its wall; what is left of the host when no further tenant fits stays
empty. Everything is counted in MB of 2**20 bytes, as Lambda does.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Tried, Unwritten
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.formulas import is_number, near

ALL, IDLE = "fits", "fits_idle"
PRINTED: Mapping[str, Sequence[tuple[float, ...]]] = {
    ALL: [(64, 128, 5), (64, 128, 131)],
    IDLE: [(64, 128, 5, 0.1)],
}
_Rule = Callable[..., float]


def all_busy(host_gib: float, app_mb: float, overhead_mb: float) -> int:
    """How many tenants a host holds whose memory is needed all the time."""
    return math.floor(host_gib * 1024 / (app_mb + overhead_mb))


def some_busy(host_gib: float, app_mb: float, overhead_mb: float, busy_share: float) -> int:
    """The same when only such a share of them needs its memory at any moment."""
    return math.floor(host_gib * 1024 / ((app_mb + overhead_mb) * busy_share))


_RIGHT: Mapping[str, Callable[..., int]] = {ALL: all_busy, IDLE: some_busy}


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(10)
    app = draw.choice((192, 256, 320))
    plain = [*PRINTED[ALL], (1.5, 128, 5), (16, app, 0), (2, 1_769, 13), (1, 2_048, 5)]
    idle = [*PRINTED[IDLE], (64, 128, 5, 1), _drawn(draw), _drawn(draw)]
    if rng is not None:
        host = draw.choice((24, 48, 96))
        plain[:2] = [(host, app, draw.choice((3, 13))), (host, app, app + 3)]
        idle[0] = _drawn(draw)
    return [*(_case(ALL, args) for args in plain), *(_case(IDLE, args) for args in idle)]


def _drawn(draw: random.Random) -> tuple[float, ...]:
    """A host with idle tenants on which each typical mistake counts another number, and none comes near a whole one."""
    while True:
        host, app, wall = draw.choice((32, 64, 96)), draw.choice((192, 512, 1_024)), draw.choice((13, 40, 131))
        share = draw.choice((0.03, 0.15, 0.35))
        every, mb = all_busy(host, app, wall), host * 1024
        counts = (mb / ((app + wall) * share), every / share, mb / (app * share + wall), mb / (app + wall * share))
        if 0.05 < counts[0] % 1 < 0.95 and len({every, *map(math.floor, counts)}) == 5:
            return host, app, wall, share


def _case(name: str, args: tuple[float, ...]) -> Case:
    event = _written(name, args)

    def run(work: Work) -> Seen:
        try:
            outcome = work.call(name, *args)
        except Unwritten:
            if name == ALL:
                raise
            text = Message(f"Your `{ALL}` is right.", "", f"Write `{IDLE}` too, run its cell, and check again.")
            return Seen(False, f"`{IDLE}` comes next", message=text, rows=(), pending=True)
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
        if not is_number(outcome.value):
            return Seen(False, f"got {short(outcome.value)}, and a number is asked for", outcome.value)
        fine = float(outcome.value) == _RIGHT[name](*args)
        wanted = f", expected {_RIGHT[name](*args):,}" if args in PRINTED[name] and not fine else ""
        return Seen(fine, f"{shown_count(outcome.value)}{wanted}", outcome.value)

    return Case(f"`{event}`", event, run, about=(name, args))


def _written(name: str, args: tuple[float, ...]) -> str:
    return f"{name}({', '.join(f'{one:g}' for one in args)})"


def shown_count(value: Any) -> str:
    """A whole number with all its digits, another one with two decimals: a part of a tenant is to be seen."""
    return f"{int(value):,}" if float(value).is_integer() else f"{float(value):,.2f}"


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def would_be(name: str, *rules: _Rule) -> Detect:
    """All that the function answered is what one of these rules gives; the message is about a case that shows it.

    Of several the one is taken in which the wall weighs most, since there it shows best.
    """

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        answered = [one for one in tried if one.case.about[0] == name and not one.seen.pending]
        failing = [one for one in answered if not one.seen.ok]
        for rule in rules:
            if failing and all(is_number(one.seen.value) and _gives(rule, one) for one in answered):
                shows = max(failing, key=lambda one: one.case.about[1][2] / one.case.about[1][1])
                return Hit(shows, _values(shows))
        return None

    return detect


def _gives(rule: _Rule, one: Tried) -> bool:
    return near(one.seen.value, rule(*one.case.about[1]), 1e-9)


def _values(one: Tried) -> Mapping[str, object]:
    name, (host, app, wall, *share) = one.case.about
    each, count = app + wall, float(one.seen.value)
    return {
        "call": _written(name, (host, app, wall, *share)),
        "got": shown_count(one.seen.value),
        "wall": f"{wall:g}",
        "app": f"{app:g}",
        "each": f"{each:,g}",
        "left": f"{max(0.0, host * 1024 - (count - 1) * each):,g}",
        "host": f"{host:g}",
        "mb": f"{host * 1024:,g}",
        "share": f"{share[0]:g}" if share else "",
    }


def _exact(host: float, app: float, wall: float, share: float = 1) -> float:
    return host * 1024 / ((app + wall) * share)


def _whole(rule: _Rule, *ways: Callable[[float], float]) -> tuple[_Rule, ...]:
    """A rule whose result is made a whole number, downwards without other ways."""

    def made(way: Callable[[float], float]) -> _Rule:
        return lambda *args: way(rule(*args))

    return tuple(made(way) for way in ways or (math.floor,))


_ANY = (math.floor, float, round, math.ceil)
OVERHEAD_LEFT_OUT = would_be(ALL, *_whole(lambda host, app, wall: host * 1024 / app))
ROUNDED_UP = would_be(ALL, *_whole(_exact, math.ceil, round, lambda exact: math.floor(exact) + 1))
OF_1000 = would_be(ALL, *_whole(lambda host, app, wall: host * 1000 / (app + wall)))
OTHER_UNITS = would_be(
    ALL,
    *_whole(lambda host, app, wall: host * 2**30 / ((app + wall) * 10**6), *_ANY),
    *_whole(lambda host, app, wall: host * 10**9 / ((app + wall) * 2**20), *_ANY),
    *_whole(lambda host, app, wall: host / (app + wall), *_ANY),
    lambda host, app, wall: host // (app + wall),
)
WALL_ONCE = would_be(ALL, *_whole(lambda host, app, wall: (host * 1024 - wall) / app))
NOT_WHOLE = (would_be(ALL, _exact), would_be(IDLE, _exact))
ROUNDED_UP_IDLE = would_be(IDLE, *_whole(_exact, math.ceil, round))
ROUNDED_FIRST = would_be(
    IDLE,
    *_whole(lambda host, app, wall, share: all_busy(host, app, wall) / share, *_ANY),
    lambda host, app, wall, share: all_busy(host, app, wall) // share,  # floors the decimals: 492 // 0.1 is 4,919
)
OF_100 = would_be(IDLE, *_whole(lambda host, app, wall, share: _exact(host, app, wall, share / 100), *_ANY))
TURNED_ROUND = would_be(
    IDLE,
    *_whole(lambda host, app, wall, share: _exact(host, app, wall) * share, *_ANY),
    *_whole(lambda host, app, wall, share: all_busy(host, app, wall) * share, *_ANY),
)
WALL_STAYS = would_be(IDLE, *_whole(lambda host, app, wall, share: host * 1024 / (app * share + wall)))
FUNCTION_STAYS = would_be(IDLE, *_whole(lambda host, app, wall, share: host * 1024 / (app + wall * share)))
SHARE_UNUSED = would_be(IDLE, lambda host, app, wall, share: all_busy(host, app, wall))
