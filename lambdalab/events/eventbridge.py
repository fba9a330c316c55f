"""EventBridge's envelope: who says what happened, with the details inside.

On AWS every event on a bus has this shape, those of AWS's own services and those of a schedule too. Here it is built
from its parts. Left out: replays, and what a rule's Input or InputTransformer makes of an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import values
from lambdalab.keys import ACCOUNT


@dataclass(frozen=True)
class BusEvent:
    """One event on a bus.

    Args:
        source: who sends it, such as "shop"; AWS's own begin with "aws.".
        detail_type: what happened, in words.
        detail: whatever belongs to it, as a JSON object.
        resources: ARNs of what it is about.
        region: the bus's region.
        account: the sender's account.
        at: when it happened, in seconds since 1970.
        id: of this event alone; the same in a second delivery.
    """

    source: str
    detail_type: str
    detail: Mapping[str, Any]
    resources: Sequence[str] = ()
    region: str = "us-east-1"
    account: str = ACCOUNT
    at: float = field(default_factory=values.now)
    id: str = field(default_factory=values.new_uuid)


def eventbridge(happened: BusEvent) -> dict[str, Any]:
    """Build what a rule's target receives.

    Follows https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html; lesson 08.
    """
    return {
        "version": "0",
        "id": happened.id,
        "detail-type": happened.detail_type,
        "source": happened.source,
        "account": happened.account,
        "time": values.seconds(happened.at),
        "region": happened.region,
        "resources": list(happened.resources),
        "detail": dict(happened.detail),
    }


def scheduled(rule_arn: str, at: float | None = None) -> dict[str, Any]:
    """Build the event of a rule with a schedule; `at` is the planned moment in seconds since 1970.

    Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html; lesson 08.
    """
    moment = values.now() if at is None else at
    region = rule_arn.split(":")[3]
    return eventbridge(BusEvent("aws.events", "Scheduled Event", {}, [rule_arn], region=region, at=moment))


def from_scheduler(schedule_arn: str, at: float | None = None) -> dict[str, Any]:
    """Build what EventBridge Scheduler sends when its target has no Input; `detail` is a text here, not an object.

    Follows https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html; lesson 08.
    """
    return {**scheduled(schedule_arn, at), "source": "aws.scheduler", "detail": "{}"}
