"""What a caller and a log reader see of a function, sentence by sentence as AWS does it.

The numbers are those of the list of AWS's behaviour in the project's notes: 9 to 12 error payloads, 14 log lines, 16
failed starts, 19 variables, 20 the context, 21 the Runtime API, 22 the platform's lines. What is expected here was
recorded from AWS or is in its documents. 13 (/tmp survives a timeout) is in tests/runtime/test_rooms.py, where the
folders are; memory kills are in tests/runtime/test_limits.py.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab import Function, Lab
from lambdalab.runtime import rooms
from lambdalab.service.programs import PYTHON

Deploy = Callable[..., Function]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
UNABLE, NO_MODULE = "Unable to import module", "No module named"
NAMES = (f"semantics-{number}" for number in itertools.count())  # each function has a log of its own


@pytest.fixture
def made(deploy: Deploy) -> Deploy:
    """Deploy under a name that no other test has used."""
    return lambda source, **settings: deploy(source, **{"name": next(NAMES), "timeout": 10, **settings})


# -- 9 to 12: error payloads -----------------------------------------------------------------------------------------


def test_9_a_raise_answers_message_type_request_id_and_the_trace_below_var_task(made: Deploy) -> None:
    result = made("def inner():\n    return {}['x']\n\ndef handler(event, context):\n    return inner()").invoke()
    assert (result.status_code, result.function_error) == (200, "Unhandled")
    assert result.error == {
        "errorMessage": "'x'",
        "errorType": "KeyError",
        "requestId": result.request_id,
        "stackTrace": [
            '  File "/var/task/lambda_function.py", line 5, in handler\n    return inner()\n',
            "  File \"/var/task/lambda_function.py\", line 2, in inner\n    return {}['x']\n",
        ],
    }


def test_9_the_error_type_is_the_bare_class_name(made: Deploy) -> None:
    error = made("import json\ndef handler(event, context):\n    json.loads('')").invoke().error
    assert error is not None and error["errorType"] == "JSONDecodeError"


def test_9_a_handler_without_return_answers_null(made: Deploy) -> None:
    assert made("def handler(event, context):\n    pass").invoke().payload == b"null"


def test_10_an_exception_at_load_keeps_its_type_and_the_frames_of_importlib(made: Deploy) -> None:
    result = made("raise LookupError('at load')").invoke()
    error = result.error
    assert error is not None and result.function_error == "Unhandled"
    assert (error["errorType"], error["errorMessage"], error["requestId"]) == ("LookupError", "at load", "")
    files = [re.match(r' *File "(.*?)", line', row)[1] for row in error["stackTrace"]]  # type: ignore[index]
    assert files[0].endswith("/importlib/__init__.py") and "<frozen importlib._bootstrap>" in files
    assert files[-1] == "/var/task/lambda_function.py" and not any("bootstrap.py" in file for file in files)


@pytest.mark.parametrize(
    ("source", "handler", "kind", "text"),
    [
        (
            "import nope",
            "lambda_function.handler",
            "ImportModuleError",
            f"{UNABLE} 'lambda_function': {NO_MODULE} 'nope'",
        ),
        ("", "other.handler", "ImportModuleError", f"{UNABLE} 'other': {NO_MODULE} 'other'"),
        ("", "lambda_function.nope", "HandlerNotFound", "Handler 'nope' missing on module 'lambda_function'"),
        ("", "sys.exit", "BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"),
    ],
)
def test_10_the_runtimes_own_faults_have_no_request_id_and_no_trace(
    made: Deploy, source: str, handler: str, kind: str, text: str
) -> None:
    error = made(source, handler=handler).invoke().error
    assert error == {"errorMessage": text, "errorType": f"Runtime.{kind}", "requestId": "", "stackTrace": []}


def test_10_a_handlers_name_without_a_dot_is_malformed(made: Deploy, lab: Lab) -> None:
    function = made("def handler(event, context):\n    pass")
    lab.client("lambda").update_function_configuration(FunctionName=function.name, Handler="x")
    assert function.invoke().error == {
        "errorMessage": "Bad handler 'x': not enough values to unpack (expected 2, got 1)",
        "errorType": "Runtime.MalformedHandlerName",
        "requestId": "",
        "stackTrace": [],
    }


def test_10_a_syntax_error_has_its_line_as_the_trace(made: Deploy) -> None:
    assert made("def handler(event, context):\n    return (\n").invoke().error == {
        "errorMessage": "Syntax error in module 'lambda_function': '(' was never closed (lambda_function.py, line 2)",
        "errorType": "Runtime.UserCodeSyntaxError",
        "requestId": "",
        "stackTrace": ['  File "/var/task/lambda_function.py" Line 2\n        return (\n'],
    }


def test_10_what_is_no_json_cannot_be_marshalled(made: Deploy) -> None:
    result = made("def handler(event, context):\n    return {1, 2}").invoke()
    assert result.error == {
        "errorMessage": "Unable to marshal response: Object of type set is not JSON serializable",
        "errorType": "Runtime.MarshalError",
        "requestId": result.request_id,
        "stackTrace": [],
    }


def test_10_a_fault_at_load_warns_before_it_logs_the_error(made: Deploy) -> None:
    function = made("import nope")
    function.invoke()
    log = function.logs()
    at = next(number for number, event in enumerate(log) if event.startswith("[WARNING]"))
    assert re.match(rf"\[WARNING\]\t{TIME}\t\tLAMBDA_WARNING: Unhandled exception\. ", log[at])
    assert log[at + 1].startswith("[ERROR] Runtime.ImportModuleError: Unable to import module 'lambda_function'")


@pytest.mark.parametrize("where", ["at load", "in the handler"])
@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (127, "Runtime exited with error: exit status 127"),
    ],
)
def test_11_a_process_that_ends_is_an_exit_error_named_on_two_lines_of_the_log(
    made: Deploy, where: str, status: int, text: str
) -> None:
    bad = f"import os\nos._exit({status})" if where == "at load" else "import os"
    result = made(f"{bad}\ndef handler(event, context):\n    os._exit({status})").invoke()
    said = f"RequestId: {result.request_id} Error: {text}"
    assert result.error == {"errorType": "Runtime.ExitError", "errorMessage": said}
    assert f"\n{said}\nRuntime.ExitError\nEND RequestId: {result.request_id}\n" in re.sub(
        "INIT_REPORT.*\n", "", result.log
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
@pytest.mark.parametrize(
    ("number", "name"), [(9, "killed"), (6, "aborted"), (15, "terminated"), (4, "illegal instruction")]
)
def test_11_a_process_that_a_signal_ends_is_an_exit_error_with_the_signals_words(
    made: Deploy, number: int, name: str
) -> None:
    result = made(f"import os\ndef handler(event, context):\n    os.kill(os.getpid(), {number})").invoke()
    said = f"RequestId: {result.request_id} Error: Runtime exited with error: signal: {name}"
    assert result.error == {"errorType": "Runtime.ExitError", "errorMessage": said}


def test_12_a_timeout_is_sandbox_timedout_with_the_timeout_in_seconds(made: Deploy) -> None:
    result = made("import time\ndef handler(event, context):\n    time.sleep(60)", timeout=1).invoke()
    assert (result.status_code, result.function_error) == (200, "Unhandled")
    said = f"RequestId: {result.request_id} Error: Task timed out after 1.00 seconds"
    assert result.error == {"errorType": "Sandbox.Timedout", "errorMessage": said}


# -- 14 and 16: log lines --------------------------------------------------------------------------------------------


def test_14_an_error_is_one_log_event_whose_indentation_is_no_break_spaces(made: Deploy) -> None:
    function = made("def handler(event, context):\n    return event['the name']")
    function.invoke()
    assert [event for event in function.logs() if event.startswith("[ERROR]")] == [
        "[ERROR] KeyError: 'the name'\n"
        "Traceback (most recent call last):\n"
        '\u00a0\u00a0File "/var/task/lambda_function.py", line 2, in handler\n'
        "\u00a0\u00a0\u00a0\u00a0return event['the name']"
    ]


def test_14_logging_writes_level_time_request_id_and_message_between_tabs(made: Deploy) -> None:
    function = made("import logging\ndef handler(event, context):\n    logging.warning('look %s', 'here')")
    result = function.invoke()
    (line,) = [event for event in function.logs() if "look here" in event]
    assert re.fullmatch(rf"\[WARNING\]\t{TIME}\t{result.request_id}\tlook here", line)


def test_14_a_timeout_is_logged_with_time_request_id_and_seconds(made: Deploy) -> None:
    function = made("import time\ndef handler(event, context):\n    time.sleep(60)", timeout=1)
    result = function.invoke()
    (line,) = [event for event in function.logs() if "timed out" in event]
    assert re.fullmatch(rf"{TIME} {result.request_id} Task timed out after 1\.00 seconds", line)


def test_16_a_failed_start_is_reported_with_phase_status_and_type(made: Deploy) -> None:
    function = made("import nope")
    function.invoke()
    report = (
        r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: Runtime\.ImportModuleError"
    )
    assert len([event for event in function.logs() if re.fullmatch(rf"{report}\t?", event)]) == 1


@pytest.mark.slow
def test_16_a_start_that_takes_more_than_ten_seconds_is_reported_and_tried_under_the_functions_timeout(
    made: Deploy,
) -> None:
    function = made("import time\ntime.sleep(60)\ndef handler(event, context): pass", timeout=1)
    result = function.invoke()
    assert result.error is not None and result.error["errorType"] == "Sandbox.Timedout"
    (line,) = [event for event in function.logs() if event.startswith("INIT_REPORT") and "Phase: init" in event]
    assert re.fullmatch(r"INIT_REPORT Init Duration: 1\d{4}\.\d\d ms\tPhase: init\tStatus: timeout\t?", line)


# -- 19 and 20: variables and context --------------------------------------------------------------------------------

RECORDED = {
    "PWD",
    "_X_AMZN_TRACE_ID",
    "_HANDLER",
    "AWS_SESSION_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "PATH",
    "TZ",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "_AWS_XRAY_DAEMON_PORT",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "PYTHONPATH",
    "LAMBDA_TASK_ROOT",
    "_AWS_XRAY_DAEMON_ADDRESS",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "SHLVL",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "LD_LIBRARY_PATH",
    "LANG",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_XRAY_CONTEXT_MISSING",
    "LC_CTYPE",
    "AWS_DEFAULT_REGION",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "AWS_ACCESS_KEY_ID",
}


def test_19_the_variables_are_those_of_aws_the_functions_own_and_the_labs_few(made: Deploy) -> None:
    source = "import os\ndef handler(event, context):\n    return dict(os.environ)"
    function = made(source, env={"COLOUR": "grün"}, memory=256)
    inside: dict[str, str] = function.invoke().answer
    own = {"COLOUR", "AWS_ENDPOINT_URL", "NO_PROXY"} | ({"TMPDIR"} if rooms.why_not() else set())
    assert set(inside) == RECORDED | own
    fixed: dict[str, str] = {
        "COLOUR": "grün",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{PYTHON}",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "_HANDLER": "lambda_function.handler",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "SHLVL": "0",
    }
    assert {name: inside[name] for name in fixed} == fixed
    assert inside["AWS_ACCESS_KEY_ID"].startswith("ASIA") and inside["AWS_SESSION_TOKEN"]


@pytest.mark.skipif(rooms.why_not() is not None, reason="no mount namespace here: the folders have other names")
def test_19_the_folders_are_called_as_on_aws(made: Deploy) -> None:
    source = (
        "import os\ndef handler(event, context):\n    return [os.environ.get(name) for name in event] + [os.getcwd()]"
    )
    names = ["LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "PWD", "PYTHONPATH"]
    assert made(source).invoke(names).answer == ["/var/task", "/var/runtime", "/var/task", "/var/runtime", "/var/task"]


def test_19_what_is_not_reserved_a_function_may_set_otherwise(made: Deploy) -> None:
    source = """
import os, sys
def handler(event, context):
    return [os.environ["TZ"], os.environ["LANG"], "/var/task/own" in sys.path]
"""
    env = {"TZ": "Europe/Zurich", "LANG": "de_DE.UTF-8", "PYTHONPATH": "/var/task/own"}
    answer = made(source, env=env).invoke().answer
    assert answer[:2] == ["Europe/Zurich", "de_DE.UTF-8"] and (answer[2] or rooms.why_not())


def test_20_the_context_says_what_aws_says(made: Deploy) -> None:
    source = """
def handler(event, context):
    said = {name: getattr(context, name) for name in event}
    identity = [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id]
    return {**said, "identity": identity, "remaining": context.get_remaining_time_in_millis()}
"""
    function = made(source, timeout=7)
    expected: dict[str, Any] = {
        "function_name": function.name,
        "function_version": "$LATEST",
        "memory_limit_in_mb": "128",
        "invoked_function_arn": f"arn:aws:lambda:us-east-1:123456789012:function:{function.name}",
        "log_group_name": f"/aws/lambda/{function.name}",
        "client_context": None,
        "tenant_id": None,
    }
    result = function.invoke(["aws_request_id", "log_stream_name", *expected])
    said = result.answer
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", said.pop("log_stream_name"))
    remaining = said.pop("remaining")
    assert isinstance(remaining, int) and 5000 < remaining <= 7000
    assert said == {**expected, "aws_request_id": result.request_id, "identity": [None, None]}


def test_20_the_time_that_remains_is_never_below_zero(made: Deploy) -> None:
    source = """
import time
def handler(event, context):
    deadline = time.time() + context.get_remaining_time_in_millis() / 1000
    time.time = lambda: deadline + 5
    return context.get_remaining_time_in_millis()
"""
    assert made(source).invoke().answer == 0


# -- 21: the Runtime API ---------------------------------------------------------------------------------------------

CLIENT = """
import http.client, json, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def ask(method, path, body=None):
    connection.request(method, "/2018-06-01/runtime" + path, body)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), dict(answer.headers)

def kind(said):
    return [said[0], json.loads(said[1]).get("errorType", said[1])]

told = {"before": kind(ask("POST", "/invocation/none/response", "1"))}
while True:
    _, event, headers = ask("GET", "/invocation/next")
    mine = "/invocation/" + headers["Lambda-Runtime-Aws-Request-Id"]
    told["wrong id"] = kind(ask("POST", "/invocation/none/response", "1"))
    told["wrong state"] = kind(ask("POST", "/init/error", "{}"))
    told["headers"] = sorted(name for name in headers if name.startswith("Lambda-Runtime-"))
    if event == '"large"':
        told["large"] = kind(ask("POST", mine + "/response", "x" * 7_000_000))
    elif event == '"error"':
        told["error"] = ask("POST", mine + "/error", '{"errorType": "T", "errorMessage": "m"}')[:2]
    else:
        told["good"] = ask("POST", mine + "/response", json.dumps(told))[:2]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a bootstrap is a POSIX program")
def test_21_the_runtime_api_answers_202_and_refuses_what_does_not_belong_to_its_state(made: Deploy) -> None:
    bootstrap = (
        f"#!/bin/sh\nexec {sys.executable} -c '{CLIENT.replace(chr(39), chr(39) + chr(92) + chr(39) + chr(39))}'\n"
    )
    function = made(bootstrap, runtime="provided")
    first = function.invoke("first").answer
    assert first["before"] == first["wrong state"] == [403, "InvalidStateTransition"]
    assert first["wrong id"] == [400, "InvalidRequestID"]
    assert first["headers"] == [
        "Lambda-Runtime-Aws-Request-Id",
        "Lambda-Runtime-Deadline-Ms",
        "Lambda-Runtime-Invoked-Function-Arn",
        "Lambda-Runtime-Trace-Id",
    ]
    large, error = function.invoke("large"), function.invoke("error")
    assert large.error == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    assert error.error == {"errorType": "T", "errorMessage": "m"}
    last = function.invoke("last").answer
    assert last["good"] == last["error"] == [202, '{"status":"OK"}']
    assert last["large"][0] == 413


STREAMING = """
import os, socket
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
api = socket.create_connection((host, int(port)))
wire = api.makefile("rb")

def answer():
    lines = [line.decode().rstrip() for line in iter(wire.readline, b"\\r\\n")]
    fields = dict(line.split(": ", 1) for line in lines[1:])
    return lines[0].split()[1], fields, wire.read(int(fields["Content-Length"]))

while True:
    api.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    _, fields, event = answer()
    mine = fields["Lambda-Runtime-Aws-Request-Id"]
    lines = ["POST /2018-06-01/runtime/invocation/" + mine + "/response HTTP/1.1", "Host: a",
        "Lambda-Runtime-Function-Response-Mode: streaming", "Transfer-Encoding: chunked",
        "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body", "", ""]
    api.sendall("\\r\\n".join(lines).encode())
    for part in (event[:1], event[1:]):
        api.sendall(b"%x\\r\\n%b\\r\\n" % (len(part), part))
    api.sendall(b"0\\r\\n\\r\\n")
    assert answer()[0] == "202"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a bootstrap is a POSIX program")
def test_21_an_answer_that_comes_in_pieces_with_the_headers_of_streaming_is_put_together(made: Deploy) -> None:
    function = made(f"#!{sys.executable}\n{STREAMING}", runtime="provided")
    assert [function.invoke({"n": n}).answer for n in (1, 2)] == [{"n": 1}, {"n": 2}]


# -- 22: the platform's lines ----------------------------------------------------------------------------------------

REPORT = (
    r"REPORT RequestId: {id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms"
    r"\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t"
)


def test_22_a_cold_call_logs_init_start_start_end_and_report_a_warm_one_no_init(made: Deploy) -> None:
    function = made("def handler(event, context):\n    pass")
    for cold in (True, False):
        result = function.invoke()
        lines = result.log.rstrip("\n").split("\n")
        if cold:
            assert lines.pop(0).startswith(f"INIT_START Runtime Version: {PYTHON.replace('python', 'python:')}")
        start, end, report = lines
        assert start == f"START RequestId: {result.request_id} Version: $LATEST"
        assert end == f"END RequestId: {result.request_id}"
        more = r"Init Duration: \d+\.\d\d ms\t" if cold else ""
        assert re.fullmatch(REPORT.format(id=result.request_id) + more, report)


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("time.sleep(60)", r"Status: timeout"),
        ("os._exit(1)", r"Status: error\tError Type: Runtime\.ExitError"),
    ],
)
def test_22_a_report_of_a_call_that_was_ended_says_how(made: Deploy, statement: str, status: str) -> None:
    function = made(f"import os, time\ndef handler(event, context):\n    if event: {statement}", timeout=1)
    function.invoke()
    result = function.invoke({"end": True})
    report = result.log.rstrip("\n").split("\n")[-1]
    assert re.fullmatch(REPORT.format(id=result.request_id) + status + r"\t?", report)


def test_22_a_report_of_a_call_whose_handler_raised_has_no_status(made: Deploy) -> None:
    function = made("def handler(event, context):\n    return event['name']")
    function.invoke()
    result = function.invoke()
    assert re.fullmatch(REPORT.format(id=result.request_id), result.log.rstrip("\n").split("\n")[-1])
