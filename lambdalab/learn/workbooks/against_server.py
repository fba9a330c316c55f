"""Exercise 11.4, where the server wins: the student's break-even beside the right one and typical wrong ones.

The right one is the cost model's (`models/servers.py`). What is said of an unknown wrong number is what both sides cost
with so many calls, so that it can be seen and not only believed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lambdalab.facts import price
from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Case, Detect, Message, Seen, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import formulas
from lambdalab.learn.workbooks.formulas import is_number, near, shown
from lambdalab.models.cost import invocation_price
from lambdalab.models.months import HOURS
from lambdalab.models.servers import break_even, capacity
from lambdalab.show.numbers import money

NAME = "break_even"
ROOMS = ("busy", "all", "none")  # in which hours a server takes calls; the first is right
_SHARE = 0.01
_CLEAR = 0.12  # how far a drawn break-even stays away from what one server takes, as a share
Given = tuple[int, int, float, float, float]
_HOURS_PRICED = (0.0104, 0.0168, 0.0416, 0.0816, 0.1008)


def right(given: Given) -> int | None:
    return break_even(*given)


def cases(rng: random.Random | None) -> Sequence[Case]:
    tried: list[tuple[str, Given]] = [
        ("the example", (512, 200, 0.0416, 50, 24)),
        ("a server that can do 4 a second", (512, 200, 0.0416, 4, 24)),
        ("a server that can do 7 a second", (512, 200, 0.0416, 7, 24)),
        ("short calls", (128, 20, 0.0104, 100, 24)),
        ("eight hours a day", (512, 200, 0.0416, 50, 8)),
        ("eight hours a day, 15 a second", (512, 200, 0.0416, 15, 8)),
        ("a whole CPU", (1_769, 100, 0.08925, 20, 24)),
        ("a whole CPU, nine hours a day", (1_769, 100, 0.08925, 20, 9)),
        ("short calls, two hours a day", (128, 20, 0.0104, 30, 2)),
    ]
    if rng is not None:
        tried[2:] = [
            ("one is enough", _drawn(rng, 24, enough=True)),
            ("one is not enough", _drawn(rng, 24, enough=False)),
            ("short calls", (128, rng.choice((15, 25, 30)), 0.0104, 100, 24)),
            ("eight hours a day", _drawn(rng, 8, enough=True)),
            ("ten hours a day", _drawn(rng, 10, enough=False, but=True)),
            ("short calls, two hours a day", (128, rng.choice((15, 25, 30)), 0.0104, rng.randint(25, 40), 2)),
        ]
    tried += [  # so near to what one server takes that a month of another length says something else
        ("a server that can do 6.13 a second", (512, 200, 0.0416, 6.13, 24)),
        ("a server that can do 6.25 a second", (512, 200, 0.0416, 6.25, 24)),
    ]
    return [_case(*one) for one in tried]


def _drawn(draw: random.Random, hours: int, *, enough: bool, but: bool = False) -> Given:
    """Some server and function, for which one server is enough or not.

    Args:
        but: it would be enough if the calls came all day.
    """
    while True:
        mb, ms = draw.choice((256, 512, 1_024, 1_769)), 10 * draw.randint(5, 60)
        given = (mb, ms, draw.choice(_HOURS_PRICED), draw.randint(2, 80), hours)
        full = _share_of_one(given)
        all_day = _share_of_one((*given[:4], 24))
        clear = abs(full - 1) > _CLEAR and abs(all_day - 1) > _CLEAR
        if clear and (full < 1) == enough and (not but or all_day < 1):
            return given


def _share_of_one(given: Given) -> float:
    """The break-even of one server as a share of what it takes."""
    return _one_server(given) / _room(given)


def _one_server(given: Given) -> float:
    mb, ms, hour, _, _ = given
    return HOURS * hour / float(invocation_price(ms, mb))


def _room(given: Given) -> float:
    _, _, _, rps, hours = given
    return float(capacity(rps, hours_a_day=hours))


def _case(tried: str, given: Given) -> Case:
    expected = right(given)
    args = given if given[4] != 24 else given[:4]
    event = f"{NAME}({', '.join(map(str, args))})"

    def judged(value: Any) -> Seen:
        if value is None:
            if expected is None:
                return Seen(True, "None", None)
            return Seen(False, "got `None`, and there is a number", None, message=_there_is_one(tried, given))
        if not is_number(value) or value <= 0:
            seen = f"{sentence(tried)}: you say {short(value)}."
            asked = "Asked is a number of calls above zero, or `None` where there is no such number."
            return Seen(False, f"got {short(value)}", value, message=Message(seen, asked))
        if expected is not None and near(float(value), expected, _SHARE):
            return Seen(True, f"{float(value) / 1e6:,.4g} million", value)
        return Seen(False, f"got {calls(value)}", value, message=_both(tried, given, float(value)))

    def run(work: Work) -> Seen:
        formulas.write_it_yourself(work, NAME, break_even)
        return formulas.answered(work, NAME, args, judged)

    return Case(tried, event, run, about=(NAME, given))


def calls(number: float) -> str:
    return f"{float(number) / 1e6:,.4g} million" if number >= 1e5 else shown(float(number))


def _servers(given: Given, number: float) -> int:
    return max(1, math.ceil(number / _room(given)))


def _prices(given: Given, number: float) -> tuple[str, str]:
    """What Lambda and enough servers cost with so many calls a month."""
    mb, ms, hour, _, _ = given
    on_lambda = Decimal(str(number)) * invocation_price(ms, mb)
    return money(on_lambda), money(_servers(given, number) * HOURS * Decimal(str(hour)))


def _both(tried: str, given: Given, number: float) -> Message:
    on_lambda, on_servers = _prices(given, number)
    many = _servers(given, number)
    stand = "one server costs" if many == 1 else f"{many:,} servers cost"
    what = sentence(tried)
    seen = f"{what}: you say {calls(number)}. With so many calls Lambda costs {on_lambda}, and {stand} {on_servers}."
    asked = "Asked is the smallest number at which enough servers cost no more, or `None`."
    return Message(seen, asked, "" if given[4] == 24 else "Look at which hours are paid, and in which calls come.")


def _there_is_one(tried: str, given: Given) -> Message:
    full = _room(given)
    on_lambda, on_server = _prices(given, full * 0.999999)
    seen = f"{sentence(tried)}: you say `None`."
    idea = (
        f"One server takes up to {calls(full)} calls a month: {on_lambda} on Lambda, and one server costs {on_server}."
    )
    return Message(seen, idea, "Look at what a server takes in a month.")


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def computed(
    *,
    request: bool = True,
    paid: str = "all",
    room: str = "busy",
    month_hours: float = HOURS,
    room_hours: float | None = None,
    ms_in_a_second: float = 1_000,
    mb_in_a_gb: float = 1_024,
    unit: float = 1,
    more: bool = False,
) -> formulas.Formula:
    """The break-even; what students get wrong can be set.

    Args:
        paid: the hours for which a server is paid, "all" or "busy"; "one" is a single hour.
        room: the hours in which it takes calls, "all" or "busy"; "none" looks at no room at all.
        room_hours: the month in which it takes calls, where that is another one than the month it is paid for.
        unit: the calls by which the result is divided.
        more: the price of as many servers as are needed is taken, and not looked at again.
    """

    def formula(mb: float, ms: float, hour: float, rps: float, hours: float) -> float | None:
        gb_s = ms / ms_in_a_second * mb / mb_in_a_gb
        one = gb_s * float(price("lambda.duration_x86_gb_s"))
        one += float(price("lambda.requests_per_million")) / 1e6 * request
        share = hours / 24
        found = hour * {"all": month_hours, "busy": month_hours * share, "one": 1}[paid] / one
        holds = rps * 3600 * (room_hours or month_hours) * (share if room == "busy" else 1)
        if more:
            return found * math.ceil(found / holds)
        if room != "none" and found > holds:
            return None
        return found / unit

    return formula


def would_be(*wrong: formulas.Formula) -> Detect:
    return formulas.would_be(NAME, *wrong, same=_same, values=told)


def would_be_at_night(*wrong: formulas.Formula) -> Detect:
    """The same for what shows where calls come in some hours only."""
    return formulas.would_be(NAME, *wrong, same=_same, values=told, shows=lambda one: one.case.about[1][4] != 24)


def _same(value: Any, other: Any) -> bool:
    if value is None or other is None:
        return value is other
    return is_number(value) and near(float(value), other, 0.001)


def told(one: Tried) -> Mapping[str, object]:
    """What the messages name: the number, the load, and the servers that it needs."""
    given: Given = one.case.about[1]
    _, ms, _, rps, hours = given
    number = float(one.seen.value or 0)
    seconds = HOURS * 3600 * hours / 24
    return {
        "what": sentence(one.case.tried),
        "got": "`None`" if one.seen.value is None else calls(number),
        "rps": f"{number / seconds:.1f}",
        "can": f"{rps:g}",
        "n": _servers(given, number),
        "hours": f"{hours:g}",
        "room": calls(_room(given)),
        "ms": f"{ms:g}",
        "p": f"{100 * abs(number / _one_server(given) - 1):.2g}",
    }
