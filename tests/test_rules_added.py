"""`lab.trigger` makes a bus call a function: by a pattern or by the clock, with the statement that lets it in."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab, LabError

Deploy = Callable[..., Function]
TELLS = "def handler(event, context):\n    print('got', event['detail-type'])\n"
PLACED = {"detail-type": ["OrderPlaced"]}


@pytest.fixture
def hears(deploy: Deploy, request: pytest.FixtureRequest) -> Function:
    return deploy(TELLS, f"hears-{zlib.crc32(request.node.name.encode())}")  # a log outlives its function


@pytest.fixture
def bus(lab: Lab) -> Iterator[str]:
    events = boto3.client("events")
    events.create_event_bus(Name="added")
    yield "added"
    for name in ("added", "default"):
        for rule in events.list_rules(EventBusName=name)["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]
            if targets:
                ids = [target["Id"] for target in targets]
                events.remove_targets(Rule=rule["Name"], EventBusName=name, Ids=ids)
            events.delete_rule(Name=rule["Name"], EventBusName=name)
    events.delete_event_bus(Name="added")


def told(lab: Lab, bus: str, *names: str) -> None:
    entries = [{"Source": "shop", "DetailType": name, "Detail": "{}", "EventBusName": bus} for name in names]
    boto3.client("events").put_events(Entries=entries)
    lab.clock.advance(seconds=0)


def got(function: Function) -> list[str]:
    return [line.removeprefix("got ") for line in function.logs() if line.startswith("got ")]


def policy(function: Function) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(boto3.client("lambda").get_policy(FunctionName=function.name)["Policy"])[
        "Statement"
    ]
    return found


def test_an_event_that_matches_runs_the_function_after_one_line(lab: Lab, hears: Function, bus: str) -> None:
    lab.trigger(f"events:{bus}", hears, pattern=PLACED)
    told(lab, bus, "OrderPlaced", "OrderLost")
    assert got(hears) == ["OrderPlaced"]


def test_a_schedule_runs_it_on_the_default_bus(lab: Lab, hears: Function, bus: str) -> None:
    lab.trigger("events:default", hears, schedule="rate(5 minutes)")
    lab.clock.advance(minutes=16)
    assert got(hears) == ["Scheduled Event"] * 3


def test_the_calls_are_told_and_the_same_line_again_changes_nothing(
    lab: Lab, hears: Function, bus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger(f"events:{bus}", hears.name, pattern=PLACED)
    said = capsys.readouterr().out
    calls = "put_rule, add_permission, put_targets"
    assert said == f'The bus {bus} calls {hears.name} on {{"detail-type": ["OrderPlaced"]}}\n  by {calls}\n'
    before = policy(hears)
    lab.trigger(f"events:{bus}", hears.name, pattern=PLACED)
    assert capsys.readouterr().out.endswith("It did so already: nothing had to be changed.\n")
    assert policy(hears) == before


def test_another_pattern_replaces_the_rules_old_one_and_a_rule_that_was_off_is_on_again(
    lab: Lab, hears: Function, bus: str
) -> None:
    lab.trigger(f"events:{bus}", hears, pattern=PLACED)
    lab.trigger(f"events:{bus}", hears, pattern={"detail-type": ["CardCharged"]})
    told(lab, bus, "OrderPlaced", "CardCharged")
    boto3.client("events").disable_rule(Name=f"to-{hears.name}", EventBusName=bus)
    told(lab, bus, "CardCharged")
    lab.trigger(f"events:{bus}", hears, pattern={"detail-type": ["CardCharged"]})
    told(lab, bus, "CardCharged")
    assert got(hears) == ["CardCharged"] * 2
    assert len(policy(hears)) == 1


def test_a_permission_that_was_taken_away_is_given_again(lab: Lab, hears: Function, bus: str) -> None:
    lab.trigger(f"events:{bus}", hears, pattern=PLACED)
    (statement,) = policy(hears)
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    boto3.client("lambda").remove_permission(FunctionName=hears.name, StatementId=statement["Sid"])
    told(lab, bus, "OrderPlaced")
    assert got(hears) == []
    lab.trigger(f"events:{bus}", hears, pattern=PLACED)
    told(lab, bus, "OrderPlaced")
    assert got(hears) == ["OrderPlaced"]


@pytest.mark.parametrize("given", [{}, {"pattern": PLACED, "schedule": "rate(1 day)"}])
def test_a_rule_needs_a_pattern_or_a_schedule(lab: Lab, hears: Function, bus: str, given: dict[str, Any]) -> None:
    with pytest.raises(LabError, match="only one of the two"):
        lab.trigger(f"events:{bus}", hears, **given)


def test_a_pattern_for_a_source_that_is_no_bus_is_refused(lab: Lab, hears: Function) -> None:
    with pytest.raises(LabError, match="belongs to a rule of a bus, and url is none"):
        lab.trigger("url", hears, pattern=PLACED)


@pytest.mark.parametrize(
    ("source", "given", "said"),
    [
        ("events:added", {"pattern": {"source": "shop"}}, "must be an object or an array"),
        ("events:added", {"schedule": "rate(1 day)"}, "supported only on the default event bus"),
        ("events:nowhere", {"pattern": PLACED}, "Event bus nowhere does not exist"),
    ],
)
def test_what_aws_refuses_leaves_no_rule_and_no_statement(
    lab: Lab, hears: Function, bus: str, source: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClientError, match=said):
        lab.trigger(source, hears, **given)
    assert boto3.client("events").list_rules(EventBusName=bus)["Rules"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        policy(hears)
