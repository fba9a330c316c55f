"""`lambdalab serve`: the same cloud for a terminal, and for whoever reads JSON."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError


@contextmanager
def serving(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lambdalab", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=15)
        assert process.returncode == 0, complaints


def first(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_json_goes_into_a_boto3_client_as_it_is() -> None:
    with serving("--json", "--port", "0") as process:
        it: dict[str, Any] = json.loads(first(process))
        assert set(it) == {"endpoint_url", "aws_access_key_id", "aws_secret_access_key", "region_name"}
        assert boto3.client("s3", **it).list_buckets()["Buckets"] == []


def test_the_export_lines_are_what_a_shell_needs() -> None:
    with serving("--port", "0") as process:
        assert first(process).startswith("#")
        lines = [first(process) for _ in range(4)]
        found = dict(re.fullmatch(r"export (\w+)=(\S+)\n", line).groups() for line in lines)  # type: ignore[union-attr, misc]
        assert list(found) == ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"]
        program = "import boto3; print(len(boto3.client('s3').list_buckets()['Buckets']))"
        environment = {**os.environ, **found, "AWS_CONFIG_FILE": os.devnull}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == "0\n"


def test_a_port_can_be_chosen_and_a_taken_one_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "lambdalab", "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr and "Traceback" not in done.stderr
    with serving("--json", "--port", str(port)) as process:
        assert json.loads(first(process))["endpoint_url"] == f"http://127.0.0.1:{port}"


def test_any_credentials_are_accepted_only_when_asked_and_with_a_warning() -> None:
    anybody = {"aws_access_key_id": "anybody", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    with serving("--json", "--port", "0", "--trust-loopback") as process:
        endpoint = json.loads(first(process))["endpoint_url"]
        assert boto3.client("s3", endpoint_url=endpoint, **anybody).list_buckets()["Buckets"] == []
        assert process.stderr is not None and "Warning" in process.stderr.readline()
    with serving("--json", "--port", "0") as process:
        endpoint = json.loads(first(process))["endpoint_url"]
        with pytest.raises(ClientError):
            boto3.client("s3", endpoint_url=endpoint, **anybody).list_buckets()


def test_the_clock_of_a_terminal_can_run_faster() -> None:
    with serving("--json", "--port", "0", "--speed", "3600") as process:
        it: dict[str, Any] = json.loads(first(process))
        sqs = boto3.client("sqs", **it)
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        sqs.send_message(
            QueueUrl=url, MessageBody="in a quarter of an hour, which takes a quarter of a second", DelaySeconds=900
        )
        found: list[Any] = []
        began = time.monotonic()
        while not found and time.monotonic() < began + 30:
            found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        assert [message["Body"] for message in found] == ["in a quarter of an hour, which takes a quarter of a second"]


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "1e9"])
def test_a_clock_that_cannot_run_so_is_refused_with_a_reason(speed: str) -> None:
    command = [sys.executable, "-m", "lambdalab", "serve", "--port", "0", "--speed", speed]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "With 60 a minute passes in a second" in done.stderr and "Traceback" not in done.stderr
