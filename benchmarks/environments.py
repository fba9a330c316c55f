"""Execution environments: starting, restoring, answering, idling, and what the memory size does to the CPU."""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.measure import Row, medians, milliseconds, python
from lambdalab import Lab
from lambdalab.functions import deploy, package
from lambdalab.keys import Keyring
from lambdalab.runtime import rooms
from lambdalab.runtime.environment import ExecutionEnvironment
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.limits import FULL_CPU_MB
from lambdalab.runtime.outcome import Job
from lambdalab.runtime.process import RuntimeProcess
from lambdalab.runtime.rooms import Program
from lambdalab.runtime.snapshots import Snapshot
from lambdalab.service.model import FunctionVersion
from lambdalab.service.programs import PYTHON, program

HELLO = "def handler(event, context):\n    return event"
HEAVY = "import boto3, numpy\nclient = boto3.client('s3')\n" + HELLO
BURN = """
import time
def handler(event, context):
    wall, cpu = time.perf_counter(), time.process_time()
    if "cpu" in event:
        while time.process_time() - cpu < event["cpu"]:
            pass
        return time.perf_counter() - wall
    while time.perf_counter() - wall < event["wall"]:
        pass
    return (time.process_time() - cpu) / (time.perf_counter() - wall)
"""
RUNTIME = """
import os, socket
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
s = socket.create_connection((host, int(port)))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
head = " HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: "
ask = f"GET /2018-06-01/runtime/invocation/next{head}0\\r\\n\\r\\n".encode()
say = f"POST /2018-06-01/runtime/invocation/id/response{head}2\\r\\n\\r\\n{{}}".encode()
while True:
    s.sendall(ask), s.recv(65536)
    s.sendall(say), s.recv(65536)
"""
PEER = """
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while data := s.recv(65536):
    s.sendall(data)
"""


class Workshop:
    """Environments made directly, in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self.files, self.guard, self.keys = FileStore(root), Guard(root), Keyring()
        self._numbers = itertools.count()

    def program(self, source: str, **settings: Any) -> Program:
        code = package({"lambda_function.py": source})
        function = FunctionVersion(
            arn="arn:aws:lambda:us-east-1:123456789012:function:f",
            name="f",
            version="1",
            revision="r",
            account="123456789012",
            region="us-east-1",
            role="role",
            runtime=PYTHON,
            handler="lambda_function.handler",
            code=code,
            code_sha256=hashlib.sha256(code).hexdigest(),
            layers=settings.get("layers", ()),
            variables={},
            memory_mb=settings.get("memory_mb", 1769),
            timeout=60,
        )
        return program(function, self.files, self.keys.new_session("role", "f"), "http://127.0.0.1:9")

    def environment(self, made: Program, snapshot: Snapshot | None = None) -> ExecutionEnvironment:
        number = next(self._numbers)
        kind = "snap-start" if snapshot else "on-demand"
        folder = self.files.environment(str(number))
        return ExecutionEnvironment(number, made, folder, self.guard, "s", initialization=kind, snapshot=snapshot)

    def job(self, event: Any = None) -> Job:
        return Job(f"id-{next(self._numbers)}", "arn", "1", json.dumps(event or {}).encode(), "Root=1-0-0")


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as root:
        workshop = Workshop(Path(root))
        yield from starting(workshop)
        yield from answering(workshop)
        yield from sharing(workshop)
        workshop.guard.close()
    yield from many()


def starting(workshop: Workshop) -> Iterator[Row]:
    hello, heavy = workshop.program(HELLO), workshop.program(HEAVY, layers=(_numpy(),))
    snapshot = Snapshot(heavy, workshop.files.environment("template"), workshop.guard)

    def init(made: Program) -> float:
        environment = workshop.environment(made)
        outcome = environment.invoke(workshop.job())
        environment.close()
        assert outcome.init_ms is not None, outcome.payload
        return outcome.init_ms

    def restore() -> float:
        environment = workshop.environment(heavy, snapshot)
        outcome = environment.invoke(workshop.job())
        environment.close()
        assert outcome.restore_ms is not None, outcome.payload
        return outcome.restore_ms

    bare = python("-I", "-S", "-c", "import json")
    cold, floor = medians(21, lambda: init(hello), lambda: milliseconds(bare))
    yield Row("cold start, spawn to first next", cold, 'python -I -S -c "import json"', floor, "at most 1.5")
    if importlib.util.find_spec("awslambdaric"):
        theirs = replace(hello, command=[sys.executable, "-m", "awslambdaric", "lambda_function.handler"])

        def init_of_theirs() -> float:
            with mock.patch.object(rooms, "why_not", lambda: "started as it is, without our launcher"):
                return init(theirs)

        cold, peer = medians(11, lambda: init(hello), init_of_theirs)
        yield Row("cold start, spawn to first next", cold, "with awslambdaric, AWS's own client", peer, "at most 0.7")
    restored, full = medians(9, restore, lambda: init(heavy))
    yield Row("SnapStart restore, boto3 and numpy", restored, "its cold start", full, "at most 0.02")
    snapshot.close()


def answering(workshop: Workshop) -> Iterator[Row]:
    hello = workshop.program(HELLO)
    environment = workshop.environment(hello)
    environment.invoke(workshop.job())
    minimal = replace(hello, command=[sys.executable, "-I", "-S", "-c", RUNTIME])
    runtime = RuntimeProcess(minimal, workshop.files.environment("minimal"), {}, workshop.guard)
    waiting, _ = runtime.next_request(runtime.began + 60)

    def trip() -> None:
        """The event out, the answer in, 202 out, the next request in."""
        nonlocal waiting
        waiting.answer(200, b'{"name": "Ada"}', {"Lambda-Runtime-Aws-Request-Id": "id"})
        answered, request = runtime.next_request(time.perf_counter() + 60)
        assert request.body == b"{}"
        answered.answer(202)
        waiting, _ = runtime.next_request(time.perf_counter() + 60)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = subprocess.Popen([sys.executable, "-I", "-S", "-c", PEER, str(listener.getsockname()[1])])
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def exchange() -> None:
            for _ in range(2):
                connection.sendall(b"x" * 200)
                connection.recv(65536)

        event = {"name": "Ada"}
        bare, whole, floor = medians(
            500,
            lambda: milliseconds(trip),
            lambda: milliseconds(lambda: environment.invoke(workshop.job(event))),
            lambda: milliseconds(exchange),
        )
        connection.close()
        peer.wait(10)
    runtime.kill()
    yield Row("Runtime API round trip", bare, "two raw socket exchanges", floor, "at most 2")
    yield Row("the same with our runtime, frozen and thawed", whole, "two raw socket exchanges", floor)
    resident = Path(f"/proc/{environment.pid}/statm")
    if resident.exists():
        megabytes = int(resident.read_text().split()[1]) * 4096 / 2**20
        yield Row("idle environment, resident", megabytes, "target", 15, "at most 1", unit="MB")
    environment.close()


def sharing(workshop: Workshop) -> Iterator[Row]:
    for memory in (1769, 884, 442, 221, 128):
        share = memory / FULL_CPU_MB
        environment = workshop.environment(workshop.program(BURN, memory_mb=memory))
        environment.invoke(workshop.job({"wall": 0}))
        got = json.loads(environment.invoke(workshop.job({"wall": 2})).payload)
        yield Row(f"share of a CPU over 2 s at {memory} MB", got, "target", share, "0.95 to 1.05", unit="CPU")
        shorts = [json.loads(environment.invoke(workshop.job({"cpu": 0.02})).payload) for _ in range(7)]
        text = f"20 ms of CPU at {memory} MB"
        yield Row(text, statistics.median(shorts) * 1000, "target", 20 / share, "0.75 to 1.25")
        environment.close()


def many() -> Iterator[Row]:
    lab = Lab()
    function = deploy(lab, "many", "import time\ndef handler(event, context):\n    time.sleep(0.01)\n    return event")
    client = lab.client("lambda")
    call = {"FunctionName": "many", "Payload": b"{}"}
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda _: client.invoke(**call)["Payload"].read(), range(40)))
        began = time.perf_counter()
        answers = list(threads.map(lambda _: client.invoke(**call)["Payload"].read(), range(1000)))
        taken = time.perf_counter() - began
    assert answers == [b"{}"] * 1000
    environments = {i.environment for i in lab.history("many")}
    text = f"1,000 invocations over {len(environments)} environments"
    yield Row(text, 1000 / taken, "one caller, 10 ms each", _alone(function), unit="1/s")
    lab.stop()


def _alone(function: Any) -> float:
    began = time.perf_counter()
    for _ in range(50):
        function.invoke()
    return 50 / (time.perf_counter() - began)


def _numpy() -> bytes:
    from lambdalab.runtime.packages import pack_layer

    return pack_layer("numpy")
