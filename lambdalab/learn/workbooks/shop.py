"""Exercise 08.2, one more listener: the running chain that it begins with.

Three functions and a bus: the shop tells of an order, payment hears it and tells how it went, shipping hears that it
was paid. The workbook deploys and wires them. How the student's listener is tried is in `points.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from lambdalab.lab import Lab

BUS, TABLE, LISTENER = "ex08-shop", "ex08_points", "ex08_loyalty"
SHOP, PAYMENT, SHIPPING = "ex08_shop", "ex08_payment", "ex08_shipping"
_TELLS = """import json

import boto3

events = boto3.client("events")

"""
SOURCES: Mapping[str, str] = {
    SHOP: _TELLS
    + f"""def handler(order, context):
    entry = {{"Source": "shop", "DetailType": "OrderPlaced", "Detail": json.dumps(order)}}
    events.put_events(Entries=[{{**entry, "EventBusName": "{BUS}"}}])
    return f"Thank you for order {{order['id']}}."
""",
    PAYMENT: _TELLS
    + f"""def handler(event, context):
    order = event["detail"]
    happened = "CardRefused" if order["card"] == "expired" else "CardCharged"
    entry = {{"Source": "shop", "DetailType": happened, "Detail": json.dumps(order)}}
    events.put_events(Entries=[{{**entry, "EventBusName": "{BUS}"}}])
""",
    SHIPPING: """def handler(event, context):
    print("parcel for order", event["detail"]["id"])
""",
}
"""The three functions as the workbook deploys them."""


def listening(lab: Lab) -> Iterator[tuple[str, str, str]]:
    """The rules that have the listener as a target: bus, rule and the target's id."""
    events = lab.client("events")
    for bus in (BUS, "default"):
        with suppress(events.exceptions.ResourceNotFoundException):
            for rule in events.list_rules(EventBusName=bus)["Rules"]:
                for target in events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]:
                    if target["Arn"].split(":")[6:7] == [LISTENER]:
                        yield bus, rule["Name"], target["Id"]


def unhear(lab: Lab) -> None:
    """Take the listener off all rules, every statement out of its policy, and rules without a target off the bus."""
    events = lab.client("events")
    for bus, rule, target in list(listening(lab)):
        events.remove_targets(Rule=rule, EventBusName=bus, Ids=[target])
        if not events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]:
            events.delete_rule(Name=rule, EventBusName=bus)
    for rule in events.list_rules(EventBusName=BUS)["Rules"]:
        if not events.list_targets_by_rule(Rule=rule["Name"], EventBusName=BUS)["Targets"]:
            events.delete_rule(Name=rule["Name"], EventBusName=BUS)
    client = lab.client("lambda")
    with suppress(client.exceptions.ResourceNotFoundException):
        statements: list[Any] = json.loads(client.get_policy(FunctionName=LISTENER)["Policy"])["Statement"]
        for statement in statements:
            client.remove_permission(FunctionName=LISTENER, StatementId=statement["Sid"])
