"""Functions of a check's own, made with boto3 as the exercise asks for them, and deleted afterwards.

`Work.own_function` deploys one source file; here a check gives the zip, the handler and the settings itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.functions import package
from lambdalab.learn.exercises import Raised
from lambdalab.learn.work import Work

RUNTIME = "python3.12"  # as the lessons say it; the lab runs it with this machine's Python


def code(source: str) -> bytes:
    """The zip of one file that Lambda runs by the handler `lambda_function.handler`."""
    return package({"lambda_function.py": source})


@contextmanager
def own_function(
    work: Work, name: str, zip_file: bytes, handler: str = "lambda_function.handler", **settings: Any
) -> Iterator[str]:
    """Create the function, and delete it when the block ends; one that an interrupted check left is replaced.

    Raises:
        botocore.exceptions.ClientError: Lambda refuses it.
    """
    delete(work, name)
    more = {"Role": work.lab.role, **settings}
    work.client.create_function(FunctionName=name, Runtime=RUNTIME, Handler=handler, Code={"ZipFile": zip_file}, **more)
    try:
        yield name
    finally:
        delete(work, name)


def delete(work: Work, name: str) -> None:
    with suppress(work.client.exceptions.ResourceNotFoundException):
        work.client.delete_function(FunctionName=name)


def answer_of(work: Work, name: str, event: Any, **more: str) -> tuple[Any, bool]:
    """What the function answered, and whether it failed (then it is AWS's error object)."""
    said: Mapping[str, Any] = work.client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **more)
    return json.loads(said["Payload"].read()), "FunctionError" in said


def refusal(error: ClientError) -> Raised:
    """A refusal of Lambda's, as an error of the student's."""
    said = error.response["Error"]
    return Raised(str(said["Code"]), str(said.get("Message", "")), error=error)
