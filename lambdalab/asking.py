"""Asking the cloud what `explain` and `trace` tell: the records of one function, and those of one event.

On AWS they lie in CloudWatch, CloudTrail, X-Ray and the configuration of every service. Here they come through the
lab's own call and through boto3, and the telling is left to `observe`. Left out: events that the cloud has forgotten.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambdalab.errors import LabError
from lambdalab.keys import ACCOUNT
from lambdalab.observe.explain import SHOWN, Evidence, explain
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation
from lambdalab.observe.tracks import build
from lambdalab.show.lanes import Lanes
from lambdalab.show.story import StoryTable
from lambdalab.show.traces import Traces

if TYPE_CHECKING:
    from lambdalab.lab import Lab

Event = str | Any
"""What names an event: an id, a root, a function's name, or a thing that carries an id."""
_ROOT = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_HEADERS = ("x-amzn-trace-id", "x-amzn-requestid", "apigw-requestid")
MOST = 2


def story(lab: Lab, name: str, last: int = SHOWN) -> StoryTable:
    """What `Lab.explain` tells of a function.

    Raises:
        ValueError: `last` is not above zero.
    """
    if last < 1:
        raise ValueError(f"the last {last} events are none: give a number above zero")
    settings = {f["FunctionName"]: f for f in _functions(lab)}.get(name)
    region = lab.client("lambda").meta.region_name
    to = settings["FunctionArn"] if settings else f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    worn = settings["Role"].rpartition("/")[2] if settings else ""
    invocations = lab.history(name)
    ran = any(invocation.environment for invocation in invocations)
    steps = lab.steps(target=to)
    evidence = Evidence(
        invocations=invocations,
        steps=steps + _abroad(lab, name, to) + _dead_letters(lab, steps),
        used=lab.steps(kind="request", source=f"arn:aws:sts::{ACCOUNT}:assumed-role/{worn}/{name}") if ran else (),
        sent=lab.steps(kind="delivery", source=to),
        waiting=lab.waiting(),
        deployed=settings is not None,
        now=time.time() + lab.clock.ahead_seconds,
        topology=lab.topology() if settings and not ran else None,
    )
    return StoryTable.of(explain(name, evidence, last))


def _abroad(lab: Lab, name: str, arn: str) -> list[Step]:
    """Rules that name a function of this name in another region: they were refused, and that is why it does not run."""
    rules = [step for step in lab.steps(kind="rule") if step.target.split(":")[6:7] == [name]]
    return [step for step in rules if step.target.split(":")[:7] != arn.split(":")]


def _dead_letters(lab: Lab, steps: Sequence[Step]) -> list[Step]:
    """Messages that were moved out of the queues from which these steps came."""
    queues = dict.fromkeys(step.source for step in steps if step.name == "sqs:ReceiveMessage")
    return [step for arn in queues for step in lab.steps(source=arn) if step.outcome == "dead-lettered"]


def _functions(lab: Lab) -> Iterator[Mapping[str, Any]]:
    pages = lab.client("lambda").get_paginator("list_functions").paginate()
    return (function for page in pages for function in page["Functions"])


def traces(lab: Lab, events: Sequence[Event], last: int) -> Traces:
    """What `Lab.trace` shows.

    Raises:
        LabError: nothing is known of an event.
        ValueError: more than two events.
    """
    if not 1 <= last <= MOST or len(events) > MOST:
        raise ValueError(f"a trace shows one event or {MOST}, side by side: name at most {MOST}, or give last=1 or 2")
    roots = [root for event in events for root in _roots(lab, event, last)] or _last(lab.history(), last)
    if not roots:
        raise LabError("nothing has run yet, so there is no event to trace. Invoke a function, or trigger it.")
    if len(roots) > MOST:
        raise ValueError(f"these are {len(roots)} events, and {MOST} have room side by side: name fewer")
    found = []
    for root in roots:
        invocations, steps = lab.history(trace=root), lab.steps(trace=root)
        if not invocations and not steps:
            raise LabError(f"nothing is known of the event {root}: the lab never saw it, or it is too long ago.")
        invocations, steps = _with_batches(lab, invocations, steps)
        ran = {invocation.function for invocation in invocations if invocation.environment}
        lanes = lab.lanes(*ran) if ran else Lanes([])
        found.append(build(root, steps, invocations, lanes, lanes.jumps))
    return Traces(found)


def _with_batches(
    lab: Lab, invocations: Sequence[Invocation], steps: Sequence[Step]
) -> tuple[list[Invocation], list[Step]]:
    """Also the runs of batches in which this event was one of several: each has a trace of its own."""
    known, runs, more = {one.request_id for one in invocations}, list(invocations), list(steps)
    for step in steps:
        if step.name == "sqs:ReceiveMessage" and step.request_id and step.request_id not in known:
            found = lab.history(request_id=step.request_id)
            runs += [replace(one, parent=step.span) for one in found]
            more += [each for one in found[:1] for each in lab.steps(trace=one.trace)]
    return runs, more


def _last(invocations: Sequence[Invocation], last: int) -> list[str]:
    """The roots of the last so many events, oldest first."""
    return list(dict.fromkeys(one.trace for one in reversed(invocations) if one.trace))[:last][::-1]


def _roots(lab: Lab, event: Event, last: int) -> list[str]:
    """The roots of what a thing names."""
    if isinstance(event, Step | Invocation):
        return [event.trace]
    said = event if isinstance(event, str) else _said(event)
    if found := _ROOT.search(said):
        return [found[0]]
    if isinstance(event, str) and not _REQUEST_ID.fullmatch(event):
        return _named(lab, event, last)
    roots = [one.trace for one in lab.history(request_id=said)] + [s.trace for s in lab.steps(answer_id=said)]
    if not roots:
        raise LabError(f"no event with the request id {said} is known: it was never accepted, or it is too long ago.")
    return roots[:1]


def _named(lab: Lab, name: str, last: int) -> list[str]:
    """The roots of a function's last events."""
    roots = _last(lab.history(name), last)
    if not roots:
        lab.function(name)  # raises, and lists the names, where there is none of this one
        raise LabError(f"{name} has not run, so there is no event to trace. lab.explain({name!r}) tells why.")
    return roots


def _said(event: Any) -> str:
    """The id that a result, an HTTP response, or an answer of boto3 carries."""
    if found := getattr(event, "request_id", ""):
        return str(found)
    headers = getattr(event, "headers", None)
    if isinstance(event, Mapping):
        headers = event.get("ResponseMetadata", {}).get("HTTPHeaders")
    given = {str(name).lower(): str(value) for name, value in (headers or {}).items()}
    for name in _ID_HEADERS:
        if name in given:
            return given[name]
    raise LabError(
        f"a {type(event).__name__} names no event. Give a function's name, a request id, a result, an invocation, a "
        "step, or the response of an HTTP client or of boto3."
    )
