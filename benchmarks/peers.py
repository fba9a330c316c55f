"""A warm call beside those of other tools that run Lambda functions without an account or Docker.

They are installed by this file in a temporary folder, so it is run only when asked for: `python -m benchmarks peers`.
Compared are serverless-offline (npm) under the Serverless Framework 3, the last one that runs without a login, called
through boto3 like ours, and python-lambda-local (PyPI), which has no server: a call is its own function `call`, which
starts a process, or its command.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from benchmarks.calls import ECHO
from benchmarks.measure import Row, in_turn
from lambdalab import Lab
from lambdalab.functions import deploy

NODE_ECHO = "export const handler = async (event) => event;"
SERVERLESS = """
service: peer
frameworkVersion: "3"
provider: {name: aws, runtime: nodejs20.x, region: us-east-1, timeout: 10}
plugins: [serverless-offline]
functions:
  node: {handler: index.handler}
  python: {handler: app.handler, runtime: python3.11}
"""
LIBRARY = """
import json, statistics, sys, time
from lambda_local.context import Context
from lambda_local.main import call
from app import handler
import logging; logging.disable()
taken = []
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    answer, wrong = call(handler, {"name": "Ada"}, Context(3))
    taken.append(time.perf_counter() - start)
    assert answer == {"name": "Ada"}, wrong
print(statistics.median(taken) * 1000)
"""
PAYLOAD = b'{"name": "Ada"}'


def rows() -> Iterator[Row]:
    lab = Lab()
    whole_cpu: dict[str, Any] = {"memory": 1769, "timeout": 10}  # the others hold no function to less
    deploy(lab, "node", NODE_ECHO, runtime="nodejs", **whole_cpu)
    deploy(lab, "python", ECHO, **whole_cpu)
    ours = boto3.client("lambda")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "index.mjs").write_text(NODE_ECHO)
        (folder / "app.py").write_text(ECHO + "\n")
        if shutil.which("npm"):
            with _serverless_offline(folder) as theirs:
                for kind in ("node", "python"):
                    pairs = ((ours, kind), (theirs, f"peer-dev-{kind}"))
                    mine, other = in_turn(300, *(lambda c=c, name=name: _call(c, name) for c, name in pairs))
                    yield Row(f"warm {kind} invoke through boto3", mine, "serverless-offline 13", other)
        alone, library = _python_lambda_local(folder)
        (mine,) = in_turn(300, lambda: _call(ours, "python"))
        yield Row("warm python invoke through boto3", mine, "python-lambda-local, its call()", library)
        yield Row("warm python invoke through boto3", mine, "python-lambda-local, its command", alone)
    lab.stop()


def _call(client: Any, name: str) -> None:
    said = client.invoke(FunctionName=name, Payload=PAYLOAD)["Payload"].read()
    if json.loads(said) != json.loads(PAYLOAD):
        raise RuntimeError(f"{name} answered {said!r}")


@contextlib.contextmanager
def _serverless_offline(folder: Path) -> Iterator[Any]:
    """A boto3 client of a running serverless-offline with both functions called once."""
    (folder / "package.json").write_text('{"private": true}')
    (folder / "serverless.yml").write_text(SERVERLESS)
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "serverless@3", "serverless-offline@13"]
    subprocess.run(install, cwd=folder, check=True)
    ports = [str(_free_port()) for _ in range(2)]
    quiet = {"SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off", "SLS_INTERACTIVE_SETUP_ENABLE": "0"}
    process = subprocess.Popen(
        ["npx", "serverless", "offline", "--httpPort", ports[0], "--lambdaPort", ports[1]],
        cwd=folder,
        env={**os.environ, **quiet},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "peer-dev-python" in line:
                break
        client = boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{ports[1]}")
        for name in ("peer-dev-node", "peer-dev-python"):
            _call(client, name)
        yield client
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _python_lambda_local(folder: Path) -> tuple[float, float]:
    """Milliseconds of one call by its command, and by its function."""
    venv.create(folder / "venv", with_pip=True)
    tools = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(tools / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "python-lambda-local"], check=True, stderr=subprocess.DEVNULL)
    (folder / "event.json").write_bytes(PAYLOAD)
    command = [str(tools / "python-lambda-local"), "-f", "handler", "app.py", "event.json"]
    (alone,) = in_turn(9, lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True))
    (folder / "library.py").write_text(LIBRARY)
    said = subprocess.run([str(tools / "python"), "library.py", "100"], cwd=folder, check=True, capture_output=True)
    return alone, float(said.stdout.split()[-1])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
