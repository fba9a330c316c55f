"""A recorded call written as Python is the same call: executed against a boto3 that only listens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalab.console import python
from lambdalab.console.recorder import Call
from lambdalab.functions import package

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Listening:
    """Stands where boto3 does, and keeps what it was asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, Any]]] = []

    def client(self, service: str) -> Any:
        return _Client(self, service)


class _Client:
    def __init__(self, listening: Listening, service: str) -> None:
        self._listening, self._service = listening, service

    def __getattr__(self, method: str) -> Any:
        return lambda **arguments: self._listening.heard.append((self._service, method, arguments))

    def get_paginator(self, method: str) -> Any:
        return SimpleNamespace(paginate=getattr(self, method))


def heard(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    boto3 = Listening()
    exec(text.replace("import boto3\n", ""), {"boto3": boto3})
    return boto3.heard


@given(st.dictionaries(st.from_regex("[A-Za-z][a-z]{0,6}", fullmatch=True).filter(str.isidentifier), VALUES))
def test_any_arguments_come_back_as_they_were_sent(arguments: dict[str, Any]) -> None:
    arguments = {f"A{name}": value for name, value in arguments.items()}
    call = Call("lambda", "invoke", arguments, "asked")
    assert heard(python.script([call])) == [("lambda", "invoke", arguments)]


def test_a_paginator_is_written_as_one() -> None:
    call = Call("logs", "filter_log_events", {"logGroupName": "g"}, "look", paged=True)
    assert python.code(call).startswith('boto3.client("logs").get_paginator("filter_log_events").paginate(')
    assert heard(python.code(call)) == [("logs", "filter_log_events", {"logGroupName": "g"})]


def test_bytes_are_text_where_they_can_be() -> None:
    assert heard(python.code(Call("s3", "put_object", {"Body": "ü".encode()}, "asked"))) == [
        ("s3", "put_object", {"Body": "ü"})
    ]
    assert heard(python.code(Call("s3", "put_object", {"Body": b"\xff\xd8"}, "asked")))[0][2] == {"Body": b"\xff\xd8"}


def test_a_zip_is_abbreviated_and_the_script_spells_its_files_out() -> None:
    files: dict[str, str | bytes] = {"a.py": 'x = "ü"\n', "b.bin": b"\xff\x00"}
    call = Call("lambda", "update_function_code", {"FunctionName": "f", "ZipFile": package(files)}, "asked")
    assert python.code(call).count("package(files)") == 1 and "PK" not in python.code(call)
    assert python.contents(python.zipped(call)) == "files: a.py, 1 line; b.bin, 2 bytes"
    assert heard(python.script([call]))[0][2]["ZipFile"] == package(files)


@pytest.mark.parametrize(
    ("purpose", "error", "line"),
    [("silent", "", "# added by the console"), ("asked", "InvalidArgument", "# refused: InvalidArgument")],
)
def test_what_was_added_or_refused_is_said_in_the_script(purpose: Any, error: str, line: str) -> None:
    assert line in python.script([Call("s3", "list_buckets", {}, purpose, error=error)])


def test_a_line_of_code_fits_the_panel() -> None:
    rule = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".jpg"}]}}}
    given = {"Bucket": "photos", "NotificationConfiguration": {"LambdaFunctionConfigurations": [rule, rule]}}
    text = python.code(Call("s3", "put_bucket_notification_configuration", given, "asked"))
    assert max(map(len, text.splitlines())) <= 88
