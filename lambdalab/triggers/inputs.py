"""What a rule's target receives: the event, a part of it, a constant, or a text with values of the event in it.

On AWS a target has at most one of Input, InputPath and InputTransformer. Here each becomes the text that is sent. A
template's variable between quotation marks is put in as it is; outside of them it is put in as JSON, so that a string
brings its own quotation marks. A path that leads nowhere gives an empty string. Left out: the rest of JSONPath, which
EventBridge does not know either. Follows
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html; lesson 08.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambdalab.events import values

PREDEFINED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)
_VARIABLE = re.compile(r"<([^<>\s]+)>")
_STEP = re.compile(r"\.([\w/-]+|\*)|\[(\d+|\*)\]")


def text_for(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str, arrived: float) -> str:
    """What is sent to a target.

    Args:
        target: as boto3 takes it.
        event: the whole event.
        arrived: seconds since 1970 on the lab's clock when the bus got it.
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(next(_found(target["InputPath"], event), None))
    if "InputTransformer" not in target:
        return json.dumps(event)
    transformer = target["InputTransformer"]
    told: dict[str, Any] = {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": values.seconds(arrived),
        "aws.events.event": {
            "detailType" if key == "detail-type" else key: value for key, value in event.items() if key != "detail"
        },
        "aws.events.event.json": event,
    }
    for name, path in transformer.get("InputPathsMap", {}).items():
        told[name] = next(_found(path, event), "")
    return _filled(transformer["InputTemplate"], told)


def unknown_variable(transformer: Mapping[str, Any]) -> str:
    """The first variable of a template that nobody has given a value; "" for none."""
    known = {*transformer.get("InputPathsMap", {}), *PREDEFINED}
    return next((name for name in _VARIABLE.findall(transformer["InputTemplate"]) if name not in known), "")


def _filled(template: str, told: Mapping[str, Any]) -> str:
    """The template with its variables filled in."""
    made, quoted = [], False
    for part in re.finditer(r"<([^<>\s]+)>|\\.|.", template, re.DOTALL):
        if part[1] in told:
            made.append(_inside(told[part[1]]) if quoted else json.dumps(told[part[1]]))
        else:
            made.append(part[0])
            quoted ^= part[0] == '"'
    return "".join(made)


def _inside(value: Any) -> str:
    """A value between quotation marks; of an object or a list EventBridge drops the inner ones."""
    if isinstance(value, str):
        return json.dumps(value)[1:-1]
    return json.dumps(value, separators=(",", ":")).replace('"', "")


def _found(path: str, event: Any) -> Iterator[Any]:
    """What a path such as "$.detail.items[0].name" leads to: nothing, or one value; a list where it has a star."""
    nodes, several = [event], False
    for key, index in _STEP.findall(path):
        several |= "*" in (key, index)
        nodes = [below for node in nodes for below in _below(node, key or index)]
    if several:
        yield nodes
    else:
        yield from nodes


def _below(node: Any, step: str) -> list[Any]:
    if step == "*":
        return list(node.values()) if isinstance(node, Mapping) else list(node) if isinstance(node, list) else []
    if isinstance(node, Mapping):
        return [node[step]] if step in node else []
    return [node[int(step)]] if isinstance(node, list) and step.isdigit() and int(step) < len(node) else []
