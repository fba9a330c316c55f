"""Powertools' batch processor, AWS's own library for partial batch failures, works unchanged in a deployed function."""

from __future__ import annotations

import json

import pytest

from lambdalab import Lab
from lambdalab.functions import deploy
from tests.triggers.mapped import REPORTS, Make
from tests.triggers.mapped import mapped as mapped

STANDARD = """
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

processor = BatchProcessor(event_type=EventType.SQS)

def work(record):
    if record.json_body["bad"] and int(record.attributes.approximate_receive_count) <= record.json_body["bad"]:
        raise ValueError("bad")
    print("DONE", record.json_body["name"])

def handler(event, context):
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
"""
FIFO = STANDARD.replace("BatchProcessor, EventType", "EventType, SqsFifoPartialProcessor").replace(
    "BatchProcessor(event_type=EventType.SQS)", "SqsFifoPartialProcessor()"
)


@pytest.fixture(scope="module")
def layers() -> list[str]:
    lab = Lab()
    return [lab.layer("aws-lambda-powertools"), lab.layer("pydantic"), lab.layer("jmespath")]


def order(name: str, *, bad: int = 0) -> str:
    """An order that cannot be done the first so many times."""
    return json.dumps({"name": name, "bad": bad})


def done(lines: list[str]) -> list[str]:
    return [line.removeprefix("DONE ") for line in lines if line.startswith("DONE ")]


def test_one_bad_order_of_ten_ends_as_a_dead_letter_and_each_good_one_is_done_once(
    mapped: Make, layers: list[str]
) -> None:
    one = mapped(receives=2, visibility=60, timeout=30, FunctionResponseTypes=[REPORTS])
    deploy(one.lab, one.function.name, STANDARD, timeout=30, layers=layers)
    one.send(*(order(name, bad=9 * (name == "e")) for name in "abcdefghij"))
    one.settle(200)
    assert sorted(done(one.function.logs())) == list("abcdfghij")
    assert (one.counts(), one.counts(one.letters)) == ((0, 0), (1, 0))


def test_a_fifo_batch_stops_at_the_first_failure_and_goes_on_in_order(mapped: Make, layers: list[str]) -> None:
    one = mapped(fifo=True, visibility=60, timeout=30, FunctionResponseTypes=[REPORTS])
    deploy(one.lab, one.function.name, FIFO, timeout=30, layers=layers)
    one.send(*(order(name, bad=name == "b") for name in "abcd"), MessageGroupId="g")
    one.settle()
    assert (done(one.function.logs()), one.counts()) == (["a"], (0, 3))
    one.settle(61)
    assert (done(one.function.logs()), one.counts()) == (list("abcd"), (0, 0))
