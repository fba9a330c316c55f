"""Test events: the templates, a student's own, and JSON that is wrong, with its place and its reason."""

from __future__ import annotations

import json

import pytest

from lambdalab import Lab, LabError
from lambdalab.console import saved_events


def test_the_templates_are_json_and_the_s3_one_has_the_recorded_keys(lab: Lab) -> None:
    assert set(json.loads(saved_events.text(lab, "f", "hello-world", "eu-west-1"))) == {"key1", "key2", "key3"}
    (record,) = json.loads(saved_events.text(lab, "f", "s3-put", "eu-west-1"))["Records"]
    assert (record["eventName"], record["awsRegion"], record["s3"]["object"]["key"]) == (
        "ObjectCreated:Put",
        "eu-west-1",
        "test/key.jpg",
    )


def test_an_own_event_is_kept_for_its_function_and_another_console_finds_it(lab: Lab) -> None:
    saved_events.save(lab, "one", " mine ", '{"a": 1}')
    assert saved_events.names(lab, "one") == ["hello-world", "s3-put", "mine"]
    assert saved_events.text(lab, "one", "mine", "") == '{"a": 1}'
    assert saved_events.names(lab, "two") == ["hello-world", "s3-put"]
    saved_events.save(lab, "one", "mine", "[]")
    assert saved_events.text(lab, "one", "mine", "") == "[]"
    with pytest.raises(LabError, match="no event named 'other'"):
        saved_events.text(lab, "one", "other", "")


@pytest.mark.parametrize("name", ["", "  ", "hello-world"])
def test_an_event_needs_a_name_of_its_own(lab: Lab, name: str) -> None:
    with pytest.raises(LabError, match="needs a name of its own"):
        saved_events.save(lab, "one", name, "{}")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("{'a': 1}", "line 1, column 2", "double quotes, not in single ones"),
        ('{"a": True}', "line 1, column 7", "Python's True is true in JSON"),
        ('{\n  "a": None}', "line 2, column 8", "Python's None is null in JSON"),
        ('{\n  "a": 1,\n}', "line", "JSON has no last comma"),
        ('{"a": [1, 2,]}', "line 1", "JSON has no last comma"),
        ('{"a": 1', "line 1, column 8", "ends too early"),
        ('{"a" 1}', "line 1, column 6", "Expecting ':' delimiter"),
        ("{} {}", "line 1, column 4", "an event is one JSON value"),
        ("name=Ada", "line 1, column 1", "Expecting value"),
    ],
)
def test_wrong_json_is_explained_with_line_column_and_reason(text: str, place: str, reason: str) -> None:
    with pytest.raises(LabError) as wrong:
        saved_events.parse(text)
    assert place in str(wrong.value) and reason in str(wrong.value)
    *_, line, mark = str(wrong.value).splitlines()
    assert line in text.splitlines() and mark.strip() == "^" and len(mark) <= len(line) + 1


@pytest.mark.parametrize("text", ["", "  \n", "NaN", '{"a": Infinity}'])
def test_what_is_no_json_at_all_is_told_too(text: str) -> None:
    with pytest.raises(LabError, match=r"empty|no such value"):
        saved_events.parse(text)
