"""Invoke on the wire: statuses, headers, limits and refusals (AWS_SEMANTICS 1 to 8)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
ECHO = "def handler(event, context):\n    return event"
ARN = "arn:aws:lambda:us-east-1:123456789012:function"
MB = 2**20


def client() -> Any:
    return boto3.client("lambda", config=Config(retries={"max_attempts": 0}))


def refused(**call: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        client().invoke(**call)
    return error.value.response


@pytest.fixture
def echo(deploy: Deploy) -> Function:
    return deploy(ECHO, name="echo")


def test_1_the_client_context_reaches_the_function_as_it_was_sent(deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    return context.client_context.custom", name="with-context")
    context = base64.b64encode(json.dumps({"custom": {"who": "Zoë"}}).encode()).decode()
    answer = client().invoke(FunctionName="with-context", ClientContext=context)
    assert json.loads(answer["Payload"].read()) == {"who": "Zoë"}


@pytest.mark.parametrize("context", ["%%%", "WzFd", base64.b64encode(b'{"custom":"' + b"x" * 2700 + b'"}').decode()])
def test_1_a_client_context_that_is_no_json_object_or_too_long_is_refused(echo: Function, context: str) -> None:
    assert refused(FunctionName="echo", ClientContext=context)["Error"]["Code"] == "InvalidRequestContentException"


@pytest.mark.parametrize(
    ("kind", "status", "payload"), [("RequestResponse", 200, b"[1]"), ("Event", 202, b""), ("DryRun", 204, b"")]
)
def test_2_each_kind_of_call_has_its_status_and_only_the_synchronous_one_a_payload(
    echo: Function, kind: str, status: int, payload: bytes
) -> None:
    answer = client().invoke(FunctionName="echo", InvocationType=kind, Payload=b"[1]")
    assert (answer["StatusCode"], answer["Payload"].read()) == (status, payload)


def test_2_an_unknown_kind_of_call_is_refused(echo: Function) -> None:
    said = refused(FunctionName="echo", InvocationType="Later")
    assert said["Error"]["Code"] == "InvalidParameterValueException"


def test_3_a_function_error_is_http_200_and_says_unhandled(deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    raise ValueError('no')", name="raises")
    answer = client().invoke(FunctionName="raises")
    assert (answer["StatusCode"], answer["FunctionError"], answer["ExecutedVersion"]) == (200, "Unhandled", "$LATEST")
    assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"


@pytest.mark.parametrize(("kind", "most"), [("RequestResponse", 6 * MB), ("Event", MB)])
def test_4_a_payload_of_the_largest_size_passes_and_one_byte_more_is_413(echo: Function, kind: str, most: int) -> None:
    largest = b'"' + b"x" * (most - 2) + b'"'
    answer = client().invoke(FunctionName="echo", InvocationType=kind, Payload=largest)
    assert "FunctionError" not in answer
    said = refused(FunctionName="echo", InvocationType=kind, Payload=largest + b" ")
    assert said["Error"]["Code"] == "RequestTooLargeException"
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_5_an_answer_that_is_too_large_is_a_function_error(deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    return 'x' * 6291556", name="large")
    answer = client().invoke(FunctionName="large")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read()) == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


def test_5_what_is_not_json_is_refused_before_the_function(echo: Function) -> None:
    said = refused(FunctionName="echo", Payload=b"{not json")
    assert said["Error"]["Code"] == "InvalidRequestContentException"
    start = "Could not parse request body into json: Could not parse payload into json: "
    assert said["Error"]["Message"].startswith(start)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ({"FunctionName": "nobody"}, f"Function not found: {ARN}:nobody:$LATEST"),
        ({"FunctionName": "echo", "Qualifier": "7"}, f"Function not found: {ARN}:echo:7"),
        ({"FunctionName": "echo", "Qualifier": "live"}, f"Function not found: {ARN}:echo:live"),
        (
            {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:echo"},
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        ),
    ],
)
def test_5_an_unknown_function_version_or_alias_is_404_and_named_by_its_arn(
    echo: Function, call: dict[str, str], text: str
) -> None:
    said = refused(**call)
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert said["Error"] == {"Code": "ResourceNotFoundException", "Message": text}
    assert said["Type"] == "User"


@pytest.mark.parametrize(
    "name",
    ["echo", "echo:$LATEST", "function:echo", f"{ARN}:echo", f"{ARN}:echo:$LATEST", "123456789012:function:echo"],
)
def test_5_every_form_of_the_name_reaches_the_function(echo: Function, name: str) -> None:
    assert client().invoke(FunctionName=name, Payload=b"1")["Payload"].read() == b"1"


def test_6_a_throttled_call_is_429_with_the_reason(echo: Function) -> None:
    client().put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    said = refused(FunctionName="echo")
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert said["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert (said["Reason"], said["Type"]) == ("ReservedFunctionConcurrentInvocationLimitExceeded", "User")


def test_7_the_log_result_is_the_last_4_kb_of_the_log(deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    print('first')\n    print('x' * 5000)", name="talks")
    log = base64.b64decode(client().invoke(FunctionName="talks", LogType="Tail")["LogResult"])
    assert len(log) == 4096
    assert b"first" not in log and b"REPORT RequestId" in log
    assert "LogResult" not in client().invoke(FunctionName="talks")


def test_8_an_asynchronous_event_keeps_its_request_id_on_every_attempt(deploy: Deploy, lab: Lab) -> None:
    function = deploy(
        "def handler(event, context):\n    print('ran as', context.aws_request_id)\n    raise ValueError", name="again"
    )
    answer = client().invoke(FunctionName="again", InvocationType="Event")
    function.wait(1)
    lab.clock.advance(seconds=61)
    function.wait(2)
    lab.clock.advance(seconds=121)
    assert [i.attempt for i in function.wait(3)] == [1, 2, 3]
    ran = [line.split()[-1] for line in function.logs() if "ran as" in line]
    assert set(ran) == {answer["ResponseMetadata"]["RequestId"]}
    assert len(ran) == 3
