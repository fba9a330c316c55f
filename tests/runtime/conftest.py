"""Environments made directly, without a cloud around them."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdalab.functions import package
from lambdalab.keys import Keyring
from lambdalab.runtime.environment import ExecutionEnvironment, Job
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.rooms import Program
from lambdalab.service.model import FunctionVersion
from lambdalab.service.programs import PYTHON, program

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
_numbers = itertools.count(1)


class Bench:
    """Makes programs and environments in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.files, self.guard, self.keys = FileStore(root), Guard(root), Keyring()
        self.made: list[ExecutionEnvironment] = []

    def program(self, source: str, **settings: Any) -> Program:
        code = package({"lambda_function.py": source})
        values: dict[str, Any] = {
            "arn": ARN,
            "name": "f",
            "version": "1",
            "revision": "r",
            "account": "123456789012",
            "region": "us-east-1",
            "role": "role",
            "runtime": PYTHON,
            "handler": "lambda_function.handler",
            "code": code,
            "layers": (),
            "variables": {},
            "memory_mb": 256,
            "timeout": 3,
            **settings,
        }
        if "code_sha256" in FunctionVersion.__dataclass_fields__:
            values.setdefault("code_sha256", hashlib.sha256(code).hexdigest())
        key = self.keys.new_session("role", "f")
        return program(FunctionVersion(**values), self.files, key, "http://127.0.0.1:9")

    def environment(self, made: Program, **more: Any) -> ExecutionEnvironment:
        number = next(_numbers)
        folder = self.files.environment(str(number))
        environment = ExecutionEnvironment(number, made, folder, self.guard, f"stream-{number}", **more)
        self.made.append(environment)
        return environment


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as root:
        made = Bench(Path(root))
        yield made
        for environment in made.made:
            environment.close()
        made.guard.close()


@pytest.fixture
def job() -> Callable[..., Job]:
    def make(payload: bytes = b"{}") -> Job:
        return Job(f"request-{next(_numbers)}", ARN, "1", payload, "Root=1-0-0")

    return make
