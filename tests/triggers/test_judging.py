"""An alarm's state from its datapoints: the tables of AWS's page about missing data, and the reason in AWS's words."""

from __future__ import annotations

import json

import pytest

from lambdalab.events.alarms import Alarm
from lambdalab.triggers.judging import Point, judge

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:sick"
T = 1_769_990_400.0  # 2026-02-02 00:00:00
RETAIN = "the state before"


def points(text: str) -> list[Point]:
    """AWS's notation, the oldest first: 0 is good, X is bad, - is missing. The result has the newest first."""
    values = {"0": 0.0, "X": 99.0, "-": None}
    return [Point(T + 60.0 * number, values[sign]) for number, sign in enumerate(text.split())][::-1]


def state(alarm: Alarm, text: str, before: str) -> str:
    found = judge(alarm, points(text), before, T + 300)
    return found.value if found else before


def made(needed: int, missing: str) -> Alarm:
    return Alarm(
        ARN, "Health", "Failures", threshold=50.0, evaluation_periods=3, datapoints_to_alarm=needed, missing=missing
    )


TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
ALL_OF_THREE = [  # the rows of AWS's first table that fill three periods
    ("- - 0", ("OK", "OK", "OK", "OK")),
    ("- - -", ("INSUFFICIENT_DATA", RETAIN, "ALARM", "OK")),
    ("X X X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("X - -", ("ALARM", RETAIN, "ALARM", "OK")),
    ("0 X X", ("OK", "OK", "OK", "OK")),
]
TWO_OF_THREE = [  # and of its second one
    ("X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 0 X", ("OK", "OK", "OK", "OK")),
    ("- - 0", ("OK", "OK", "ALARM", "OK")),
    ("- - -", ("INSUFFICIENT_DATA", RETAIN, "ALARM", "OK")),
    ("- X -", ("ALARM", RETAIN, "ALARM", "OK")),
]
ROWS = [(3, *row) for row in ALL_OF_THREE] + [(2, *row) for row in TWO_OF_THREE]


@pytest.mark.parametrize("before", ["OK", "ALARM", "INSUFFICIENT_DATA"])
@pytest.mark.parametrize(("needed", "text", "states"), ROWS)
def test_the_state_is_that_of_awss_tables(needed: int, text: str, states: tuple[str, ...], before: str) -> None:
    for missing, wanted in zip(TREATMENTS, states, strict=True):
        assert state(made(needed, missing), text, before) == (before if wanted == RETAIN else wanted), missing


@pytest.mark.parametrize(
    ("comparison", "bad"),
    [
        ("GreaterThanThreshold", [51.0]),
        ("GreaterThanOrEqualToThreshold", [50.0, 51.0]),
        ("LessThanThreshold", [49.0]),
        ("LessThanOrEqualToThreshold", [49.0, 50.0]),
    ],
)
def test_each_comparison_knows_its_edge(comparison: str, bad: list[float]) -> None:
    alarm = Alarm(ARN, "Health", "Failures", threshold=50.0, comparison=comparison)
    for value in (49.0, 50.0, 51.0):
        found = judge(alarm, [Point(T, value)], "INSUFFICIENT_DATA", T + 60)
        assert found is not None and (found.value == "ALARM") == (value in bad)


def test_the_reason_is_awss_sentence() -> None:
    alarm = Alarm(ARN, "Health", "Failures", threshold=50.0)
    bad = judge(alarm, [Point(T, 99.5)], "OK", T + 60)
    assert bad is not None and bad.reason == (
        "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (02/02/26 00:00:00)] was greater than the threshold "
        "(50.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    good = judge(alarm, [Point(T, 0.5)], "ALARM", T + 60)
    assert good is not None and good.reason == (
        "Threshold Crossed: 1 out of the last 1 datapoints [0.5 (02/02/26 00:00:00)] was not greater than the "
        "threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    data = json.loads(bad.data)
    assert (data["queryDate"], data["startDate"]) == ("2026-02-02T00:01:00.000+0000", "2026-02-02T00:00:00.000+0000")
    assert (data["recentDatapoints"], data["threshold"], data["period"]) == ([99.5], 50.0, 60)


def test_several_datapoints_are_told_the_newest_first_and_in_the_plural() -> None:
    alarm = Alarm(
        ARN, "Health", "Credits", threshold=10.0, evaluation_periods=2, comparison="LessThanOrEqualToThreshold"
    )
    found = judge(alarm, [Point(T + 60, 0.5), Point(T, 0.0)], "OK", T + 120)
    assert found is not None and found.reason == (
        "Threshold Crossed: 2 out of the last 2 datapoints [0.5 (02/02/26 00:01:00), 0.0 (02/02/26 00:00:00)] were "
        "less than or equal to the threshold (10.0) (minimum 2 datapoints for OK -> ALARM transition)."
    )


def test_too_little_data_is_told_as_aws_does() -> None:
    found = judge(made(3, "missing"), points("- - -"), "OK", T)
    assert found is not None and found.reason == "Insufficient Data: 3 datapoints were unknown."
