"""The recorder: every call is kept once, in order, with its reason, and nothing else changes."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

from lambdalab import Lab
from lambdalab.console.recorder import Call, Recorder


@pytest.fixture
def recorder(lab: Lab) -> Recorder:
    return Recorder(lab.client)


def test_a_recorded_client_answers_like_boto3s_own(recorder: Recorder, bucket: str) -> None:
    mine, plain = recorder.client("s3"), boto3.client("s3")
    assert mine.list_buckets()["Buckets"] == plain.list_buckets()["Buckets"]
    assert mine.meta.region_name == plain.meta.region_name
    assert mine.exceptions.NoSuchBucket.__name__ == "NoSuchBucket"


def test_calls_are_kept_in_order_with_their_reason(recorder: Recorder) -> None:
    s3 = recorder.client("s3")
    s3.list_buckets()
    with recorder.act("One"):
        s3.list_buckets()
        with recorder.silently():
            recorder.client("iam").list_roles()
        s3.list_buckets()
    s3.list_buckets()
    (act,) = recorder.acts
    assert [(call.service, call.purpose) for call in act.calls] == [
        ("s3", "asked"),
        ("iam", "silent"),
        ("s3", "asked"),
    ]
    assert (act.title, act.silent) == ("One", 1)
    assert list(recorder.looks) == [Call("s3", "list_buckets", {}, "look")] * 2


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [({"FunctionName": "nobody"}, ClientError, "ResourceNotFoundException"), ({}, ParamValidationError, None)],
)
def test_a_refused_call_is_kept_with_its_error_type_and_still_raised(
    recorder: Recorder, arguments: dict[str, str], error: type[Exception], name: str | None
) -> None:
    with recorder.act("Refused"), pytest.raises(error):
        recorder.client("lambda").get_function(**arguments)
    (call,) = recorder.acts[0].calls
    assert call.error == (name or error.__name__)
    assert call.arguments == arguments


def test_a_paginator_is_one_call_with_all_its_pages(recorder: Recorder, lab: Lab) -> None:
    iam = boto3.client("iam")
    names = [f"paged-{number}" for number in range(5)]
    for name in names:
        iam.create_user(UserName=name)
    pages = recorder.client("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
    assert len(pages) >= 1 and set(names) <= {user["UserName"] for page in pages for user in page["Users"]}
    (call,) = recorder.looks
    assert (call.method, call.paged) == ("list_users", True)
    for name in names:
        iam.delete_user(UserName=name)
