"""Making a bus call a function the way AWS's console does: a rule, a permission, and the function as the rule's target.

A rule names the events that it means by a pattern, or runs by the clock. The console lets EventBridge in with its
button, boto3 does not: without the statement the rule matches and the function is never run. Here the same calls are
made, each only where it is missing or says something else, so a cell may be run again. Left out: input transformers,
dead-letter queues, and several targets of one rule, which `put_targets` takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lambdalab.console.recorder import Recorder
from lambdalab.errors import LabError
from lambdalab.letting_in import let_in

SERVICE = "events.amazonaws.com"


def rule(
    recorder: Recorder, function_arn: str, bus: str, pattern: Mapping[str, Any] | None = None, schedule: str = ""
) -> str:
    """Make a bus call a function: for the events that a pattern means, or by the clock.

    Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-wizard.html; lesson 08. The rule is
    named after the function; one of this name on this bus is changed.

    Args:
        function_arn: of a function, a version or an alias.
        bus: its name; "default" is there in every account.
        pattern: what an event must look like, each value a list of what is accepted.
        schedule: such as "rate(5 minutes)" or "cron(0 3 * * ? *)"; on the default bus only.

    Returns:
        What is so now, in words.

    Raises:
        LabError: there is neither a pattern nor a schedule, or there are both.
        botocore.exceptions.ClientError: AWS refuses; then nothing has changed.
    """
    if bool(pattern) == bool(schedule):
        raise LabError(
            'A rule needs to know when it calls: give pattern={"source": ["shop"]} or '
            'schedule="rate(5 minutes)", and only one of the two.'
        )
    called = ":".join(function_arn.split(":")[6:])
    name = f"to-{called.replace(':', '-')}"
    written = json.dumps(pattern, ensure_ascii=False) if pattern else schedule
    wanted = {"EventPattern" if pattern else "ScheduleExpression": written}
    there, targets = _there(recorder, name, bus)
    events = recorder.client("events")
    arn = there.get("Arn")
    if there.get("State") != "ENABLED" or any(there.get(setting) != value for setting, value in wanted.items()):
        arn = events.put_rule(Name=name, EventBusName=bus, **wanted)["RuleArn"]
    let_in(recorder, function_arn, SERVICE, str(arn))
    if function_arn not in targets:
        target = {"Id": name, "Arn": function_arn}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    return f"The bus {bus} calls {called} {'on' if pattern else 'at'} {written}"


def _there(recorder: Recorder, name: str, bus: str) -> tuple[dict[str, Any], list[str]]:
    """A rule as it is, and the ARNs of its targets; nothing where there is no such rule."""
    events = recorder.client("events")
    with recorder.looking():
        try:
            found: dict[str, Any] = events.describe_rule(Name=name, EventBusName=bus)
            targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        except events.exceptions.ResourceNotFoundException:  # the rule, or the bus, which put_rule will say
            return {}, []
    return found, [target["Arn"] for target in targets]
