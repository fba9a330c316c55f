"""What the console's buttons do, with a real lab and real boto3."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambdalab import Function, Lab, LabError
from lambdalab.console import python
from lambdalab.console.actions import Actions, Settings, variables
from lambdalab.console.files import read_zip
from lambdalab.console.recorder import error_text
from lambdalab.functions import deploy as deploy_function
from tests.console.conftest import GREETS

Deploy = Callable[..., Function]


def last(actions: Actions) -> list[tuple[str, str, str]]:
    """The calls of the last button: service, method, purpose."""
    return [(call.service, call.method, call.purpose) for call in actions.recorder.acts[-1].calls]


def test_the_overview_tells_region_clock_environments_and_what_there_is(
    actions: Actions, greets: str, bucket: str, lab: Lab
) -> None:
    before = sum(actions.overview().environments.values())
    lab.function(greets).invoke({"name": "Ada"})
    seen = actions.overview()
    assert seen.region == boto3.client("lambda").meta.region_name
    assert seen.clock == str(lab.clock)
    assert sum(seen.environments.values()) == before + 1
    assert greets in seen.functions and ("bucket", bucket) in seen.sources
    assert actions.recorder.acts == [], "looking is no button's work"


def test_deploying_one_file_keeps_the_others_their_bytes_and_their_modes(actions: Actions, greets: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content, mode in (("lambda_function.py", GREETS, 0o644), ("lib/run", b"\x00\xff", 0o755)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content)
    boto3.client("lambda").update_function_code(FunctionName=greets, ZipFile=out.getvalue())
    assert actions.zip(greets) == out.getvalue()
    said = actions.deploy(greets, {"lambda_function.py": GREETS.replace("Hello", "Good day")})
    assert said.startswith("Deployed") and last(actions) == [("lambda", "update_function_code", "asked")]
    assert actions.test(greets, '{"name": "Ada"}').answer == "Good day, Ada"
    assert read_zip(actions.zip(greets))["lib/run"] == b"\x00\xff"
    with zipfile.ZipFile(io.BytesIO(actions.zip(greets))) as archive:
        assert archive.getinfo("lib/run").external_attr >> 16 == 0o755


def test_a_file_that_cannot_run_is_stored_and_the_line_is_told(actions: Actions, greets: str) -> None:
    said = actions.deploy(greets, {"lambda_function.py": "x = 1\ndef handler(event, context)\n    return 1\n"})
    assert "line 2 of lambda_function.py" in said and "a call will fail" in said


def test_a_test_is_one_invoke_whose_result_is_the_students(actions: Actions, greets: str) -> None:
    result = actions.test(greets, '{"name": "Zoë"}')
    assert (result.answer, result.cold) == ("Hello, Zoë", True)
    assert last(actions) == [("lambda", "invoke", "asked")]
    failed = actions.test(greets, "{}")
    assert failed.error is not None and failed.error["errorType"] == "KeyError"
    with pytest.raises(LabError, match="line 1, column 10"):
        actions.test(greets, '{"name": Ada}')
    assert len(actions.recorder.acts) == 2, "what is no JSON is never sent"


def test_only_the_settings_that_differ_are_sent(actions: Actions, greets: str) -> None:
    now = actions.settings(greets)
    assert (now.memory, now.timeout, now.variables) == (128, 3, {})
    actions.configure(greets, Settings(now.handler, 256, 3, {"TABLE": "orders=1"}))
    (call,) = actions.recorder.acts[-1].calls
    assert set(call.arguments) == {"FunctionName", "MemorySize", "Environment"}
    said = boto3.client("lambda").get_function_configuration(FunctionName=greets)
    assert (said["MemorySize"], said["Environment"]["Variables"]) == (256, {"TABLE": "orders=1"})
    assert "no call was made" in actions.configure(greets, actions.settings(greets))
    assert actions.recorder.acts[-1].calls == []


def test_what_aws_refuses_keeps_its_error_type_in_the_sentence_and_in_the_record(actions: Actions, greets: str) -> None:
    now = actions.settings(greets)
    with pytest.raises(ClientError) as refused:
        actions.configure(greets, Settings(now.handler, 99_999, 3, {}))
    assert error_text(refused.value).startswith("ValidationException, when calling UpdateFunctionConfiguration: ")
    assert actions.recorder.acts[-1].calls[0].error == "ValidationException"


def test_an_error_of_boto3s_own_is_a_sentence_too() -> None:
    assert error_text(ReadTimeoutError(endpoint_url="http://127.0.0.1:1")).startswith("ReadTimeoutError: ")


def test_environment_variables_are_lines(actions: Actions) -> None:
    assert variables("A=1\n\n B = x=y ") == {"A": "1", "B": " x=y "}
    with pytest.raises(LabError, match="line 2: it wants KEY=VALUE, not 'B'"):
        variables("A=1\nB")


def test_the_script_of_the_buttons_does_the_same_again(actions: Actions, greets: str) -> None:
    actions.deploy(greets, {"lambda_function.py": GREETS.replace("Hello", "Servus")})
    actions.configure(greets, Settings("lambda_function.handler", 512, 9, {"A": '"'}))
    script = python.script(call for act in actions.recorder.acts for call in act.calls)
    boto3.client("lambda").delete_function(FunctionName=greets)
    deploy_function(actions.lab, greets, "def handler(event, context):\n    return 0")
    exec(script, {})
    assert actions.test(greets, '{"name": "Ada"}').answer == "Servus, Ada"
    assert actions.settings(greets) == Settings("lambda_function.handler", 512, 9, {"A": '"'})


def test_the_metrics_count_what_ran_failed_and_started_cold(actions: Actions, deploy: Deploy) -> None:
    name = deploy(GREETS, name="counted-by-the-console").name
    assert actions.metrics(name).invocations == 0 and list(actions.log(name)) == []
    for event in ('{"name": "a"}', "{}", '{"name": "b"}'):
        actions.test(name, event)
    seen = actions.metrics(name)
    assert (seen.invocations, seen.errors, seen.cold, seen.refused) == (3, 1, 1, 0)
    assert len(seen.durations) == 3 and list(seen.durations) == sorted(seen.durations)
    assert any(line.startswith("[ERROR] KeyError") for line in actions.log(name)), actions.log(name)
