"""M2: one row for each photo, with numbers that are numbers, and the newer upload wins in whatever order events come.

A duplicate is ordered from the lab. An event that comes late is sent again over the way that the student's bucket
uses: to the function, to the queue, or to the topic that its rule names.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdalab.events import ObjectChange, s3, s3_to_bus
from lambdalab.learn.capstone.looks import Look, Looks, because, equal
from lambdalab.learn.capstone.reasons import error
from lambdalab.learn.capstone.system import COUNT, IN, PHOTOS, RESIZE, System, more, photo_id
from lambdalab.learn.words import short
from lambdalab.samples import photo

NUMBERS, TEXTS = ("width", "height", "bytes"), ("photo_id", "owner", "uploaded")
_NEAR = timedelta(seconds=3)
_AN_HOUR = 3600.0
_HELD_SECONDS, _GLANCE_SECONDS = 10.0, 0.1
_WRITES = ("PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem")


def index(system: System) -> Looks:
    """The row, a duplicate, a newer upload, an old event that comes late."""
    system.must_have(buckets=True, tables=(PHOTOS,), functions=(RESIZE,))
    system.turn(_AN_HOUR)  # the function's own clock is not S3's any more
    key, first = system.key("row.jpg"), photo(640, 480, seed=11)
    asked = system.requests()
    system.upload(key, first)
    writer = row_writer(more(asked, system.requests()))
    row = system.row(key)
    if row is None:
        others = [found for found in system.rows(PHOTOS) if found.get("owner", {}).get("S") == system.owner]
        seen = f"a row of this owner, with another photo_id: {short(others[0]['photo_id'])}" if others else "no row"
        look = Look(False, f"the row of `{key}`", seen, f"photo_id {photo_id(key)}", main=True)
        idea = "photo_id is the SHA-256 of the key as it was uploaded, its first 16 hex digits."
        yield because(look, "another-id", f"The table has {seen}.", idea) if others else look
        return
    yield from _as_uploaded(system, key, row, first)
    system.lab.faults.twice(RESIZE)
    twice = system.key("twice.jpg")
    system.upload(twice, photo(500, 400, seed=12))
    system.lab.faults.clear()
    same = [row for row in system.rows(PHOTOS) if row.get("key", {}).get("S") == twice or _is(row, twice)]
    yield equal("the same event twice: rows", len(same), 1)
    old = system.now()
    system.turn(60)
    newer = photo(300, 500, seed=13)
    system.upload(key, newer)
    before, row, wrong = _numbers(row), system.row(key) or {}, error(system, RESIZE, old)
    wins = equal("a newer upload under the same key: width, height, bytes", _numbers(row), (300, 500, len(newer)))
    idea = "The key is the same, so the row is. What is newer takes its place."
    words = f"A newer upload came, and the row still tells {wins.seen}."
    words += f" {wrong[:1].upper()}{wrong[1:]}." if wrong else ""
    yield because(wins, "first-wins", words, idea) if _numbers(row) == before else wins
    deliver(system, key, old, len(first))
    after = system.row(key) or {}
    kept = all(after.get(name) == row.get(name) for name in (*NUMBERS, *TEXTS))
    seen = "the row is as it was" if kept else f"uploaded is {short(_value(after, 'uploaded'))}" if after else "no row"
    look = Look(kept, "the older event comes after the newer one", seen, "the row as it was")
    idea = "Events may come in another order. Write only if yours is not older than what is there."
    if _value(after, "uploaded") != _value(row, "uploaded") and after:
        look = because(look, "late-wins", "An old event came late, and its time is in the row now.", idea)
    yield look
    yield _held_back(system, *writer)


def _held_back(system: System, function: str, operation: str) -> Look:
    """The older of two uploads under one key writes its row when the newer one has written."""
    key, bodies = system.key("held.jpg"), (photo(310, 200, seed=14), photo(200, 310, seed=15))
    old, new = (310, 200, len(bodies[0])), (200, 310, len(bodies[1]))
    system.lab.faults.hold(function or RESIZE, operation)
    system.put(key, bodies[0])
    system.lab.faults.held(seconds=_HELD_SECONDS)
    system.put(key, bodies[1])
    last = time.monotonic() + _HELD_SECONDS
    while system.row(key) is None and time.monotonic() < last:
        time.sleep(_GLANCE_SECONDS)  # the lab cannot settle while a run is held
    system.lab.faults.clear()
    system.calm()
    found = _numbers(system.row(key) or {})
    tried = "the older upload's write is held up until the newer one's is done: width, height, bytes"
    look = Look(found == new, tried, short(found), short(new))
    if found != old:
        return look
    words = "The write of an older upload came after that of a newer one, and the row tells of the older one."
    idea = "Between a look and a write another run may write. The condition has to be part of the write."
    return because(look, "look-then-write", words, idea)


def row_writer(asked: Mapping[str, Mapping[str, int]]) -> tuple[str, str]:
    """Which function wrote the row of an upload, and by which operation; both "" if none did.

    Args:
        asked: what each function asked for because of the upload.
    """
    found = [
        (name, f"dynamodb:{write}")
        for name, asks in sorted(asked.items(), key=lambda item: item[0] != RESIZE)
        for write in _WRITES
        if name != COUNT and asks.get(f"dynamodb:{write}")
    ]
    return found[0] if found else ("", "")


def _is(row: Mapping[str, Any], key: str) -> bool:
    return bool(row.get("photo_id", {}).get("S") == photo_id(key))


def _as_uploaded(system: System, key: str, row: Mapping[str, Any], body: bytes) -> Looks:
    wrong = next((name for name in NUMBERS if "N" not in row.get(name, {})), "")
    if wrong:
        seen = f"`{wrong}` is {json.dumps(row[wrong])}" if wrong in row else f"no `{wrong}`"
        look = Look(False, "numbers", seen, 'such as {"N": "640"}', main=True)
        idea = 'DynamoDB has numbers: "9" is larger than "10" as a text.'
        yield because(look, "text", f"In the row {seen}.", idea) if wrong in row else look
    else:
        yield equal("width, height, bytes", _numbers(row), (640, 480, len(body)), main=True)
    yield equal("owner", _value(row, "owner"), system.owner, main=True)
    uploaded = _value(row, "uploaded")
    stored = system.s3.head_object(Bucket=IN, Key=key)["LastModified"]
    moment = _moment(uploaded)
    if moment is None:
        yield Look(False, "uploaded", short(uploaded), "ISO 8601 in UTC, such as 2026-11-28T03:00:00.000Z")
        return
    look = Look(abs(moment - stored) < _NEAR, "uploaded", str(uploaded), f"S3's time, {stored.isoformat()}")
    idea = "The event says when the photo came. When the function runs, that may be long ago."
    seen = f"`uploaded` is {uploaded}, and the photo came at {stored.isoformat()}."
    yield because(look, "own-clock", seen, idea, "Look at `eventTime`.")


def _numbers(row: Mapping[str, Any]) -> tuple[Any, ...]:
    found = [_value(row, name) for name in NUMBERS]
    return tuple(int(n) if isinstance(n, str) and n.isdigit() else n for n in found)


def _value(row: Mapping[str, Any], name: str) -> Any:
    return next(iter(row.get(name, {}).values()), None)


def _moment(text: Any) -> datetime | None:
    """A time with its zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


# -- an event that comes late ------------------------------------------------------------------------------------------


def deliver(system: System, key: str, at: datetime, size: int) -> bool:
    """Let the bucket's targets hear of an upload once more, as of a moment; whether anybody did.

    Args:
        at: when the photo was uploaded, on the lab's clock.
        size: of the photo then, in bytes.
    """
    sequencer = f"00{int(at.timestamp() - system.lab.clock.ahead_seconds):08X}00000000"
    change = ObjectChange(
        "ObjectCreated:Put",
        IN,
        system.lab.region,
        key,
        size=size,
        etag="0" * 32,
        at=at.astimezone(UTC).timestamp(),
        sequencer=sequencer,
    )
    rules = system.s3.get_bucket_notification_configuration(Bucket=IN)
    told = json.dumps(s3(change, configuration_id="again"))
    sent = False
    for kind, name in (("LambdaFunction", "LambdaFunctionArn"), ("Queue", "QueueArn"), ("Topic", "TopicArn")):
        for rule in rules.get(f"{kind}Configurations", ()):
            if any("ObjectRemoved" not in event for event in rule["Events"]):
                _send(system, rule[name], told)
                sent = True
    if "EventBridgeConfiguration" in rules:
        sent |= _to_the_bus(system, json.dumps(s3_to_bus(change)))
    system.settle()
    return sent


def _send(system: System, arn: str, told: str) -> None:
    service = arn.split(":")[2]
    if service == "lambda":
        system.functions.invoke(FunctionName=arn, InvocationType="Event", Payload=told)
    elif service == "sqs":
        url = system.sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        system.sqs.send_message(QueueUrl=url, MessageBody=told)
    elif service == "sns":
        system.lab.client("sns").publish(TopicArn=arn, Message=told)


def _to_the_bus(system: System, event: str) -> bool:
    """EventBridge lets nobody else send in S3's name, so its targets are told directly."""
    sent = False
    for rule in system.events.list_rules()["Rules"]:
        pattern = rule.get("EventPattern")
        if pattern and system.events.test_event_pattern(EventPattern=pattern, Event=event)["Result"]:
            for target in system.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                _send(system, target["Arn"], event)
                sent = True
    return sent
