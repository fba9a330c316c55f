"""Whatever a function does, the caller gets AWS's error and the next call works (AWS_SEMANTICS 5 and 9 to 14)."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
GOOD = "def handler(event, context):\n    return 'fine'"


def kind_and_text(function: Function, event: object = None) -> tuple[str, str]:
    error = function.invoke(event).error
    assert error is not None
    return error["errorType"], error["errorMessage"]


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        (
            "import nope",
            "Runtime.ImportModuleError",
            "Unable to import module 'lambda_function': No module named 'nope'",
        ),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'lambda_function'"),
        (
            "def handler(e, c)\n    pass",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'lambda_function': expected ':' (lambda_function.py, line 1)",
        ),
        (
            "def handler(e, c):\n    return {1, 2}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
        ("def handler(e, c):\n    return e['name']", "KeyError", "'name'"),
        ("import json\njson.loads('{')", "JSONDecodeError", "Expecting property name enclosed in double quotes"),
    ],
)
def test_a_faulty_function_gives_the_error_that_aws_gives(deploy: Deploy, source: str, kind: str, text: str) -> None:
    function = deploy(source)
    assert kind_and_text(function)[0] == kind
    assert text in kind_and_text(function)[1]
    assert deploy(GOOD).invoke().answer == "fine"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit(2)", "Runtime exited with error: exit status 2"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_process_that_ends_is_an_exit_error_and_the_next_call_gets_a_new_one(
    deploy: Deploy, statement: str, text: str
) -> None:
    function = deploy(
        f"import os, sys\ndef handler(event, context):\n    if event: {statement}\n    return os.getpid()"
    )
    before = function.invoke().answer
    result = function.invoke({"end": True})
    assert result.function_error == "Unhandled" and result.status_code == 200
    error = result.error
    assert error is not None
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"] == f"RequestId: {result.request_id} Error: {text}"
    after = function.invoke()
    assert after.cold and after.answer != before


def test_a_function_that_sleeps_past_its_timeout_is_killed_and_the_next_call_works(deploy: Deploy) -> None:
    function = deploy(
        "import time\ndef handler(event, context):\n    time.sleep(event.get('s', 0))\n    return 'fine'", timeout=1
    )
    result = function.invoke({"s": 60})
    assert result.error == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {result.request_id} Error: Task timed out after 1.00 seconds",
    }
    assert f"{result.request_id} Task timed out after 1.00 seconds" in result.log
    assert "\tStatus: timeout\t" in result.log
    assert function.invoke().answer == "fine"


def test_after_a_timeout_the_file_is_still_there_and_the_global_is_back_to_zero(deploy: Deploy) -> None:
    source = """
import pathlib, tempfile, time
calls = 0
def handler(event, context):
    global calls
    calls += 1
    file = pathlib.Path(tempfile.gettempdir(), "kept.txt")
    before = file.exists()
    file.write_text("kept")
    time.sleep(event.get("s", 0))
    return [calls, before]
"""
    function = deploy(source, timeout=1, name="keeps-tmp")
    assert function.invoke().answer == [1, False]
    assert function.invoke().answer == [2, True]
    assert function.invoke({"s": 60}).function_error == "Unhandled"
    assert function.invoke().answer == [1, True]


def test_five_megabytes_of_print_do_not_stop_a_function(deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    print('y' * 5_000_000)\n    return 'fine'")
    result = function.invoke()
    assert result.answer == "fine"
    assert len(result.log) <= 4096
    assert function.invoke().answer == "fine"


def test_a_print_without_an_end_is_cut_and_ends_with_the_timeout(deploy: Deploy) -> None:
    endless = "def handler(event, context):\n    while event.get('endless'):\n        print('y' * 99_999)\n    return 1"
    function = deploy(endless, timeout=3, memory=1769, name="prints-on")
    error = function.invoke({"endless": True}).error
    assert error is not None and error["errorType"] == "Sandbox.Timedout"
    lines = function.logs(100_000)
    assert [line for line in lines if line.startswith("[lambdalab] more than 8 MB")] == [
        "[lambdalab] more than 8 MB in one invocation: the rest is not kept"
    ]
    assert 8_000_000 < sum(map(len, lines)) < 9_000_000
    assert function.invoke().answer == 1


def test_a_closed_stdout_does_not_stop_a_function(deploy: Deploy) -> None:
    function = deploy("import sys\ndef handler(event, context):\n    sys.stdout.close()\n    return 'fine'")
    assert function.invoke().answer == "fine"
    assert function.invoke().status_code == 200


def test_an_answer_over_six_megabytes_is_refused(deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    return 'y' * event.get('n', 1)")
    error = function.invoke({"n": 7_000_000}).error
    assert error is not None and error["errorType"] == "Function.ResponseSizeTooLarge"
    assert "6291556" in error["errorMessage"]
    assert function.invoke().answer == "y"


def test_an_event_that_is_not_json_is_refused_and_the_next_call_works(deploy: Deploy) -> None:
    function = deploy(GOOD)
    with pytest.raises(ClientError) as refused:
        boto3.client("lambda").invoke(FunctionName="f", Payload="{nonsense")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"
    assert "Could not parse request body into json" in refused.value.response["Error"]["Message"]
    assert function.invoke().answer == "fine"


def test_an_event_over_six_megabytes_is_refused(deploy: Deploy) -> None:
    deploy(GOOD)
    with pytest.raises(ClientError) as refused:
        boto3.client("lambda").invoke(FunctionName="f", Payload=b'"' + b"y" * 7_000_000 + b'"')
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert refused.value.response["Error"]["Code"] == "RequestTooLargeException"


@pytest.mark.parametrize("name", ["with blank", "ümlaut", "a/b", "x" * 65])
def test_a_name_that_is_not_allowed_is_refused(deploy: Deploy, name: str) -> None:
    with pytest.raises(ClientError) as refused:
        deploy(GOOD, name=name)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "at 'functionName' failed to satisfy constraint" in refused.value.response["Error"]["Message"]
    assert deploy(GOOD).invoke().answer == "fine"


@pytest.mark.parametrize(("setting", "value", "at"), [("memory", 20_000, "memorySize"), ("timeout", 1000, "timeout")])
def test_a_setting_outside_its_limits_is_refused(deploy: Deploy, setting: str, value: int, at: str) -> None:
    with pytest.raises(ClientError) as refused:
        deploy(GOOD, **{setting: value})
    assert f"Value '{value}' at '{at}' failed" in refused.value.response["Error"]["Message"]


def test_a_setting_below_its_limit_is_refused_by_boto3_itself(deploy: Deploy) -> None:
    with pytest.raises((ClientError, ParamValidationError)):
        deploy(GOOD, memory=64)


def test_a_package_that_is_no_zip_is_refused(lab: Lab) -> None:
    with pytest.raises(ClientError) as refused:
        lab.client("lambda").create_function(
            FunctionName="nozip", Role=lab.role, Runtime="python3.12", Handler="a.b", Code={"ZipFile": b"nonsense"}
        )
    assert "Could not unzip uploaded file" in refused.value.response["Error"]["Message"]


def test_an_unknown_function_is_not_found_under_its_full_name(lab: Lab) -> None:
    with pytest.raises(ClientError) as refused:
        boto3.client("lambda").invoke(FunctionName="nobody")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nobody:$LATEST"
    assert refused.value.response["Error"]["Message"] == f"Function not found: {arn}"


def test_a_timeout_is_not_counted_while_nothing_runs(deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    return context.get_remaining_time_in_millis()", timeout=2)
    assert 1000 < function.invoke().answer <= 2000
