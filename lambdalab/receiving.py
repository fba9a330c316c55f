"""What became of the messages of a queue, put together from the journal, the history and the function's log.

On AWS nobody can be asked for it: the queue's metrics count receives, and what a function did to each message stands in
its own log. Here receives and moves to dead letters are steps of the journal, and a function says by a line of its log,
such as "charged A", that it is done with a message. Left out: messages that the lab has forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lambdalab.errors import LabError
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation
from lambdalab.show.receives import CHARGED, DEAD, DELETED, MISSED, RAISED, Batch, End, Receive

if TYPE_CHECKING:
    from lambdalab.lab import Lab

_RECEIVED, _MOVED = "sqs:ReceiveMessage", "sqs:Redrive"
_START = re.compile(r"START RequestId: (\S+)")


def batch(lab: Lab, queue: str, names: Mapping[str, str], done: str) -> Batch:
    """What `Lab.batch` tells.

    Raises:
        LabError: no mapping reads the queue.
    """
    url = lab.queue(queue).url
    settings = lab.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    reading = lab.client("lambda").list_event_source_mappings(EventSourceArn=settings["QueueArn"])
    mappings = reading["EventSourceMappings"]
    if not mappings:
        raise LabError(f"no function reads the queue {queue}, so it gave no message out. Make an event source mapping.")
    steps = [step for step in lab.steps(kind="delivery", source=settings["QueueArn"]) if _named(step, names)]
    runs: dict[str, list[Step]] = {}
    for step in steps:
        if step.name == _RECEIVED and step.request_id:
            runs.setdefault(step.request_id, []).append(step)
    said = _said_by_run(lab, {step.target.split(":")[6] for step in steps if step.name == _RECEIVED})
    policy = json.loads(settings.get("RedrivePolicy", "{}"))
    return Batch(
        reported="ReportBatchItemFailures" in mappings[0].get("FunctionResponseTypes", ()),
        receives=[one for run, its in runs.items() for one in _receives(lab, run, its, names, said.get(run, ()), done)],
        ends=[end for step in steps for end in _ends(step, names)],
        visibility_seconds=float(settings["VisibilityTimeout"]),
        max_receives=policy.get("maxReceiveCount"),
    )


def _named(step: Step, names: Mapping[str, str]) -> list[str]:
    """Those of the messages that a step is about, in their order in the batch."""
    return [one for one in step.subject.split(", ") if one in names]


def _receives(
    lab: Lab, run: str, steps: Sequence[Step], names: Mapping[str, str], said: Sequence[str], done: str
) -> Iterator[Receive]:
    """What one run did to each message: where it raised, those that follow were not reached."""
    (invocation,) = lab.history(request_id=run)
    at = _handed_over(invocation)
    reached = True
    for name in [names[one] for step in steps for one in _named(step, names)]:
        charged = f"{done} {name}" in said
        yield Receive(name, at, CHARGED if charged else RAISED if reached else MISSED)
        reached = reached and (charged or invocation.error_type is None)


def _handed_over(run: Invocation) -> float:
    """When Lambda called, in seconds since 1970 on the lab's clock: a cold environment was started after that."""
    init = run.report.init_ms if run.report else None
    return (run.time if run.began is None else run.began) - (init or 0.0) / 1000


def _ends(step: Step, names: Mapping[str, str]) -> Iterator[End]:
    """Which messages left the queue with a step: those moved, and those that a run did not give back."""
    for one in _named(step, names):
        if step.name == _MOVED:
            yield End(names[one], DEAD, step.began)
        elif step.outcome == "ok" or (step.outcome == "returned" and not _given_back(step, one)):
            yield End(names[one], DELETED, step.ended)


def _given_back(step: Step, message_id: str) -> bool:
    """Whether a run left a message in its queue: the reason names those that failed, or none where all did."""
    failed = [one for one in step.subject.split(", ") if one in step.reason]
    return message_id in failed or not failed


def _said_by_run(lab: Lab, functions: set[str]) -> dict[str, list[str]]:
    """What functions printed, by the request id of the run."""
    client = lab.client("logs")
    found: dict[str, list[str]] = {}
    for function in functions:
        running: dict[str, str] = {}  # by log stream: one environment, so one run at a time
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        for event in (event for page in pages for event in page["events"]):
            message, stream = event["message"].rstrip("\n"), event["logStreamName"]
            if start := _START.match(message):
                running[stream] = start[1]
            elif stream in running:
                found.setdefault(running[stream], []).append(message)
    return found
