"""What a target receives is what was recorded from AWS for the same Input, InputPath or InputTransformer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdalab.triggers.inputs import text_for, unknown_variable

ARN = "arn:aws:events:us-east-1:123456789012:rule/orders/paid"
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "7d4a",
    "detail-type": "Paid",
    "source": "shop",
    "account": "123456789012",
    "time": "2026-01-01T12:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:a", "arn:b"],
    "detail": {"command": "pay", "total": 99.5, "payload": {"acc": "0a", "sf": "baz"}, "items": [{"n": 1}, {"n": 2}]},
}
PATHS = {
    "type": "$.detail-type",
    "command": "$.detail.command",
    "total": "$.detail.total",
    "payload": "$.detail.payload",
    "second": "$.detail.items[1].n",
    "numbers": "$.detail.items[*].n",
    "missing": "$.detail.nothing",
}


def text(**target: Any) -> str:
    return text_for(target, EVENT, ARN, 1_767_268_800.0)


def filled(template: str) -> str:
    return text(InputTransformer={"InputPathsMap": PATHS, "InputTemplate": template})


def test_without_any_of_the_three_the_whole_event_is_sent() -> None:
    assert json.loads(text()) == EVENT


def test_input_is_a_constant() -> None:
    assert text(Input='{"go": true}') == '{"go": true}'


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("$", EVENT),
        ("$.detail", EVENT["detail"]),
        ("$.detail.payload", {"acc": "0a", "sf": "baz"}),
        ("$.detail.payload.sf", "baz"),
        ("$.detail-type", "Paid"),
        ("$.resources[1]", "arn:b"),
        ("$.detail.items[*].n", [1, 2]),
        ("$.detail.nothing", None),
    ],
)
def test_an_input_path_leads_to_a_part_of_the_event(path: str, part: Any) -> None:
    assert json.loads(text(InputPath=path)) == part


def test_a_string_between_quotation_marks_is_put_in_as_it_is() -> None:
    assert filled('"<type> of <command>"') == '"Paid of pay"'
    assert filled('"{[/ signs at the begin of <type>"') == '"{[/ signs at the begin of Paid"'


def test_outside_of_quotation_marks_a_value_is_put_in_as_json() -> None:
    made = filled('{"type": <type>, "total": <total>, "both": "<type> of <command>", "list": [1, <second>, <payload>]}')
    assert json.loads(made) == {
        "type": "Paid",
        "total": 99.5,
        "both": "Paid of pay",
        "list": [1, 2, {"acc": "0a", "sf": "baz"}],
    }
    assert json.loads(filled('{"all": <numbers>}')) == {"all": [1, 2]}


def test_a_path_that_leads_nowhere_gives_an_empty_string() -> None:
    assert filled('"info from <missing>"') == '"info from "'
    assert json.loads(filled('{"info": <missing>}')) == {"info": ""}


def test_an_object_between_quotation_marks_loses_its_own() -> None:
    assert filled('"payload of <payload>"') == '"payload of {acc:0a,sf:baz}"'


def test_escaped_quotation_marks_do_not_end_a_text() -> None:
    assert json.loads(filled(r'{"text": "the \"<type>\" of <command>"}')) == {"text": 'the "Paid" of pay'}


def test_the_predefined_variables_are_the_rule_the_time_and_the_event() -> None:
    template = '"<aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>"'
    made = text(InputTransformer={"InputTemplate": template})
    assert made == f'"{ARN} paid 2026-01-01T12:00:00Z"'
    template = '{"short": <aws.events.event>, "whole": <aws.events.event.json>}'
    told = json.loads(text(InputTransformer={"InputTemplate": template}))
    assert told["whole"] == EVENT
    without = {key: value for key, value in EVENT.items() if key not in ("detail", "detail-type")}
    assert told["short"] == {**without, "detailType": "Paid"}  # AWS spells this key otherwise here


def test_a_variable_that_has_no_path_is_found() -> None:
    assert unknown_variable({"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<a> <b> <aws.events.rule-name>"'}) == "b"
    assert unknown_variable({"InputTemplate": '"1 < 2"'}) == ""
