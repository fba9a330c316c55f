"""`lambdalab explain` and `lambdalab trace` against a real `lambdalab serve`, found by its export lines alone."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import boto3
import pytest

from lambdalab.keys import ACCOUNT
from tests.test_serve import first, serving

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
_NAMES = {
    "AWS_ENDPOINT_URL": "endpoint_url",
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_DEFAULT_REGION": "region_name",
}


def exported(process: subprocess.Popen[str]) -> dict[str, str]:
    first(process)
    lines = [first(process) for _ in range(len(_NAMES))]
    return dict(re.fullmatch(r"export (\w+)=(\S+)\n", line).groups() for line in lines)  # type: ignore[union-attr, misc]


def lambdalab(*arguments: str, exports: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "lambdalab", *arguments],
        env={**clean, **exports}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def exports() -> Iterator[dict[str, str]]:
    """The lines of a lab in which hello ran twice, and idle not at all."""
    with serving("--port", "0") as process:
        found = exported(process)
        settings = {_NAMES[name]: value for name, value in found.items()}
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Statement": [trust]})
        boto3.client("iam", **settings).create_role(RoleName="r", AssumeRolePolicyDocument=document)
        client = boto3.client("lambda", **settings)
        for name in ("hello", "idle"):
            client.create_function(
                FunctionName=name, Runtime="python3.11", Role=_ROLE, Handler="app.handler",
                Code={"ZipFile": zipped("def handler(event, context):\n    return 'hello'\n")},
            )  # fmt: skip
        for _ in range(2):
            assert client.invoke(FunctionName="hello")["StatusCode"] == 200
        yield found


def zipped(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as code:
        code.writestr("app.py", source)
    return packed.getvalue()


def test_explain_prints_the_story(exports: dict[str, str]) -> None:
    done = lambdalab("explain", "hello", exports=exports)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "hello: 2 events so far:"
    assert lines[1].startswith("1. called through the API: ran cold: environment 1")
    assert lines[2].startswith("2. called through the API: ran warm: environment 1")
    assert "the last one:" in lambdalab("explain", "hello", "--last", "1", exports=exports).stdout


def test_explain_tells_why_a_function_has_not_run(exports: dict[str, str]) -> None:
    done = lambdalab("explain", "idle", exports=exports)
    assert done.returncode == 0
    assert "has not run" in done.stdout
    assert "Nothing is set up to call it." in done.stdout


def test_trace_prints_the_waterfall_of_the_last_event_and_of_two_side_by_side(exports: dict[str, str]) -> None:
    done = lambdalab("trace", exports=exports)
    assert (done.returncode, done.stderr) == (0, "")
    assert "none: the environment was there" in done.stdout
    assert "CCC" not in done.stdout
    two = lambdalab("trace", "hello", "--last", "2", exports=exports).stdout
    assert two.startswith("First call ")
    assert re.search(r"^  init +C+ ", two, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "nobody"), "there is no function named 'nobody'. There are: hello, idle."),
        (("trace", "nobody"), "there is no function named 'nobody'. There are: hello, idle."),
        (("trace", "idle"), "idle has not run, so there is no event to trace."),
        (("trace", "hello", "--last", "3"), "a trace shows one event or 2"),
        (("trace", "1-00000000-000000000000000000000000"), "nothing is known of the event 1-0000"),
        (("trace", "00000000-0000-0000-0000-000000000000"), "no event with the request id 00000000"),
        (("explain", "hello", "--last", "0"), "give a number above zero"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(arguments: tuple[str, ...], said: str, exports: dict[str, str]) -> None:
    done = lambdalab(*arguments, exports=exports)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_export_lines_it_says_where_they_come_from() -> None:
    for command in (("explain", "hello"), ("trace",)):
        done = lambdalab(*command, exports={})
        assert done.returncode == 1
        assert "no lab is known to this terminal. Run `lambdalab serve`" in done.stderr


def test_a_lab_that_has_ended_and_the_key_of_another_one_are_told_apart_from_an_error() -> None:
    with serving("--port", "0") as process:
        found = exported(process)
        other = {**found, "AWS_SECRET_ACCESS_KEY": "a" * 40}
        refused = lambdalab("trace", exports=other)
    ended = lambdalab("trace", exports=found)
    for done in (refused, ended):
        assert (done.returncode, done.stdout) == (1, "")
        assert f"the lab at {found['AWS_ENDPOINT_URL']} does not know this terminal" in done.stderr
        assert "Traceback" not in done.stderr


def test_nothing_has_run_yet_is_said() -> None:
    with serving("--port", "0") as process:
        done = lambdalab("trace", exports=exported(process))
    assert done.returncode == 1
    assert "nothing has run yet" in done.stderr
