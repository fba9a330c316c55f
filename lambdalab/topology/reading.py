"""Reading the whole topology: what is wired, what a function is told to use, and what the journal saw pass.

On AWS this would take a dozen consoles, and what a function really calls stands in none of them. Here it is known from
two sources: an environment variable that names a bucket, a table, a queue, a topic or a bus, and the requests that the
function has made. Left out: a function that reads the very resource that calls it, which is part of every event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore import xform_name

from lambdalab.observe.journal import FOR_A_CHECK, Step
from lambdalab.topology import wiring
from lambdalab.topology.model import BROKEN, DID, MAY, YOU, Arrow, Node, Topology, behind_the_broken, merged
from lambdalab.topology.policies import Policies
from lambdalab.topology.wiring import Clients, Wire

_SESSION = re.compile(r"arn:aws:sts::\d{12}:assumed-role/[^/]+/(?P<function>.+)")
_SENDS = {
    "s3": "PutObject CopyObject CompleteMultipartUpload PostObject DeleteObject DeleteObjects RestoreObject "
    "PutObjectTagging",
    "dynamodb": "PutItem UpdateItem DeleteItem BatchWriteItem TransactWriteItems",
    "sqs": "SendMessage SendMessageBatch",
    "sns": "Publish PublishBatch",
    "events": "PutEvents",
    "lambda": "Invoke InvokeAsync InvokeWithResponseStream",
}
_READS = {
    "s3": "GetObject HeadObject ListObjects ListObjectsV2",
    "dynamodb": "GetItem Query Scan BatchGetItem TransactGetItems",
    "sqs": "ReceiveMessage DeleteMessage",
}
_MOST_NAMED = 3
_ALWAYS = ("function", "bucket")
"""Drawn even where nothing leads to them."""
_KINDS = {"lambda": "function", "sqs": "queue", "sns": "topic", "events": "bus"}
_USES = {
    "bucket": ("s3:GetObject", "s3:PutObject"),
    "table": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"),
    "queue": ("sqs:SendMessage", "sqs:ReceiveMessage"),
    "topic": ("sns:Publish",),
    "bus": ("events:PutEvents",),
}
"""What a role must allow, one at least, for a resource that a variable names to be of use."""


def read(clients: Clients, region: str, steps: Sequence[Step] = ()) -> Topology:
    """The topology of a cloud (lesson 05).

    Args:
        clients: a boto3 client for a service and a region.
        region: the lab's.
        steps: of the journal, oldest first.
    """
    nodes, wires, functions = wiring.read(clients, region)
    missing = _missing(Topology(nodes), wires)
    steps = visits(steps)
    whole = Topology([*nodes, *missing, *([person] if (person := _person(steps)) else [])])
    policies = Policies(clients, region)
    wires += _told(whole, functions)
    judged = [arrow for wire in wires if (arrow := _judged(wire, whole, missing, policies)) is not None]
    wired = {(arrow.source, arrow.target) for arrow in judged}
    passed = _passed(whole, steps, wired)
    used = {pair for pair, arrow in passed.items() if arrow.state == DID}
    confirmed = [
        replace(arrow, state=DID) if arrow.state == MAY and (arrow.source, arrow.target) in used else arrow
        for arrow in judged
    ]
    others = [arrow for pair, arrow in passed.items() if pair not in wired]
    arrows = behind_the_broken(merged([*confirmed, *others]))
    ends = {end for arrow in arrows for end in (arrow.source, arrow.target)}
    return Topology([node for node in whole.nodes if node.arn in ends or node.kind in _ALWAYS], arrows)


def _missing(topology: Topology, wires: Sequence[Wire]) -> list[Node]:
    """What wires lead to and is not there."""
    gone = {wire.target for wire in wires if topology.node(wire.target) is None}
    return [
        Node(kind, arn.split(":")[6 if kind == "function" else 5], arn, note="does not exist")
        for arn in sorted(gone)
        if (kind := _KINDS.get(arn.split(":")[2]))
    ]


def _passed(topology: Topology, steps: Sequence[Step], wired: set[tuple[str, str]]) -> dict[tuple[str, str], Arrow]:
    """What the journal saw pass, or be denied, from node to node: the last time counts."""
    passed: dict[tuple[str, str], Arrow] = {}
    for step in sorted(steps, key=lambda step: step.began):
        pair = way(topology, step)
        if pair is None or (pair[::-1] in wired and _reads(step)):
            continue
        label = _label(passed.get(pair), step.name.partition(":")[2])
        if arrived(step):
            passed[pair] = Arrow(*pair, label, DID)
        elif step.outcome == "denied":
            why = f"the role does not allow {step.name}" if step.kind == "request" else step.reason
            passed[pair] = Arrow(*pair, label, BROKEN, why, whose=pair[0])
        else:
            passed[pair] = replace(passed.get(pair, Arrow(*pair)), label=label)
    return passed


def _label(before: Arrow | None, name: str) -> str:
    """What an arrow says: each operation that went along it once, the last three at most."""
    names = before.label.split(", ") if before else []
    return ", ".join([*(one for one in names if one != name), name][-_MOST_NAMED:])


def visits(steps: Sequence[Step]) -> list[Step]:
    """The steps, with a web request in two: from the visitor to the address, and from there to the function.

    The journal has one step for both, because the front answers for both. What a check sent in the name of a stranger
    is no way of the system.
    """
    found: list[Step] = []
    for step in steps:
        if step.name.endswith(FOR_A_CHECK):
            continue
        if step.name.startswith("http:") and step.source:
            own = "ok" if step.target else step.outcome
            found.append(replace(step, kind="request", source="", target=step.source, outcome=own))
        if step.target or not step.name.startswith("http:"):
            found.append(step)
    return found


def arrived(step: Step) -> bool:
    """Whether what was sent came to its target, even if that then failed."""
    return step.outcome in ("ok", "returned", "dead-lettered") or (step.outcome == "failed" and bool(step.request_id))


def way(topology: Topology, step: Step) -> tuple[str, str] | None:
    """From which node to which a step went; None for what is no event, or leads off the map."""
    if step.kind in ("rule", "queue") or (step.kind == "request" and not _carries(step)):
        return None
    source, target = _actor(topology, step.source), topology.node(step.target)
    if source is None or target is None or source == target or (source.arn == YOU and _reads(step)):
        return None
    return source.arn, target.arn


def _actor(topology: Topology, arn: str) -> Node | None:
    """Who acts: a function by the session that it wears, a resource, or you."""
    if session := _SESSION.fullmatch(arn):
        return next((node for node in topology.named(session["function"]) if node.kind == "function"), None)
    return topology.node(arn) or topology.node(YOU)


def _carries(step: Step) -> bool:
    service, _, operation = step.name.partition(":")
    return service == "http" or operation in f"{_SENDS.get(service, '')} {_READS.get(service, '')}".split()


def _reads(step: Step) -> bool:
    service, _, operation = step.name.partition(":")
    return step.kind == "request" and operation in _READS.get(service, "").split()


def _person(steps: Sequence[Step]) -> Node | None:
    """You, as soon as you have sent something; beneath stands your last call, as boto3 calls it."""
    mine = [s for s in steps if s.kind == "request" and not _SESSION.fullmatch(s.source) and _carries(s)]
    last = next((step.name for step in reversed(mine) if not _reads(step)), "")
    service, _, operation = last.partition(":")
    note = operation.partition(" ")[0] if service == "http" else xform_name(operation)
    return Node("person", "you", YOU, note=note) if last else None


def _told(topology: Topology, functions: Mapping[str, Mapping[str, Any]]) -> Iterator[Wire]:
    """What a function's environment variables name."""
    for arn, function in functions.items():
        for variable, value in function.get("Environment", {}).get("Variables", {}).items():
            for node in topology.nodes:
                if node.kind in _USES and (value in (node.name, node.arn) or value.endswith(f"/{node.name}")):
                    role, resource = function["Role"].rpartition("/")[2], node.arn
                    yield Wire(
                        arn, node.arn, f"variable {variable}", needs=_USES[node.kind], enough=True, role=role,
                        resource=f"{resource}/any" if node.kind == "bucket" else resource,
                    )  # fmt: skip


def _judged(wire: Wire, topology: Topology, missing: Sequence[Node], policies: Policies) -> Arrow | None:
    """The wire as an arrow; None where one of its ends is not known."""
    source, target = topology.node(wire.source), topology.node(wire.target)
    if source is None or target is None:
        return None
    arrow = Arrow(source.arn, target.arn, wire.label)
    if target in missing:
        return replace(arrow, state=BROKEN, reason=f"{target.name} does not exist")
    allowed, decided = policies.judge(wire, source.name)
    whose = _whose(wire, source, target) if decided else ""
    if not allowed:
        return replace(arrow, state=BROKEN, reason=decided, whose=whose)
    if wire.idle:
        return replace(arrow, state=BROKEN, reason=wire.idle)
    return replace(arrow, statement=decided, whose=whose)


def _whose(wire: Wire, source: Node, target: Node) -> str:
    """The node whose policy decided; with a role, the function at that end of the wire, or the schedule that has it."""
    asked = wire.principal or (target.kind == "function" and source.kind != "clock")
    return target.arn if asked else source.arn
