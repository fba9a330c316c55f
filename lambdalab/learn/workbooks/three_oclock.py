"""Exercise 08.3, every night at three: the student's schedule, for a day of the lab's clock and a week more.

A rule of the check's own has the schedule and calls the student's function. One environment serves all nights. What a
schedule would do is reckoned first, so that nobody waits for one that fires each minute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdalab import schedules
from lambdalab.learn.exercises import Case, Hit, Message, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import kind_of
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks.exports import FUNCTION, filled, there

_RULE, _GROWING = "ex08-nightly-check", "growing.csv"
_FIELDS = "A cron names minute, hour, day of the month, month, day of the week and year, in UTC."
_OFTEN = 24
_KEPT = 2 * 24 * 60  # minutes


def cases() -> Sequence[Case]:
    planned: dict[str, Any] = {}  # the clock is turned once

    def looked_at(what: str) -> Callable[[Work], Seen]:
        def run(work: Work) -> Seen:
            if not planned:
                planned.update(_turned(work))
            return _at_three(work, planned, what)

        return run

    return [
        Case("the clock, turned by a day", "", looked_at("day"), about="day"),
        Case("the clock, turned by a week more", "", looked_at("week"), about="week"),
        Case("a file that grew old in that week", "", looked_at("grown"), about="grown"),
    ]


def _turned(work: Work) -> dict[str, Any]:
    """When the schedule called the function, in a day and in the week after it; or AWS's refusal."""
    schedule = _schedule(work)
    with _rule(work, schedule) as arn:
        if isinstance(arn, ClientError):
            return {"refused": str(arn.response["Error"]["Message"])}
        now = datetime.now(UTC).timestamp() + work.lab.clock.ahead_seconds
        if len(_moments(schedule, now)) > _OFTEN:
            return {"often": True}
        filled(work, {_GROWING: 28.5})
        day = _runs(work, arn, hours=24)
        if not _once_at_three(day, 1):
            return {"day": day}
        week = _runs(work, arn, hours=24 * 7)
        left = bool(there(work, [_GROWING]))
        filled(work, {})
        return {"day": day, "week": week, "left": left}


def _schedule(work: Work) -> str:
    said = work.names["schedule"]
    if said is ... or said == "":
        raise Unwritten(unwritten("schedule"))
    if not isinstance(said, str):
        raise Stop(Message(f"`schedule` is {kind_of(said)}.", "It must be a text: the expression for `put_rule`."))
    return said


def _moments(schedule: str, now: float) -> list[float]:
    """When it would run in the next day, the first of them; so that nobody waits for 1,440 runs."""
    known, moment = schedules.rule(schedule, now), now
    moments: list[float] = []
    while (following := known.next_after(moment)) is not None and following < now + 86_400 and len(moments) < 30:
        moments.append(moment := following)
    return moments


@contextmanager
def _rule(work: Work, schedule: str) -> Iterator[str | ClientError]:
    """A rule of the check's own that calls the student's function, with its permission; or AWS's refusal."""
    events, client = work.lab.client("events"), work.client
    try:
        arn = str(events.put_rule(Name=_RULE, ScheduleExpression=schedule)["RuleArn"])
    except ClientError as refused:
        yield refused
        return
    allowed = {"FunctionName": FUNCTION, "StatementId": _RULE}
    kept = work.lab.keep_alive()
    with suppress(ClientError):  # left by a check that was interrupted
        client.remove_permission(**allowed)
    try:
        client.add_permission(
            **allowed, Action="lambda:InvokeFunction", Principal="events.amazonaws.com", SourceArn=arn
        )
        target = work.settings(FUNCTION)["FunctionArn"]
        events.put_targets(Rule=_RULE, Targets=[{"Id": "1", "Arn": target}])
        work.lab.keep_alive(_KEPT)  # one environment does for all nights
        yield arn
    finally:
        work.lab.keep_alive(least=kept.least, most=kept.most)
        client.remove_permission(**allowed)
        events.remove_targets(Rule=_RULE, Ids=["1"])
        events.delete_rule(Name=_RULE)


def _runs(work: Work, arn: str, hours: int) -> list[datetime]:
    """Turn the clock, and tell when the rule has called the function meanwhile."""
    known = {step.span for step in work.lab.steps(kind="delivery", source=arn)}
    work.lab.clock.advance(hours=hours)
    steps = [step for step in work.lab.steps(kind="delivery", source=arn) if step.span not in known]
    return [datetime.fromtimestamp(step.began, UTC) for step in steps]


def _once_at_three(times: Sequence[datetime], count: int) -> bool:
    return len(times) == count and all((time.hour, time.minute) == (3, 0) for time in times)


def _at_three(work: Work, planned: Mapping[str, Any], what: str) -> Seen:
    schedule = str(work.names["schedule"])

    def seen(right: bool, shown: str, idea: str = _FIELDS, *, told: bool = True) -> Seen:
        text = Message(f"`{schedule}`: {shown}.", idea, work.exercise.look).within_limit()
        return Seen(right, shown, schedule, facts=planned, rows=None if told else (), message=text)

    if "refused" in planned:
        return seen(False, f'AWS refuses it, "{planned["refused"].rstrip(".")}"', _why(schedule), told=what == "day")
    if "often" in planned:
        return seen(False, f"it would run more than {_OFTEN} times a day", told=what == "day")
    if what != "day" and "week" not in planned:
        return seen(False, "not tried", told=False)
    if what == "grown":
        late = "a file of more than 35 days is still there" if planned["left"] else "the file was deleted"
        return seen(not planned["left"], late, "The lab's clock has gone on, and the event's `time` tells how far.")
    times = planned[what]
    said = ", ".join(dict.fromkeys(f"{time:%H:%M}" for time in times[:3]))
    number = {0: "it did not run", 1: "it ran once"}.get(len(times), f"it ran {len(times)} times")
    right = _once_at_three(times, 1 if what == "day" else 7)
    return seen(right, f"in a {what} {number}" + (f", at {said} UTC" if said else ""))


def _why(schedule: str) -> str:
    """Which part of it AWS does not take, without the answer at the end."""
    if not re.fullmatch(r"(cron|rate|at)\(.*\)", schedule):
        return "The word `cron` stands first. Its fields follow in round brackets, with no blank beside those."
    try:
        schedules.rule(schedule, 0.0)
    except schedules.InvalidSchedule as invalid:
        return invalid.why.partition(": cron(")[0].rstrip(".").replace("is ?", "is `?`") + "."
    return ""


# -- wrong answers -----------------------------------------------------------------------------------------------------


def _failed(tried: Sequence[Tried]) -> Tried | None:
    return next((one for one in tried if one.case.about == "day" and not one.seen.ok), None)


def a_rate(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _failed(tried)
    times = one.seen.facts.get("day") if one else None
    rate = one is not None and str(one.seen.value).startswith("rate(")
    return Hit(one, {"time": f"{times[0]:%H:%M} UTC"}) if one and rate and times else None


def five_fields(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _failed(tried)
    if one is None or "refused" not in one.seen.facts:
        return None
    said = str(one.seen.value)
    fields = said.removeprefix("cron(").removesuffix(")").split()
    return Hit(one, {"schedule": said}) if len(fields) == 5 else None
