"""Exercise 07.6, a blocked shard: the student's settings and function on a stream of the check's own.

A table gets one change that cannot be announced and thirty that can; then an hour passes on the lab's clock. What the
function printed tells which changes it was through with, and in which order.
"""

from __future__ import annotations

import json
import random
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdalab.errors import LabError
from lambdalab.learn.exercises import Case, Hit, Message, Raised, Seen, Stop, Tried, Unwritten
from lambdalab.learn.student import same_program
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks.own import refusal
from lambdalab.learn.workbooks.own_queue import unmapped
from lambdalab.observe.records import Invocation

FUNCTION, PLACE = "ex07_announce", "ex07-failed"
_TABLE = "ex07-shard-check"
_GOOD, _PARCELS = 30, 5
_LIMITS = {"MaximumRetryAttempts": "retries", "MaximumRecordAgeInSeconds": "seconds"}
_UNKNOWN = re.compile("names (.*), which is not in the batch")
_GIVEN_ERROR = "KeyError: 'step'"
GIVEN = """
def handler(event, context):
    for record in event["Records"]:
        parcel = record["dynamodb"]["NewImage"]
        print("announced", parcel["parcel_id"]["S"], parcel["step"]["N"])
"""


@dataclass(frozen=True)
class _Told:
    """The record of what was given up: from which change to which, and how many."""

    start: str
    end: str
    size: int


def cases(rng: random.Random | None) -> Sequence[Case]:
    bad = 0 if rng is None else rng.randrange(0, 20)

    def run(work: Work) -> Seen:
        settings = _settings(work)
        with _stream(work) as (table, stream):
            prefix = secrets.token_hex(3)
            good = _written(table, prefix, bad)
            poison = _number_of(work, stream, f"{prefix}-bad")
            wanted = {"EventSourceArn": stream, "FunctionName": FUNCTION, "StartingPosition": "TRIM_HORIZON"}
            try:
                work.client.create_event_source_mapping(**wanted, **settings)
            except ClientError as refused:
                return Seen(False, "the mapping was refused", raised=refusal(refused))
            except (BotoCoreError, TypeError) as refused:  # boto3 itself, or a setting that the check gives
                raised = Raised(type(refused).__name__, str(refused), error=refused)
                return Seen(False, "boto3 refused the settings", raised=raised)
            work.lab.clock.advance(hours=1)
            announced = _announced(work, prefix)
            blocked = any(one["source"] == f"dynamodb:{_TABLE}" for one in work.lab.waiting())
            told = _told(work, settings, stream)
            steps = work.lab.steps(kind="delivery", source=stream)
            runs = [one for step in steps if step.request_id for one in work.lab.history(request_id=step.request_id)]
        facts = {
            "missing": sum(one not in announced for one in good),
            "blocked": blocked,
            "failures": len({run.request_id for run in runs if run.error_type}),
            "reported": any("reported" in step.reason for step in steps),
            "told": bool(told),
            "place": _queue_of(settings),
            "limits": {name: settings[name] for name in _LIMITS if isinstance(settings.get(name), int)},
            "error": next((_error(run) for run in reversed(runs) if run.error_type), ""),
            "unknown": next((found[1] for step in steps if (found := _UNKNOWN.search(step.reason))), ""),
        }
        wrong = _wrong(facts, announced, told, poison)
        shown = f"30 announced in order, the bad one set aside after {facts['failures']} failures"
        return Seen(not wrong, wrong or shown, facts=facts)

    event = f'new_mapping(**settings)\nan_hour_passes()\nlab.explain("{FUNCTION}", last=1)'
    return [Case("a bad change and 30 good ones, an hour later", event, run)]


def _settings(work: Work) -> Mapping[str, Any]:
    """The student's settings.

    Raises:
        Unwritten: they are empty, and the function is as it was given.
        Stop: they are no dictionary.
    """
    value, source = work.names["settings"], work.source(FUNCTION)
    if not isinstance(value, dict):
        raise Stop(Message(f"`settings` is {kind_of(value)}.", 'It must be a dictionary: `{"BatchSize": 50}`.'))
    if not value and (not source or same_program(source, GIVEN)):
        raise Unwritten(unwritten("settings"))
    return value


def _wrong(facts: Mapping[str, Any], announced: Sequence[tuple[str, int]], told: Sequence[_Told], poison: str) -> str:
    """What is not as it should be, in a few words; "" when all is well."""
    if facts["missing"]:
        return f"{facts['missing']} of the {_GOOD} good changes were never announced"
    if facts["blocked"]:
        return f"the bad change is still tried, after {facts['failures']} failures"
    seen: dict[str, int] = {}
    for parcel, step in dict.fromkeys(announced):
        if step < seen.get(parcel, 0):
            return f"parcel {parcel}: step {step} was announced after step {seen[parcel]}"
        seen[parcel] = step
    if not any(one.start == one.end == poison for one in told):
        return "no record of the bad change alone came to the destination"
    return "" if facts["place"] == PLACE else f"the record is in {facts['place']}"


# -- the stream --------------------------------------------------------------------------------------------------------


@contextmanager
def _stream(work: Work) -> Iterator[tuple[Any, str]]:
    """A table with a stream, without a mapping; both are gone afterwards."""
    import boto3

    table = boto3.resource("dynamodb").Table(_TABLE)
    _dropped(work, table)  # left by a check that was interrupted
    made = table.meta.client.create_table(
        TableName=_TABLE,
        KeySchema=[{"AttributeName": "parcel_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "parcel_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    try:
        yield table, made["TableDescription"]["LatestStreamArn"]
    finally:
        _dropped(work, table)


def _dropped(work: Work, table: Any) -> None:
    with suppress(table.meta.client.exceptions.ResourceNotFoundException):
        told = table.meta.client.describe_table(TableName=_TABLE)["Table"]
        unmapped(work, told["LatestStreamArn"])
        table.delete()


def _written(table: Any, prefix: str, bad: int) -> list[tuple[str, int]]:
    """Enter the changes, the bad one at its place; the good ones, as parcel and step."""
    good = [(f"{prefix}-{n % _PARCELS}", n // _PARCELS + 1) for n in range(_GOOD)]
    for place, (parcel, step) in enumerate(good):
        if place == bad:
            table.put_item(Item={"parcel_id": f"{prefix}-bad"})
        table.put_item(Item={"parcel_id": parcel, "step": step})
    return good


def _number_of(work: Work, stream: str, parcel: str) -> str:
    """The sequence number of a parcel's change."""
    client = work.lab.client("dynamodbstreams")
    (shard,) = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    place = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = client.get_records(ShardIterator=client.get_shard_iterator(**place)["ShardIterator"])["Records"]
    changes = [one["dynamodb"] for one in records]
    return next(str(one["SequenceNumber"]) for one in changes if one["Keys"]["parcel_id"]["S"] == parcel)


def _announced(work: Work, prefix: str) -> list[tuple[str, int]]:
    """Parcel and step of each line that the function printed for this check, in order."""
    words = [line.split() for line in work.lab.function(FUNCTION).logs(100_000)]
    found = [line for line in words if len(line) == 3 and line[0] == "announced" and line[1].startswith(prefix)]
    return [(parcel, int(step)) for _, parcel, step in found if step.isdigit()]


def _told(work: Work, settings: Mapping[str, Any], stream: str) -> list[_Told]:
    """The records about this stream in the queue that the settings name; they are taken out of it."""
    try:
        url = work.lab.queue(_queue_of(settings)).url
    except (LabError, ClientError):
        return []
    sqs, found = work.lab.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for one in messages:
            about = _about(one["Body"])
            if about.get("streamArn") == stream:
                found.append(_Told(about["startSequenceNumber"], about["endSequenceNumber"], about["batchSize"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def _queue_of(settings: Mapping[str, Any]) -> str:
    """The queue's name in the destination; "" without one."""
    arn = str(settings.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""))
    return arn.rpartition(":")[2]


def _error(run: Invocation) -> str:
    """An error that is not the given function's own, as "KeyError: 'messageId'"."""
    said = f"{run.error_type}: {run.error_message}"
    return "" if said == _GIVEN_ERROR else said


def _about(body: str) -> Mapping[str, Any]:
    """What a record says of its batch; nothing when the message is something else."""
    with suppress(ValueError):
        said = json.loads(body)
        if isinstance(said, dict):
            about: Mapping[str, Any] = said.get("DDBStreamBatchInfo", {})
            return about
    return {}


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def _one(tried: Sequence[Tried]) -> Tried | None:
    """The case, if it came to its end and is not as it should be."""
    return next((one for one in tried if not one.seen.ok and "missing" in one.seen.facts), None)


def caught(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Nothing failed and nothing was told: the handler has hidden it."""
    one = _one(tried)
    hidden = one and not (one.seen.facts["missing"] or one.seen.facts["failures"] or one.seen.facts["reported"])
    return Hit(one) if one and hidden and not one.seen.facts["told"] else None


def other_number(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The answer names a change by something that is not its sequence number."""
    one = _one(tried)
    return Hit(one, {"got": short(one.seen.facts["unknown"], 24)}) if one and one.seen.facts["unknown"] else None


def limit_too_far(tried: Sequence[Tried], work: Work) -> Hit | None:
    """After an hour the bad change is still tried, although the settings hold a limit."""
    one = _one(tried)
    if one is None or not one.seen.facts["blocked"] or not one.seen.facts["limits"]:
        return None
    name, limit = next(iter(one.seen.facts["limits"].items()))
    reached = "No limit is what -1 means" if limit == -1 else f"{limit:,} {_LIMITS[name]} are not over after an hour"
    return Hit(one, {"n": one.seen.facts["missing"], "name": name, "reached": reached})


def thrown_out(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Good changes were given up together with the bad one."""
    one = _one(tried)
    if one is None or not one.seen.facts["missing"] or one.seen.facts["blocked"]:
        return None
    return Hit(one, {"n": one.seen.facts["missing"], "error": _in_words(one)})


def still_blocked(tried: Sequence[Tried], work: Work) -> Hit | None:
    """After an hour the bad change is still tried."""
    one = _one(tried)
    if one is None or not one.seen.facts["blocked"]:
        return None
    values = {"n": one.seen.facts["missing"], "attempts": one.seen.facts["failures"], "error": _in_words(one)}
    return Hit(one, values)


def _in_words(one: Tried) -> str:
    error = one.seen.facts["error"]
    return f" Your handler raised `{short(error, 60)}`." if error else ""


def another_place(tried: Sequence[Tried], work: Work) -> Hit | None:
    """All is well, but the record is in another queue."""
    one = _one(tried)
    if one is None or one.seen.facts["missing"] or one.seen.facts["blocked"]:
        return None
    place = one.seen.facts["place"]
    return Hit(one, {"place": place}) if place and place != PLACE else None


def nobody_told(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The bad change was given up, and no destination has a record of it."""
    one = _one(tried)
    if one is None or one.seen.facts["missing"] or one.seen.facts["blocked"] or one.seen.facts["told"]:
        return None
    return Hit(one, {"attempts": one.seen.facts["failures"]})
