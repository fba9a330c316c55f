"""What a request to any other service asks for: a table from service to how its resource is named in a request.

On AWS the Service Authorization Reference lists for each action the kinds of resource that it acts on. Here one short
function reads, for one service, the actions and the ARNs out of a request's parameters. Follows
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html;
lessons 05 to 08. Left out: the rights for PartiQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from lambdalab.http.door import Arrived
from lambdalab.keys import ACCOUNT

Asked = Iterator[tuple[str, str]]
_SECRET = "??????"
"""For the six letters that AWS draws to end a secret's ARN: policies name them like this, or with a star."""


def asked(service: str, request: Arrived, operation: str, region: str) -> list[tuple[str, str]]:
    """The actions that a request needs, each with the ARN that it acts on; "*" where it names none.

    Args:
        service: one of `KNOWN`.
    """
    try:
        if service in _BY_PATH:
            return list(_BY_PATH[service](request, operation, region))
        return list(_IN_BODY[service](operation, _parameters(request), f"arn:aws:{service}:{region}:{ACCOUNT}:"))
    except (AttributeError, TypeError):  # a parameter of a wrong kind: the service will complain, to those who may ask
        return [(f"{service}:{operation}", "*")]


def _parameters(request: Arrived) -> Mapping[str, Any]:
    """The request's parameters, from the two protocols that put them into the body."""
    try:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        found = json.loads(request.body or b"{}")
    except ValueError:  # the service will complain, to those who may ask
        return {}
    return found if isinstance(found, dict) else {}


def _dynamodb(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    if operation in ("TransactWriteItems", "TransactGetItems"):  # each part asks as if it came alone
        for item in given.get("TransactItems", ()):
            for part, inside in item.items():
                action = "ConditionCheckItem" if part == "ConditionCheck" else f"{part}Item"
                yield f"dynamodb:{action}", _named(inside.get("TableName"), f"{arn}table/")
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table in given.get("RequestItems", ()):
            yield f"dynamodb:{operation}", _named(table, f"{arn}table/")
    else:
        table = _named(given.get("TableName"), f"{arn}table/")
        index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
        iterator = str(given.get("ShardIterator", "")).partition("|")[0]  # it begins with the stream's ARN
        stream = given.get("StreamArn") or given.get("ResourceArn") or (iterator if iterator[:4] == "arn:" else "")
        yield f"dynamodb:{operation}", str(stream) if stream else f"{table}{index}"


def _sqs(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    queue = given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2]
    yield f"sqs:{operation.removesuffix('Batch')}", _named(queue, arn)


def _sns(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    topic = given.get("TopicArn") or given.get("TargetArn") or given.get("ResourceArn") or given.get("Name")
    if "SubscriptionArn" in given:  # the topic's ARN and the subscription's own id
        topic = str(given["SubscriptionArn"]).rpartition(":")[0]
    yield f"sns:{operation.removesuffix('Batch')}", _named(topic or given.get("PhoneNumber"), arn)


def _events(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    if operation == "PutEvents":
        buses = {entry.get("EventBusName", "default"): None for entry in given.get("Entries", ())}
        for bus in buses:
            yield "events:PutEvents", _named(bus, f"{arn}event-bus/")
    elif operation.endswith("EventBus"):
        yield f"events:{operation}", _named(given.get("Name", "default"), f"{arn}event-bus/")
    else:
        bus = str(given.get("EventBusName", "default")).rpartition("/")[2]
        inside = "" if bus == "default" else f"{bus}/"
        yield f"events:{operation}", _named(given.get("Rule") or given.get("Name"), f"{arn}rule/{inside}")


def _logs(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    group = given.get("logGroupName") or given.get("logGroupNamePrefix") or ""
    yield f"logs:{operation}", f"{arn}log-group:{group}:log-stream:{given.get('logStreamName', '')}"


def _ssm(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    names = given.get("Names") or [given.get("Name") or given.get("Path")]
    for name in names:
        yield f"ssm:{operation}", _named(name and str(name).removeprefix("/"), f"{arn}parameter/")


def _secretsmanager(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    secret = given.get("SecretId") or given.get("Name")
    yield f"secretsmanager:{operation}", _named(secret and f"{secret}-{_SECRET}", f"{arn}secret:", whole=secret)


def _sts(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    if operation == "AssumeRole":  # who one is, anybody may ask
        yield "sts:AssumeRole", str(given.get("RoleArn", "*"))


def _iam(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    kinds = {"RoleName": "role", "UserName": "user", "GroupName": "group"}
    named = [f"arn:aws:iam::{ACCOUNT}:{kind}/{given[name]}" for name, kind in kinds.items() if name in given]
    yield f"iam:{operation}", (named or [str(given.get("PolicyArn", "*"))])[0]


def _cloudwatch(operation: str, given: Mapping[str, Any], arn: str) -> Asked:
    yield f"cloudwatch:{operation}", "*"  # metrics are no resources


def _apigateway(request: Arrived, operation: str, region: str) -> Asked:
    path = request.path.removeprefix("/v2")
    yield f"apigateway:{request.method}", f"arn:aws:apigateway:{region}::{path}"


def _scheduler(request: Arrived, operation: str, region: str) -> Asked:
    kind, _, name = request.path.strip("/").partition("/")
    arn = f"arn:aws:scheduler:{region}:{ACCOUNT}:"
    group = request.query.get("groupName") or _parameters(request).get("GroupName") or "default"
    inside = f"schedule-group/{name}" if kind == "schedule-groups" else f"schedule/{group}/{name}"
    yield f"scheduler:{operation}", arn + inside if name else "*"


def _named(name: Any, before: str, *, whole: Any = None) -> str:
    """The ARN of what is named: it may be one already; "*" for no name."""
    given = str(whole or name or "")
    return given if given.startswith("arn:") else f"{before}{name}" if name else "*"


_IN_BODY: Mapping[str, Callable[[str, Mapping[str, Any], str], Asked]] = {
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "sns": _sns,
    "events": _events,
    "logs": _logs,
    "ssm": _ssm,
    "secretsmanager": _secretsmanager,
    "sts": _sts,
    "iam": _iam,
    "monitoring": _cloudwatch,
}
"""By the name in a request's signature; those whose parameters lie in the body."""
_BY_PATH: Mapping[str, Callable[[Arrived, str, str], Asked]] = {"apigateway": _apigateway, "scheduler": _scheduler}
KNOWN = frozenset({*_IN_BODY, *_BY_PATH})
"""The services that ask IAM here."""
