"""Schedule expressions: when a rule or a schedule fires next, as a plain reckoning.

On AWS EventBridge's rules and EventBridge Scheduler read the same small language: `rate(5 minutes)`,
`cron(0 3 * * ? *)`, and the Scheduler also `at(2026-10-25T02:30:00)`. Rules know UTC only, the Scheduler any zone. Here
an expression is parsed once and then asked for the next moment. AWS refuses a bad one with a single sentence;
`InvalidSchedule` also says which part is wrong. Strict where AWS's pages are silent: names are in capitals, a range
does not go past the end of its field, and there is no `L-3`. Follows
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; lesson 08.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_RATE = re.compile(r"rate\((-?\d+) ([A-Za-z]+)\)")
_CRON = re.compile(r"cron\((\S+(?:\s+\S+)*)\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_END = datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()


class InvalidSchedule(ValueError):
    """An expression that AWS refuses.

    Args:
        text: AWS's own sentence.
        why: which part is wrong and what to write, in a sentence of ours.
    """

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text} {why}")
        self.text, self.why = text, why


class _Wrong(Exception):
    """What is wrong, before it is known whose sentence goes before it."""


class Schedule(Protocol):
    """What an expression means."""

    def next_after(self, moment: float) -> float | None:
        """The next moment after this one, both in seconds since 1970; None when there is none any more."""


@dataclass(frozen=True)
class Rate:
    """Every so many seconds, counted from `since`, in seconds since 1970; the first of them is `since` itself."""

    seconds: int
    since: float

    def next_after(self, moment: float) -> float | None:
        number = max(math.floor((moment - self.since) / self.seconds) + 1, 0)
        found = self.since + number * self.seconds
        return found if found < _END else None


@dataclass(frozen=True)
class At:
    """Once; None for a time that the clocks of its zone leave out."""

    moment: float | None

    def next_after(self, moment: float) -> float | None:
        return self.moment if self.moment is not None and self.moment > moment else None


@dataclass(frozen=True)
class Cron:
    """At minutes that six fields name, on the clocks of a zone.

    Args:
        days: the day-of-month field, and weekdays the day-of-week field, as written; one of them is "?".
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: str
    months: tuple[int, ...]
    weekdays: str
    years: tuple[int, ...]
    zone: ZoneInfo

    def next_after(self, moment: float) -> float | None:
        """As AWS says of daylight saving: a time that is left out is skipped, one that comes twice counts once."""
        if moment >= _END:
            return None
        wall = datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None)
        found = (_on_the_clocks(time, self.zone) for time in self._walls(wall))
        return next((time for time in found if time is not None and time > moment), None)

    def _walls(self, after: datetime) -> Iterator[datetime]:
        """The times that the fields name, in order, from the minute of `after` on."""
        minute = after.replace(second=0, microsecond=0)
        for year in self.years:
            for month in self.months:
                if (year, month) < (minute.year, minute.month):
                    continue
                for day in self._dates(year, month):
                    for hour in self.hours:
                        if datetime(year, month, day, hour, 59) < minute:
                            continue
                        yield from (datetime(year, month, day, hour, number) for number in self.minutes)

    def _dates(self, year: int, month: int) -> list[int]:
        """The days of a month that the day fields name."""
        first, length = calendar.monthrange(year, month)  # Monday is 0
        first = (first + 1) % 7 + 1  # Sunday is 1, as on AWS
        if self.days != "?":
            return sorted({d for part in self.days.split(",") for d in _month_days(part, first, length)})
        return sorted({d for part in self.weekdays.split(",") for d in _week_days(part, first, length)})


def rule(expression: str, since: float) -> Rate | Cron:
    """Parse the expression of an EventBridge rule.

    Args:
        since: when the rule was made, in seconds since 1970; a rate counts from it.

    Raises:
        InvalidSchedule: AWS would refuse it.
    """
    try:
        if expression.startswith("at("):
            raise _Wrong("at(…) is for EventBridge Scheduler. A rule takes rate(…) or cron(…).")
        found = _parse(expression, ZoneInfo("UTC"), since, strict=True)
        assert not isinstance(found, At)
        return found
    except _Wrong as wrong:
        raise InvalidSchedule("Parameter ScheduleExpression is not valid.", str(wrong)) from None


def scheduler(expression: str, zone: str, since: float) -> Rate | Cron | At:
    """Parse the expression of a schedule of EventBridge Scheduler. Unsure: AWS's sentence about an unknown zone.

    Args:
        zone: such as "Europe/Vienna"; rates do not ask for it.
        since: StartDate, or when the schedule was made, in seconds since 1970; a rate counts from it.

    Raises:
        InvalidSchedule: AWS would refuse it.
    """
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        why = f"There is no time zone {zone}. A zone has a name such as Europe/Vienna."
        raise InvalidSchedule("Invalid ScheduleExpressionTimezone.", why) from None
    try:
        return _parse(expression, known, since, strict=False)
    except _Wrong as wrong:
        raise InvalidSchedule(f"Invalid Schedule Expression {expression}.", str(wrong)) from None


def _parse(expression: str, zone: ZoneInfo, since: float, strict: bool) -> Rate | Cron | At:
    if found := _RATE.fullmatch(expression):
        return Rate(_seconds(int(found[1]), found[2], strict), since)
    if found := _CRON.fullmatch(expression):
        return _cron(found[1].split(), zone)
    if found := _AT.fullmatch(expression):
        return _at(found[1], zone)
    if expression.strip().lower().startswith("rate"):
        raise _Wrong("A rate is a number, one blank and a unit, with no other blanks: rate(5 minutes).")
    if expression.strip().lower().startswith("at"):
        raise _Wrong("One time is written with seconds and without a zone: at(2026-10-25T03:00:00).")
    raise _Wrong("Write rate(5 minutes), or cron(0 3 * * ? *) with its six fields, with no blank beside the brackets.")


def _seconds(number: int, unit: str, strict: bool) -> int:
    known = {name + ending: seconds for name, seconds in _UNITS.items() for ending in ("", "s")}
    if unit not in known:
        raise _Wrong(f"The unit {unit} is not known. A rate counts minutes, hours or days, in lower case.")
    if number < 1:
        raise _Wrong(f"A rate of {number} is not possible. The smallest is rate(1 minute).")
    if strict and (number == 1) == unit.endswith("s"):
        right = unit.rstrip("s") if number == 1 else f"{unit}s"
        raise _Wrong(f"The unit is singular for 1 and plural otherwise: rate({number} {right}).")
    return number * known[unit]


def _at(text: str, zone: ZoneInfo) -> At:
    try:
        return At(_on_the_clocks(datetime.fromisoformat(text), zone))
    except ValueError:
        raise _Wrong(f"There is no such date or time: {text}.") from None


def _on_the_clocks(wall: datetime, zone: ZoneInfo) -> float | None:
    """When the clocks of a zone show this for the first time; None when they never do."""
    moment = wall.replace(tzinfo=zone).timestamp()
    return moment if datetime.fromtimestamp(moment, zone).replace(tzinfo=None) == wall else None


def _cron(fields: list[str], zone: ZoneInfo) -> Cron:
    if len(fields) != 6:
        raise _Wrong(
            f"AWS's cron has six fields, and here are {len(fields)}: minute, hour, day of month, month, day of week, "
            "year. One of the two day fields is ?: cron(0 3 * * ? *)."
        )
    minutes, hours, days, months, weekdays, years = fields
    if (days == "?") == (weekdays == "?"):
        both = "both day fields are ?" if days == "?" else "both day fields are given"
        raise _Wrong(f"Day of month and day of week: {both}. Exactly one of them is ?: cron(0 3 * * ? *).")
    _check_month_days(days)
    _check_week_days(weekdays)
    return Cron(
        _values("minute", minutes, 0, 59),
        _values("hour", hours, 0, 23),
        days,
        _values("month", months, 1, 12, _MONTHS),
        weekdays,
        _values("year", years, _FIRST_YEAR, _LAST_YEAR),
        zone,
    )


def _values(field: str, text: str, low: int, high: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    """All values that a field names: lists of single values, ranges and steps."""
    return tuple(sorted({value for part in text.split(",") for value in _part(field, part, low, high, names)}))


def _part(field: str, text: str, low: int, high: int, names: tuple[str, ...]) -> range:
    body, slash, step = text.partition("/")
    if slash and not (step.isascii() and step.isdigit() and 1 <= int(step) <= max(high - low, 1)):
        raise _Wrong(f"The step {step or 'that is missing'} of the field {field} is not between 1 and {high - low}.")
    first, dash, last = body.partition("-")
    if body == "*":
        start, end = low, high
    else:
        start = _number(field, first, low, high, names)
        end = _number(field, last, low, high, names) if dash else high if slash else start
    if end < start:
        raise _Wrong(f"The range {body} of the field {field} runs backwards. Write two ranges, with a comma.")
    return range(start, end + 1, int(step) if slash else 1)


def _number(field: str, text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + low
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        named = f" or {names[0]} to {names[-1]}" if names else ""
        raise _Wrong(f"The field {field} cannot be {text or 'empty'}: it goes from {low} to {high}{named}.")
    return int(text)


def _check_month_days(field: str) -> None:
    for part in field.split(",") if field != "?" else ():
        if part in ("L", "LW"):
            continue
        _values("day of month", part.removesuffix("W"), 1, 31)
        if part.endswith("W") and not part[:-1].isdigit():
            raise _Wrong(f"W stands after one day of the month, as in 15W, and not as {part}.")


def _check_week_days(field: str) -> None:
    parts = field.split(",") if field != "?" else []
    for part in parts:
        day, hash_, number = part.partition("#")
        if hash_ and len(parts) > 1:
            raise _Wrong(f"With # there is only one day of the week, as in 3#2, and not {field}.")
        if hash_ and number not in ("1", "2", "3", "4", "5"):
            raise _Wrong(f"After # stands which one of the month, 1 to 5, and not {number or 'nothing'}.")
        if hash_ or (part.endswith("L") and part != "L"):
            _number("day of week", day if hash_ else part[:-1], 1, 7, _DAYS)
        elif part != "L":
            _values("day of week", part, 1, 7, _DAYS)


def _month_days(part: str, first: int, length: int) -> list[int]:
    """The days of a month that one part of the day-of-month field names.

    Args:
        first: the weekday of the first, 1 for Sunday to 7 for Saturday.
        length: of the month, in days.
    """
    if part == "L":
        return [length]
    if part.endswith("W"):
        day = length if part == "LW" else int(part[:-1])
        return [_nearest_workday(day, first, length)] if day <= length else []
    return [day for day in _values("day of month", part, 1, 31) if day <= length]


def _nearest_workday(day: int, first: int, length: int) -> int:
    """Monday to Friday nearest to a day, in the same month."""
    weekday = (first - 1 + day - 1) % 7 + 1
    if weekday == 7:
        return day - 1 if day > 1 else day + 2
    if weekday == 1:
        return day + 1 if day < length else day - 2
    return day


def _week_days(part: str, first: int, length: int) -> list[int]:
    """The days of a month that one part of the day-of-week field names; arguments as above."""
    day, hash_, number = part.partition("#")
    last = part.endswith("L") and part != "L"
    names = day if hash_ else part[:-1] if last else "7" if part == "L" else part
    wanted = _values("day of week", names, 1, 7, _DAYS)
    dates = [date for date in range(1, length + 1) if (first - 1 + date - 1) % 7 + 1 in wanted]
    if hash_:
        return dates[int(number) - 1 : int(number)]
    return dates[-1:] if last else dates
