"""Schedule expressions: AWS's rules one by one, its refusals, time zones, and another implementation as the judge."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalab import schedules
from lambdalab.schedules import InvalidSchedule, Schedule

VIENNA = ZoneInfo("Europe/Vienna")


def at(text: str, zone: ZoneInfo | None = None) -> float:
    """A time as seconds since 1970; in UTC if no zone is given."""
    return datetime.fromisoformat(text).replace(tzinfo=zone or UTC).timestamp()


def told(schedule: Schedule, after: float, number: int, zone: ZoneInfo | None = None) -> list[str]:
    """The next so many moments, as clocks show them."""
    found = []
    moment: float | None = after
    while len(found) < number and moment is not None:
        moment = schedule.next_after(moment)
        if moment is not None:
            found.append(datetime.fromtimestamp(moment, zone or UTC).strftime("%Y-%m-%d %H:%M"))
    return found


def cron(fields: str, after: str, number: int = 3) -> list[str]:
    return told(schedules.rule(f"cron({fields})", 0), at(after), number)


# -- rates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "seconds"),
    [
        ("1 minute", 60),
        ("5 minutes", 300),
        ("1 hour", 3600),
        ("12 hours", 43_200),
        ("1 day", 86_400),
        ("7 days", 604_800),
    ],
)
def test_a_rate_of_a_rule_counts_from_its_creation(unit: str, seconds: int) -> None:
    rule = schedules.rule(f"rate({unit})", 1_000.5)
    assert [rule.next_after(1_000.5), rule.next_after(1_000.5 + seconds)] == [1_000.5 + seconds, 1_000.5 + 2 * seconds]
    assert rule.next_after(1_000.5 + 1.5 * seconds) == 1_000.5 + 2 * seconds


def test_a_rate_of_the_scheduler_begins_at_once() -> None:
    schedule = schedules.scheduler("rate(5 minutes)", "UTC", 7_000)
    assert [schedule.next_after(0), schedule.next_after(6_999), schedule.next_after(7_000)] == [7_000, 7_000, 7_300]


RECORDED_BAD_RATES = [
    "rate(10 seconds)",
    "rate(10 years)",
    "rate(1 minutes)",
    "rate(1 hours)",
    "rate(1 days)",
    "rate(10 minute)",
    "rate(10 hour)",
    "rate(10 day)",
    "rate()",
    "rate(10)",
    "rate(10 minutess)",
    "rate(foo minutes)",
    "rate(0 minutes)",
    "rate(-10 minutes)",
    "rate(10 MINUTES)",
    "rate( 10 minutes )",
    " rate(10 minutes)",
]
"""Recorded from AWS: each was refused for a rule."""
RECORDED_BAD_CRONS = [
    "cron(0 1 * * * *)",
    "cron(7 20 * * NOT *)",
    "cron(INVALID)",
    "cron(0 dummy ? * MON-FRI *)",
    "cron(71 8 1 * ? *)",
    "cron()",
]
"""Recorded from AWS: each was refused, by rules or the Scheduler."""
RECORDED_GOOD_CRONS = [
    "cron(0 2 ? * SAT *)",
    "cron(5,35 14 * * ? *)",
    "cron(15 10 ? * 6L 2002-2005)",
    "cron(0 2 ? * SAT#3 *)",
    "cron(* * ? * SAT#3 *)",
    "cron(0/5 5 ? JAN 1-5 2022)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0/30 20-23 ? * MON-FRI *)",
    "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
    "cron(1-31/30 1-1 ? * 1,7 *)",
]
"""Taken by AWS, as recorded or reported."""


@pytest.mark.parametrize("expression", [*RECORDED_BAD_RATES, *RECORDED_BAD_CRONS])
def test_a_rule_refuses_what_aws_refused_with_its_sentence_and_ours(expression: str) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        schedules.rule(expression, 0)
    assert refused.value.text == "Parameter ScheduleExpression is not valid."
    assert refused.value.why.endswith(".") and refused.value.why[0].isupper()


@pytest.mark.parametrize(
    "expression", [*RECORDED_BAD_CRONS, "rate(10 seconds)", "rate( 10 minutes )", "rate(-10 minutes)"]
)
def test_the_scheduler_repeats_the_expression_that_it_refuses(expression: str) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        schedules.scheduler(expression, "UTC", 0)
    assert refused.value.text == f"Invalid Schedule Expression {expression}."


@pytest.mark.parametrize("expression", RECORDED_GOOD_CRONS)
def test_a_rule_takes_what_aws_took(expression: str) -> None:
    schedules.rule(expression, 0)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("cron(0 3 * * *)", "six fields, and here are 5"),
        ("cron(0 3 * * * *)", "both day fields are given"),
        ("cron(0 3 1 * MON *)", "both day fields are given"),
        ("cron(0 3 ? * ? *)", "both day fields are \\?"),
        ("rate(1 minutes)", "singular for 1 .* rate\\(1 minute\\)"),
        ("rate(5 minute)", "rate\\(5 minutes\\)"),
        ("rate(30 seconds)", "unit seconds is not known"),
        ("rate(5  minutes)", "one blank"),
        ("at(2026-01-01T00:00:00)", "for EventBridge Scheduler"),
        ("cron(60 3 * * ? *)", "field minute cannot be 60: it goes from 0 to 59"),
        ("cron(0 24 * * ? *)", "field hour cannot be 24"),
        ("cron(0 3 32 * ? *)", "day of month cannot be 32"),
        ("cron(0 3 * 13 ? *)", "month cannot be 13: it goes from 1 to 12 or JAN to DEC"),
        ("cron(0 3 ? * 0 *)", "day of week cannot be 0: it goes from 1 to 7 or SUN to SAT"),
        ("cron(0 3 * * ? 1969)", "year cannot be 1969"),
        ("cron(0 3 * * ? 2200)", "year cannot be 2200"),
        ("cron(*/60 * * * ? *)", "step 60 of the field minute"),
        ("cron(*/0 * * * ? *)", "step 0"),
        ("cron(30-10 * * * ? *)", "runs backwards"),
        ("cron(0 3 ? * 3#1,6#3 *)", "only one day of the week"),
        ("cron(0 3 ? * 3#6 *)", "1 to 5"),
        ("cron(0 3 WL * ? *)", "cannot be WL"),
        ("cron(0 3 1-5W * ? *)", "after one day of the month"),
        ("cron(0,, 3 * * ? *)", "cannot be empty"),
        ("every day", "Write rate"),
    ],
)
def test_our_own_sentence_says_which_part_is_wrong(expression: str, why: str) -> None:
    with pytest.raises(InvalidSchedule, match=why):
        schedules.rule(expression, 0)


# -- cron ------------------------------------------------------------------------------------------------------------


def test_three_in_the_morning_is_utc() -> None:
    assert cron("0 3 * * ? *", "2026-01-01T03:00", 2) == ["2026-01-02 03:00", "2026-01-03 03:00"]


def test_lists_ranges_and_steps() -> None:
    assert cron("0,30 9-10 * * ? *", "2026-01-01T00:00", 4) == [
        f"2026-01-01 {t}" for t in ("09:00", "09:30", "10:00", "10:30")
    ]
    assert cron("1/20 0 * * ? *", "2026-01-01T00:00") == [f"2026-01-01 00:{m}" for m in ("01", "21", "41")]
    assert cron("*/25 0 * * ? *", "2025-12-31T23:59") == [f"2026-01-01 00:{m}" for m in ("00", "25", "50")]


def test_names_of_months_and_days() -> None:
    assert cron("0 8 ? JAN,MAR MON *", "2026-01-20T00:00") == [
        "2026-01-26 08:00",
        "2026-03-02 08:00",
        "2026-03-09 08:00",
    ]


def test_sunday_is_1_and_saturday_7() -> None:
    assert cron("0 0 ? * 1,7 *", "2026-01-01T00:00", 2) == ["2026-01-03 00:00", "2026-01-04 00:00"]  # Saturday, Sunday


def test_l_is_the_last_day_of_the_month_and_6l_its_last_friday() -> None:
    assert cron("0 0 L * ? *", "2028-01-31T12:00", 2) == ["2028-02-29 00:00", "2028-03-31 00:00"]
    assert cron("0 0 ? * 6L *", "2026-01-01T00:00", 2) == ["2026-01-30 00:00", "2026-02-27 00:00"]
    assert cron("0 0 ? * L *", "2026-01-01T00:00", 1) == ["2026-01-03 00:00"]  # alone it is the last day of the week


def test_w_is_the_workday_nearest_to_a_day_in_the_same_month() -> None:
    # 2026: August 1 is a Saturday, November 1 a Sunday, May 31 a Sunday, August 15 a Saturday.
    assert cron("0 0 1W 8,11 ? 2026", "2026-01-01T00:00", 2) == ["2026-08-03 00:00", "2026-11-02 00:00"]
    assert cron("0 0 31W 5 ? 2026", "2026-01-01T00:00", 1) == ["2026-05-29 00:00"]
    assert cron("0 0 15W 8 ? 2026", "2026-01-01T00:00", 1) == ["2026-08-14 00:00"]
    assert cron("0 0 31W 2,3 ? 2026", "2026-01-01T00:00", 2) == ["2026-03-31 00:00"]  # February has no 31st


def test_hash_is_the_nth_day_of_its_kind_and_may_be_missing() -> None:
    assert cron("0 0 ? * 3#2 *", "2026-01-01T00:00", 2) == ["2026-01-13 00:00", "2026-02-10 00:00"]
    assert cron("0 0 ? * SAT#5 *", "2026-01-01T00:00", 2) == ["2026-01-31 00:00", "2026-05-30 00:00"]


def test_a_cron_of_past_years_or_of_no_date_never_fires() -> None:
    assert cron("15 10 ? * 6L 2002-2005", "2026-01-01T00:00") == []
    assert cron("0 0 30 2 ? *", "2026-01-01T00:00") == []
    assert cron("59 23 31 12 ? 2199", "2199-12-31T23:58", 2) == ["2199-12-31 23:59"]


def test_a_moment_within_a_minute_counts_as_after_it() -> None:
    rule = schedules.rule("cron(* * * * ? *)", 0)
    assert rule.next_after(at("2026-01-01T00:00:00")) == at("2026-01-01T00:01:00")
    assert rule.next_after(at("2026-01-01T00:00:59.5")) == at("2026-01-01T00:01:00")


# -- time zones ------------------------------------------------------------------------------------------------------


def test_a_schedule_keeps_the_clocks_of_its_zone_in_summer_and_winter() -> None:
    schedule = schedules.scheduler("cron(0 9 * * ? *)", "Europe/Vienna", 0)
    assert told(schedule, at("2026-03-28T00:00"), 2) == ["2026-03-28 08:00", "2026-03-29 07:00"]


def test_a_time_that_the_clocks_leave_out_is_skipped() -> None:
    schedule = schedules.scheduler("cron(30 2 * * ? *)", "Europe/Vienna", 0)
    days = told(schedule, at("2026-03-27T12:00"), 2, VIENNA)
    assert days == ["2026-03-28 02:30", "2026-03-30 02:30"]  # on the 29th two o'clock is three


def test_a_time_that_comes_twice_counts_once() -> None:
    schedule = schedules.scheduler("cron(30 2 * * ? *)", "Europe/Vienna", 0)
    assert told(schedule, at("2026-10-24T12:00"), 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]


def test_a_rate_in_days_is_24_hours_whatever_the_clocks_do() -> None:
    schedule = schedules.scheduler("rate(1 day)", "Europe/Vienna", at("2026-03-28T12:00", VIENNA))
    assert told(schedule, 0, 2, VIENNA) == ["2026-03-28 12:00", "2026-03-29 13:00"]


def test_one_time_is_a_time_of_the_zone() -> None:
    schedule = schedules.scheduler("at(2026-07-01T09:00:00)", "Asia/Kolkata", 0)
    assert told(schedule, 0, 5) == ["2026-07-01 03:30"]


@pytest.mark.parametrize("bad", ["at(2021-12-31T23:59:59Z)", "at(2021-12-31)", "at(2026-02-30T00:00:00)", "at()"])
def test_one_time_has_seconds_and_no_zone(bad: str) -> None:
    with pytest.raises(InvalidSchedule, match=re.escape(f"Invalid Schedule Expression {bad}.")):
        schedules.scheduler(bad, "UTC", 0)


@pytest.mark.parametrize("zone", ["Europe/Wien", "", "../etc/passwd", "Mars/Base"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(InvalidSchedule, match="There is no time zone"):
        schedules.scheduler("rate(1 minute)", zone, 0)


# -- another implementation as the judge -----------------------------------------------------------------------------


def field(low: int, high: int) -> st.SearchStrategy[str]:
    """A field as both implementations read it: *, a step, a range with or without a step, or a list.

    A range of one, such as 8-8/2, is left out: cronsim goes on from it to the end.
    """
    number = st.integers(low, high)
    span = st.tuples(number, number).filter(lambda ends: ends[0] != ends[1]).map(sorted)
    step = st.integers(1, max(high - low, 1) - 1)
    part = st.one_of(
        number.map(str),
        span.map(lambda s: f"{s[0]}-{s[1]}"),
        st.tuples(span, step).map(lambda s: f"{s[0][0]}-{s[0][1]}/{s[1]}"),
        st.tuples(number, step).map(lambda s: f"{s[0]}/{s[1]}"),
    )
    return st.one_of(st.just("*"), step.map(lambda s: f"*/{s}"), st.lists(part, min_size=1, max_size=3).map(",".join))


WEEKDAYS = st.one_of(
    st.lists(st.integers(1, 7), min_size=1, max_size=3).map(lambda days: ("d", days)),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda nth: ("#", nth)),
    st.integers(1, 7).map(lambda day: ("L", day)),
)


def pair(day: tuple[str, object]) -> tuple[str, str]:
    """A day of the week for AWS, where Sunday is 1, and for cronsim, where it is 0."""
    kind, what = day
    if kind == "d":
        assert isinstance(what, list)
        return ",".join(map(str, what)), ",".join(str(number - 1) for number in what)
    if kind == "#":
        assert isinstance(what, tuple)
        return f"{what[0]}#{what[1]}", f"{what[0] - 1}#{what[1]}"
    assert isinstance(what, int)
    return f"{what}L", f"{what - 1}L"


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
DAYS = st.one_of(st.sampled_from(["L", "LW"]), field(1, 28))  # from 29 on, cronsim gives up after fifty years


@settings(max_examples=100)
@given(field(0, 59), field(0, 23), DAYS, field(1, 12), MOMENTS)
def test_another_implementation_finds_the_same_times_by_day_of_the_month(
    minute: str, hour: str, day: str, month: str, moment: datetime
) -> None:
    ours = schedules.rule(f"cron({minute} {hour} {day} {month} ? *)", 0)
    judge = [t.strftime("%Y-%m-%d %H:%M") for t in islice(CronSim(f"{minute} {hour} {day} {month} *", moment), 5)]
    assert told(ours, moment.timestamp(), 5) == judge


@settings(max_examples=100)
@given(field(0, 59), field(0, 23), WEEKDAYS, MOMENTS)
def test_another_implementation_finds_the_same_times_by_day_of_the_week(
    minute: str, hour: str, day: tuple[str, object], moment: datetime
) -> None:
    ours, theirs = pair(day)
    schedule = schedules.rule(f"cron({minute} {hour} ? * {ours} *)", 0)
    judge = [t.strftime("%Y-%m-%d %H:%M") for t in islice(CronSim(f"{minute} {hour} * * {theirs}", moment), 5)]
    assert told(schedule, moment.timestamp(), 5) == judge


@settings(max_examples=60)
@given(st.integers(1, 31), MOMENTS)
def test_the_nearest_workday_is_what_a_search_over_the_month_finds(day: int, moment: datetime) -> None:
    ours = schedules.rule(f"cron(0 0 {day}W * ? *)", 0).next_after(moment.timestamp())
    assert ours is not None
    found = datetime.fromtimestamp(ours, UTC)
    wanted = datetime(found.year, found.month, day, tzinfo=UTC)
    month = [datetime(found.year, found.month, 1, tzinfo=UTC) + timedelta(days=number) for number in range(31)]
    workdays = [date for date in month if date.month == found.month and date.weekday() < 5]
    assert found == min(workdays, key=lambda date: abs(date - wanted))
