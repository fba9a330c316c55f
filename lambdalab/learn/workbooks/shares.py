"""Exercise 09.3, share out a thousand: the student's reservations, and a day with them.

Whether Lambda takes the numbers is asked of the lab, in a region where nothing else is reserved. The day is reckoned
hour by hour: arrivals are evenly spaced, so how many run at once is rate times duration, and a crowd is its number.
The partner's calls are asynchronous: those that find no room wait, in the order in which they came, and Lambda drops
them after six hours. What still waits at midnight is worked off afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Message, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks.own import RUNTIME, code

CHECKOUT, THUMBNAILS, PARTNER, REPORTS, UNLISTED = "checkout", "thumbnails", "partner", "reports", "unlisted"
NAMES = (CHECKOUT, THUMBNAILS, PARTNER, REPORTS)
LIMIT, CONNECTIONS, OLDEST_HOURS = 1_000, 40, 6
IMPORT_HOUR, IMPORT = 3, 5_000
_REGION = "eu-central-1"  # a part of the thousand may be reserved in the notebook's region already


@dataclass(frozen=True)
class Hour:
    """What comes in one hour of the day.

    Args:
        checkout: calls a second, of 400 ms each.
        thumbnails: uploads at the same moment.
        partner: calls a second, of 2,000 ms each.
        reports: at the same moment.
        unlisted: calls of the other functions at the same moment.
    """

    checkout: int
    thumbnails: int
    partner: int
    reports: int
    unlisted: int

    def at_once(self) -> dict[str, int]:
        """How many run at the same moment, if nobody is refused; all five divide without a rest."""
        return {
            CHECKOUT: self.checkout * 400 // 1000,
            THUMBNAILS: self.thumbnails,
            PARTNER: self.partner * 2,
            REPORTS: self.reports,
            UNLISTED: self.unlisted,
        }


_CHECKOUT = (
    *(50, 20, 10, 10, 10, 20, 50, 100, 150, 150, 150, 200),
    *(200, 150, 150, 150, 150, 200, 250, 300, 300, 200, 100, 50),
)
_PARTNER = (*[2] * 8, *[10] * 10, *[30] * 2, *[9] * 2, *[2] * 2)
DAY = tuple(
    Hour(
        checkout=_CHECKOUT[hour],
        thumbnails=800 if hour in (12, 20) else 0,
        partner=_PARTNER[hour],
        reports=10 if hour in (6, 20) else 0,
        unlisted=IMPORT if hour == IMPORT_HOUR else 10,
    )
    for hour in range(24)
)
"""The day that the workbook prints."""


def cases(rng: random.Random | None) -> Sequence[Case]:
    """One day for all: any numbers that pass it are right, so there are no others to try.

    With numbers that Lambda does not take there is no such day, so the rest is not run.
    """
    refusals: list[Seen] = []

    def taken(work: Work) -> Seen:
        seen = _taken(work)
        if not seen.ok:
            refusals.append(seen)
        return seen

    checks: Mapping[str, Callable[[Mapping[str, int]], tuple[str, Mapping[str, object]]]] = {
        CHECKOUT: _checkout,
        PARTNER: _partner,
        "a burst of thumbnails": _burst,
        "the reports": _reports,
        "the unlisted functions": _unlisted,
    }
    return [
        Case("Lambda takes the reservations", "", taken, about="taken"),
        *(_part(what, look, refusals) for what, look in checks.items()),
    ]


def _part(
    what: str, look: Callable[[Mapping[str, int]], tuple[str, Mapping[str, object]]], refusals: Sequence[Seen]
) -> Case:
    def run(work: Work) -> Seen:
        if refusals:
            return Seen(False, "not run")
        wrong, facts = look(_said(work))
        return Seen(not wrong, wrong or "as it should be", facts=facts)

    return Case(f"{what}, all day", "", run, about=what)


def _said(work: Work) -> dict[str, int]:
    """The student's reservations.

    Raises:
        Unwritten: they are not filled in.
        Stop: they are no dictionary of whole numbers.
    """
    value = work.names["reserved"]
    if value is ...:
        raise Unwritten(unwritten("reserved"))
    if not isinstance(value, Mapping):
        raise Stop(Message(f"`reserved` is {kind_of(value)}.", "It must be a dictionary: `{name: number, …}`."))
    said: dict[str, int] = {}
    for name, number in value.items():
        if name not in NAMES:
            known = ", ".join(f'"{one}"' for one in NAMES)
            raise Stop(Message(f"`reserved` has the key {short(name)}.", f"A part can be reserved for {known}."))
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number) or number < 0:
            text = f'`reserved["{name}"]` is {short(number)}.'
            raise Stop(Message(text, "It must be a whole number of environments."))
        said[name] = int(number)
    return said


# -- the day -----------------------------------------------------------------------------------------------------------


def pool(said: Mapping[str, int]) -> int:
    """What is left for all who have no reservation."""
    return LIMIT - sum(said.values())


def refused(name: str, hour: int, said: Mapping[str, int]) -> int:
    """How many of a function's calls may be refused in this hour, at the same moment.

    In the common part whoever comes last is refused, so each of those who share it may be.
    """
    wanted = DAY[hour].at_once()
    if name in said:
        return max(0, wanted[name] - said[name])
    asked = sum(count for one, count in wanted.items() if one not in said)
    return min(wanted[name], max(0, asked - pool(said)))


def _worst(name: str, said: Mapping[str, int], hours: Sequence[int] = range(24)) -> tuple[str, dict[str, object]]:
    """The hour in which most of its calls are refused, in words; "" when none is. How many would tell the answer."""
    hour = max(hours, key=lambda hour: refused(name, hour, said))
    facts: dict[str, object] = {"hour": hour, "said": said, "name": name}
    return (f"some were refused, worst at {hour} o'clock" if refused(name, hour, said) else ""), facts


def _checkout(said: Mapping[str, int]) -> tuple[str, Mapping[str, object]]:
    return _worst(CHECKOUT, said)


def _burst(said: Mapping[str, int]) -> tuple[str, Mapping[str, object]]:
    return _worst(THUMBNAILS, said)


def _reports(said: Mapping[str, int]) -> tuple[str, Mapping[str, object]]:
    return _worst(REPORTS, said)


def _unlisted(said: Mapping[str, int]) -> tuple[str, Mapping[str, object]]:
    """In the hour of the import they are the crowd themselves."""
    return _worst(UNLISTED, said, [hour for hour in range(24) if hour != IMPORT_HOUR])


def _partner(said: Mapping[str, int]) -> tuple[str, Mapping[str, object]]:
    """How many connections the partner sees, and how long a call waits for one of them."""
    wanted = [hour.at_once()[PARTNER] for hour in DAY]
    seen = max(min(count, said.get(PARTNER, count)) for count in wanted)
    waited = waits(said[PARTNER]) if PARTNER in said else 0.0
    facts: dict[str, object] = {"n": seen, "waited": waited, "said": said}
    if seen > CONNECTIONS:
        return f"{seen} connections at once", facts
    if waited > OLDEST_HOURS:
        return "some calls waited for more than six hours, and were dropped", facts
    return "", facts


def waits(ceiling: int) -> float:
    """How many hours the partner's last call waits at most, one after the other, with so many at once."""
    if not ceiling:
        return float("inf")
    waiting = longest = 0.0  # hours of one connection
    for hour in DAY:
        waiting = max(0.0, waiting + hour.at_once()[PARTNER] - ceiling)
        longest = max(longest, waiting / ceiling)
    return longest


# -- what Lambda takes -------------------------------------------------------------------------------------------------


def _taken(work: Work) -> Seen:
    said = _said(work)
    with _functions(work) as (client, names):
        for name, number in said.items():
            try:
                client.put_function_concurrency(FunctionName=names[name], ReservedConcurrentExecutions=number)
            except ClientError as no:
                why = str(no.response["Error"]["Message"])
                facts = {"sum": f"{sum(said.values()):,}", "why": why}
                text = Message(f"AWS refuses {number} for {name}: {short(why, 60)}", work.exercise.idea)
                return Seen(False, f"refused at {name}: {why}", facts=facts, message=text.within_limit())
    return Seen(True, f"{pool(said)} are left for all others")


@contextmanager
def _functions(work: Work) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """One function for each name, in another region."""
    client = work.lab.client("lambda", region=_REGION)
    names = {name: f"ex09_{name}_check" for name in NAMES}
    settings = {"Runtime": RUNTIME, "Handler": "lambda_function.handler", "Role": work.lab.role}
    zip_file = code("def handler(event, context):\n    return None\n")
    try:
        for name in names.values():
            with suppress(client.exceptions.ResourceConflictException):  # left by a check that was interrupted
                client.create_function(FunctionName=name, Code={"ZipFile": zip_file}, **settings)
            client.delete_function_concurrency(FunctionName=name)
        yield client, names
    finally:
        for name in names.values():
            with suppress(client.exceptions.ResourceNotFoundException):
                client.delete_function(FunctionName=name)


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def _of(what: str, fits: Callable[[Mapping[str, Any]], Mapping[str, object] | None]) -> Detect:
    def look(one: Tried) -> Mapping[str, object] | None:
        return fits(one.seen.facts) if one.case.about == what and one.seen.facts else None

    return first(look)


TOO_MANY: Detect = _of("taken", lambda facts: facts)
SWITCHED_OFF: Detect = first(
    lambda one: next(({"name": name} for name, n in one.seen.facts.get("said", {}).items() if n == 0), None)
)
MANY_CONNECTIONS: Detect = _of(PARTNER, lambda facts: facts if PARTNER not in facts["said"] else None)
CEILING_TOO_HIGH: Detect = _of(
    PARTNER, lambda facts: facts if PARTNER in facts["said"] and facts["n"] > CONNECTIONS else None
)
DROPPED: Detect = _of(PARTNER, lambda facts: facts if facts["waited"] > OLDEST_HOURS else None)


def by_rate(one: Tried) -> Mapping[str, object] | None:
    """More than it ever runs at once is reserved for checkout, about its rate, and somebody else is refused for it."""
    if "name" not in one.seen.facts:
        return None
    said = one.seen.facts["said"]
    peak = max(hour.at_once()[CHECKOUT] for hour in DAY)
    rate = max(hour.checkout for hour in DAY)
    return {**one.seen.facts, "rate": rate} if said.get(CHECKOUT, 0) >= rate > peak else None


def own_ceiling(one: Tried) -> Mapping[str, object] | None:
    """A function's own reservation is smaller than what runs at once."""
    facts = one.seen.facts
    return facts if "name" in facts and facts["name"] in facts["said"] else None


def left_to_all(one: Tried) -> Mapping[str, object] | None:
    """A function without a reservation is refused, since others take the common part."""
    facts = one.seen.facts
    if "name" not in facts or facts["name"] in facts["said"]:
        return None
    name = "the unlisted functions" if facts["name"] == UNLISTED else facts["name"]
    return {**facts, "name": name, "left": pool(facts["said"])}
