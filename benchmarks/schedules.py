"""A lab day of runs by the clock: 288 of them, one every five minutes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import boto3

from benchmarks.measure import Row
from lambdalab import Lab
from lambdalab.functions import deploy

TELLS = "def handler(event, context):\n    return event['time']"
RUNS, DAYS, MOST_SECONDS = 288, 5, 5.0


def rows() -> Iterator[Row]:
    lab = Lab()
    function, events = deploy(lab, "every-five-minutes", TELLS), boto3.client("events")
    rule = events.put_rule(Name="tick", ScheduleExpression="rate(5 minutes)")["RuleArn"]
    events.put_targets(Rule="tick", Targets=[{"Id": "f", "Arn": function.configuration["FunctionArn"]}])
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="tick",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    taken = [_day(lab) for _ in range(DAYS)]
    ran = len(lab.history(function.name))
    lab.stop()
    assert ran == RUNS * DAYS, f"{ran} runs in {DAYS} days"
    yield Row("a lab day of 288 scheduled runs", statistics.median(taken), "target", MOST_SECONDS, "at most 1", "s")


def _day(lab: Lab) -> float:
    began = time.perf_counter()
    lab.clock.advance(hours=24)
    return time.perf_counter() - began
