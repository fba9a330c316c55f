"""What a stream's mapping tells of changes that it has given up has AWS's keys, and AWS's own class reads it."""

from __future__ import annotations

import json
import re

import pytest
from aws_lambda_powertools.utilities.parser.models import DynamoDBStreamLambdaOnFailureDestinationModel

from lambdalab.events.discarded import (
    RETRY_ATTEMPTS_EXHAUSTED,
    Discarded,
    discarded,
    discarded_key,
)
from lambdalab.events.dynamodb import ItemChange, dynamodb
from tests.events.keys import DISCARDED, differences

STREAM = "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388"
SHARD = "shardId-00000001573689847184-864758bb"
NOON = 1_573_690_399.4
CHANGES = [ItemChange(STREAM, {"id": {"S": "7"}}, {"id": {"S": "7"}}, at=NOON + n, sequence=f"80{n}") for n in range(3)]


def given_up(**more: object) -> Discarded:
    settings = {"version": "$LATEST", "at": NOON + 60, **more}
    arn = "arn:aws:lambda:us-east-2:123456789012:function:charge"
    request_id = "316aa6d0-8154-4b11-9af7-85d5f4a6bc81"
    return Discarded(arn, request_id, RETRY_ATTEMPTS_EXHAUSTED, 4, CHANGES, SHARD, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("record", [given_up(), given_up(failed=False), given_up(version="")])
def test_the_record_has_the_keys_that_aws_recorded(record: Discarded) -> None:
    assert differences(discarded(record), DISCARDED) == []


def test_the_class_of_powertools_reads_it() -> None:
    read = DynamoDBStreamLambdaOnFailureDestinationModel.model_validate(discarded(given_up()))
    info = read.ddb_stream_batch_info
    assert (info.shard_id, info.stream_arn, info.batch_size) == (SHARD, STREAM, 3)
    assert (info.start_sequence_number, info.end_sequence_number) == ("800", "802")
    assert info.approximate_arrival_of_first_record.timestamp() == int(NOON)
    assert info.approximate_arrival_of_last_record.timestamp() == int(NOON + 2)
    assert read.response_context.function_error == "Unhandled"
    assert read.request_context.approximate_invoke_count == 4


def test_after_a_report_the_function_itself_has_not_failed() -> None:
    assert discarded(given_up(failed=False))["responseContext"]["functionError"] is None


def test_what_was_never_run_has_no_response() -> None:
    assert "responseContext" not in discarded(given_up(version=""))


def test_a_bucket_gets_the_event_as_text_and_a_key_with_mapping_shard_and_day() -> None:
    event = dynamodb(CHANGES)
    assert json.loads(discarded(given_up(), event)["payload"]) == event
    named = (
        r"aws/lambda/the-mapping/shardId-00000001573689847184-864758bb/2019/11/14/2019-11-14T00\.13\.19-[0-9a-f-]{36}"
    )
    assert re.fullmatch(named, discarded_key("the-mapping", SHARD, NOON))
